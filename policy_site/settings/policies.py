"""One policy in ``site.toml``, or many that one pattern of paths names."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, field_validator, model_validator

from policy_site.settings.values import LanguageTag, Line, Slug, file_name, name_in_addresses
from policy_site.settings.versions import Day, OwnVersions, Table

Name = Annotated[str, AfterValidator(file_name)]


def _slug_or_none(name: str) -> str:
    return name_in_addresses(name) if name else ""


class FileName(Table):
    """What a policy's file is or was called, and when."""

    path: Name
    since: Day | None = None
    """The first day on which the file there was this policy."""
    until: Day | None = None
    """The first day on which it was no longer."""

    @property
    def is_path(self) -> bool:
        """Whether it is a whole path, and no name that stands for ``{policy}``."""
        return "/" in self.path or "*" in self.path or self.path.endswith((".md", ".markdown", ".txt"))

    def covers(self, day: date) -> bool:
        """Whether the file was this policy on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


_RELATIONS = {
    **dict.fromkeys(("privacy", "privacy-policy", "privacy-notice"), "privacy-policy"),
    **dict.fromkeys(("terms", "terms-of-service", "terms-of-use"), "terms-of-service"),
}


class PolicySettings(OwnVersions):
    """One policy."""

    id: Annotated[str, AfterValidator(_slug_or_none)] = ""
    """Its name in addresses. Where ``files`` has ``*``, each file that fits is a policy with an id of its own."""
    title: Line | dict[LanguageTag, Line] | None = None
    """A title that stands in until a text with a title exists; by language, ``{en = "Terms of use"}``, the title of the
    texts in these languages, whatever they begin with."""
    required_languages: tuple[LanguageTag, ...] | None = None
    """Languages in which a significant version's note must exist; default: the authoritative one alone."""
    authoritative_language: LanguageTag | None = None
    """The language whose text makes the versions of this policy; default: the site's."""
    prevailing_language: str | None = None
    """The language whose text prevails where two differ; ``none`` where all are equally authentic; default: the
    authoritative one."""
    stale_translation: Literal["show", "yield"] = "show"
    """What readers of a translation get that is behind: the translation with a banner, or the authoritative text with
    a link to the translation."""
    files: Name | tuple[Name | FileName, ...] | None = None
    """The name that stands for ``{policy}`` in paths, where it is not the id; or a path from the content folder
    (``Legal/terms.md``, ``{locale}/terms.md``), or several where it was called otherwise before, today's first. With
    ``*`` and ``**``: a policy for each file that fits."""
    announced: FileName | None = None
    """The name that stands for ``{policy}`` in paths, or the path, of the file in which its coming text is kept until
    its day: ``terms_preview``."""
    formerly: tuple[Slug, ...] = ()
    """Ids that it had before, or of policies that it took the place of: their addresses lead here."""
    group: Line = ""
    """The part of the index in which it stands."""
    reviewed: tuple[Day, ...] = ()
    """Days on which people looked through the text in force and found nothing to change."""
    retired: Day | None = None
    """First day on which the policy no longer applies to anyone."""
    must_cover: Literal["gdpr"] | None = None
    """A list of topics that the text must speak of."""
    relation: Literal["privacy-policy", "terms-of-service", "none"] | None = None
    """What the policy is to the site, by its name among link relations (RFC 6903); default: as its id says."""

    @field_validator("announced", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value

    @property
    def names(self) -> tuple[FileName, ...]:
        """Where its texts are or were, today's place first: names in the layout, and paths."""
        named = self.files if isinstance(self.files, tuple) else (self.files or self.id,)
        return tuple(FileName(path=each) if isinstance(each, str) else each for each in named)

    @property
    def folder_name(self) -> str:
        """The name that stands for ``{policy}`` in paths."""
        return next((each.path for each in self.names if not each.is_path), self.id)

    @property
    def is_wildcard(self) -> bool:
        """Whether each file that fits is a policy of its own."""
        return any("*" in each.path for each in self.names)

    @model_validator(mode="after")
    def _is_named(self) -> PolicySettings:
        if not self.id and not self.is_wildcard:
            raise ValueError("a policy has an id; without one, `files` holds a '*' and each file that fits is a policy")
        if self.is_wildcard and (self.id or not isinstance(self.files, str)):
            raise ValueError("a policy whose `files` holds a '*' has no id, and one path: each file has its own")
        return self

    @property
    def link_relation(self) -> str:
        """Name the link relation under which every page of the site leads to the policy; empty where there is none."""
        if self.relation is not None:
            return self.relation.removeprefix("none")
        return _RELATIONS.get(self.id, "")

    @property
    def titles(self) -> dict[LanguageTag, Line]:
        """Titles that stand above what the texts say themselves, by language."""
        return self.title if isinstance(self.title, dict) else {}

    def fallback_title(self, locale: str) -> str:
        """Return what a policy is called whose text in ``locale`` has no title."""
        return self.title if isinstance(self.title, str) else self.titles.get(locale, "") or self.id
