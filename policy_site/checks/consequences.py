"""One slip, one message: what only follows from another finding is left out.

A finding names what it settles; a rule need not know the other rules. Nothing is lost: with the cause corrected, or its
rule switched off, what followed from it is told if it is still there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from policy_site.model import Finding, Severity

_WORST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def without_consequences(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that follow from no other, in their order, each as bad as the worst that follows from it."""
    told = list(dict.fromkeys(findings))
    by_name: dict[str, list[int]] = {}
    for number, finding in enumerate(told):
        by_name.setdefault(finding.name, []).append(number)
    left_out: set[int] = set()
    severities = {number: finding.severity for number, finding in enumerate(told)}
    for number, finding in enumerate(told):
        if number in left_out or not finding.settles:
            continue
        for other in _followers(number, told, by_name):
            left_out.add(other)
            severities[number] = min(severities[number], severities[other], key=_WORST_FIRST.index)
    return tuple(
        finding if finding.severity is severities[number] else replace(finding, severity=severities[number])
        for number, finding in enumerate(told)
        if number not in left_out
    )


def _followers(cause: int, told: Sequence[Finding], by_name: Mapping[str, Sequence[int]]) -> Iterator[int]:
    """Yield what follows from a finding, and what follows from that; never the finding itself."""
    seen, pending = {cause}, [cause]
    while pending:
        for name in told[pending.pop()].settles:
            for number in by_name.get(name, ()):
                if number not in seen:
                    seen.add(number)
                    pending.append(number)
                    yield number
