"""What there is, and what is to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from policy_site.errors import UsageError
from policy_site.model import Document, Policy
from policy_site.publication import Publication
from policy_site.settings import Settings


@dataclass(frozen=True, slots=True)
class Shelf:
    """What there is of one policy: the site as it is now, and the files on disk."""

    settings: Settings
    publication: Publication
    """As of now, of what is committed."""
    policy_id: str
    today: date
    """In the site's time zone."""
    files: Mapping[str, str]
    """Texts on disk by their path below the content folder."""
    texts: Mapping[str, str]
    """Path of the policy's text by language: `en` stands for `privacy/en.md`."""
    documents: Mapping[str, Document]
    """Texts on disk, rendered, by path."""
    labels_elsewhere: frozenset[str] = frozenset()
    """Labels that other branches use already."""

    @property
    def authoritative(self) -> str:
        """The language whose text counts."""
        return self.settings.authoritative_locale_of(self.policy_id)

    @property
    def folder(self) -> str:
        """The policy's folder below the content folder."""
        return self.settings.policy(self.policy_id).folder_name

    @property
    def policy(self) -> Policy | None:
        """The policy as it is published; ``None`` where nothing of it is yet."""
        return next((policy for policy in self.publication.policies if policy.id == self.policy_id), None)

    @property
    def labels(self) -> frozenset[str]:
        """Labels that are in use."""
        prefix = f"{self.folder}/releases/"
        own = {path.removeprefix(prefix).removesuffix(".md") for path in self.files if path.startswith(prefix)}
        known = {version.label for version in self.policy.versions} if self.policy else set()
        return frozenset(own | known) | self.labels_elsewhere

    def note_path(self, label: str, locale: str = "") -> str:
        """Return where the release note of a version is, or its words in another language."""
        language = f".{locale}" if locale and locale != self.authoritative else ""
        return f"{self.folder}/releases/{label}{language}.md"

    def note(self, label: str) -> str:
        """Return the release note of a version as it is on disk; raise :class:`UsageError` where there is none."""
        path = self.note_path(label)
        if path not in self.files:
            known = ", ".join(sorted(self.labels)) or "none"
            raise UsageError(
                f"The policy {self.policy_id!r} has no release note for a version {label!r} ({path}).",
                remedy=f"Name a version that has one: {known}.",
            )
        return self.files[path]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written."""

    summary: str
    """What it does, a sentence."""
    files: Mapping[str, str]
    """New content by path below the content folder."""
    remarks: tuple[str, ...] = ()
    """What a person should look at or do next, sentences."""
    label: str = ""
    """The version it is about."""
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What was proposed, for machines."""
