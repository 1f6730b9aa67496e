"""Small repositories, each with one habit of those that were never written for this program, and what is known of it.

A habit is its settings, its commits, and the answer: each version as ``LABEL EFFECTIVE PUBLISHED WORD``, the last part
being the last word of its text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policy_site.catalogue import standing
from policy_site.model import Policy, Standing
from policy_site.publication import Publication
from tests.support.builder import PolicyRepository, to_toml
from tests.support.publishing import NOW, compiled_with

Files = Mapping[str, str | bytes | None]
"""What a commit writes, by path. ``None`` deletes a file, ``>new`` moves it, a key ``tag`` names the commit."""


@dataclass(frozen=True)
class Habit:
    """One habit, and its known answer."""

    name: str
    history: Sequence[tuple[str, Files]]
    """Day and files of each commit."""
    versions: Mapping[str, Sequence[str]]
    """By policy."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)
    """The day on which a policy was retired."""
    told: Sequence[str] = ()
    """Words of findings that must be there."""
    corrected: Sequence[Mapping[str, Any]] = ()
    """What commits, by their number from 0, should have said."""
    withdrawn: Sequence[str] = ()
    """Labels of versions that never applied, or no longer do."""

    def build(self, root: Path) -> PolicyRepository:
        """Make the repository."""
        repository = PolicyRepository(root, folder=".")
        for day, files in self.history:
            tags = []
            for path, content in files.items():
                if path == "tag":
                    tags.append(str(content))
                elif content is None:
                    repository.delete(path)
                elif isinstance(content, str) and content.startswith(">"):
                    repository.rename(path, content[1:])
                else:
                    repository.write(path, content)
            repository.commit(when=day)
            for tag in tags:
                repository.git("tag", tag)
        return repository

    def site(self, repository: PolicyRepository) -> str:
        """Return the ``site.toml``."""
        commits = repository.git("log", "--reverse", "--format=%H").split("\n") if self.corrected else []
        settings: dict[str, Any] = {
            "title": "Policies of Example",
            "base_url": "https://example.org/",
            "languages": ["en"],
            "policies": [{"id": "privacy"}],
            **self.settings,
        }
        settings["content"] = {"layout": ["{policy}.md"], **settings.get("content", {})}
        if self.corrected:
            settings["corrections"] = [{**each, "commit": commits[each["commit"]][:12]} for each in self.corrected]
        settings["policies"] = [dict(policy) for policy in settings["policies"]]
        return to_toml(settings)


def versions_in(policy: Policy) -> list[str]:
    """Return the versions of a policy as habits tell them."""
    return [
        " ".join(
            (
                version.label,
                version.effective_date.isoformat(),
                version.published_date.isoformat(),
                version.editions[policy.authoritative_locale].body.split()[-1].rstrip("."),
            )
        )
        for version in policy.versions
    ]


def withdrawn_in(publication: Publication) -> list[str]:
    """Return the labels of all versions that were taken back."""
    return [
        version.label
        for policy in publication.policies
        for version in policy.versions
        if standing(policy, version, NOW) is Standing.WITHDRAWN
    ]


__all__ = ["Habit", "compiled_with", "versions_in", "withdrawn_in"]
