"""What a rule is: one value that says all of it, its page in ``docs/rules.md`` and its samples included."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from policy_site.model import Finding, Severity
from policy_site.publication import Publication

Example = Mapping[str, str]
"""Files by their path in the content folder, written over those of :mod:`policy_site.checks.sample`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One demand on content."""

    name: str
    """Kebab case, and the file is called so: ``notice-period`` in ``notice_period.py``. It never changes, since
    people search for it."""
    severities: tuple[Severity, ...]
    """Of its findings, the worst first."""
    demand: str
    """What it demands, a full sentence: the content as it should be."""
    reason: str
    """Why, in full sentences, with the source where the law asks for it."""
    findings: Callable[[Publication], Iterator[Finding]]
    fails: Example
    """Content with one fault: this rule has findings, and no other has."""
    passes: Example
    """Content close to it that keeps every rule."""
