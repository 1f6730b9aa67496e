"""How revisions become versions: for the site, for one policy, and put right from outside for one commit."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from policy_site.groupings import GROUPINGS, Grouping, grouping
from policy_site.model import Significance
from policy_site.settings.patterns import compilable_pattern, label_pattern, plain_pattern
from policy_site.settings.values import Slug, name_of_grouping

DatePattern = Annotated[str, AfterValidator(compilable_pattern)]
LabelPattern = Annotated[str, AfterValidator(label_pattern)]
Pattern = Annotated[str, AfterValidator(plain_pattern)]
Source = Annotated[str, AfterValidator(name_of_grouping)]
Day = Annotated[date, Field(strict=True)]
Several = Literal["first", "newest", "oldest"]
Reworded = Literal["version", "revision"]


class Table(BaseModel):
    """What every table of ``site.toml`` is: frozen, and without a key that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class VersionSettings(Table):
    """How revisions are grouped into versions."""

    source: Source = GROUPINGS[0].name
    """Name of a way of grouping."""
    date_patterns: tuple[DatePattern, ...] = Field(default=(), max_length=100)
    """Regular expressions that find the date in a text; the first that matches wins. They are tried on the words after
    the title, then on the whole file."""
    date_key: str | tuple[str, ...] | None = None
    """Front matter keys that hold the date, the first that is there wins; dots lead into tables."""
    several_dates: Several = "first"
    """Which of several dates in one text counts."""
    day_first: bool | None = None
    """What ``03/04/2026`` is; without it, such a date is not read, and with hyphens or dots the day comes first."""
    reworded: Reworded = "version"
    """What other words under an unchanged date are: a version of their own, or a revision of the dated one."""
    label_key: str | None = None
    """Front matter key that holds what a text calls its version."""
    label_patterns: tuple[LabelPattern, ...] = Field(default=(), max_length=100)
    """Regular expressions, with a group ``label``, that find what a text calls its version."""
    tags: LabelPattern = r"(?P<label>.+)"
    """A regular expression for the names of the tags that make versions; the group ``label`` is the version's."""
    retired_patterns: tuple[Pattern, ...] = Field(default=(), max_length=100)
    """Regular expressions that find a notice that a policy is no longer maintained."""
    significance: Significance = Significance.MINOR
    """Of versions for which nobody declared one."""

    @property
    def grouping(self) -> Grouping:
        """The way of grouping."""
        return grouping(self.source)

    @property
    def date_keys(self) -> tuple[str, ...]:
        """The front matter keys that hold the date."""
        return (self.date_key,) if isinstance(self.date_key, str) else self.date_key or ()


class OwnVersions(Table):
    """What one policy has otherwise than the site: the keys of ``[versions]``, each with the site's as its default."""

    source: Source | None = None
    date_patterns: tuple[DatePattern, ...] | None = Field(default=None, max_length=100)
    date_key: str | tuple[str, ...] | None = None
    several_dates: Several | None = None
    day_first: bool | None = None
    reworded: Reworded | None = None
    label_key: str | None = None
    label_patterns: tuple[LabelPattern, ...] | None = Field(default=None, max_length=100)
    tags: LabelPattern | None = None
    retired_patterns: tuple[Pattern, ...] | None = Field(default=None, max_length=100)
    significance: Significance | None = None

    def over(self, common: VersionSettings) -> VersionSettings:
        """Return the site's settings with what this policy has otherwise."""
        own = {key: getattr(self, key) for key in OwnVersions.model_fields if getattr(self, key) is not None}
        return common.model_copy(update=own) if own else common


class Correction(Table):
    """What a commit should have said: history is put right from outside, and stays as it is."""

    commit: str = Field(pattern=r"^[0-9a-f]{7,64}$")
    """Its name, or the beginning of it."""
    policy: Slug | None = None
    """The policy it is about; by default, each that the commit changed."""
    label: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=100)
    date: Day | None = None
    """The date that its text should have named."""
    not_a_version: bool = False
    """Whether what it changed belongs to the version before."""

    @model_validator(mode="after")
    def _corrects_something(self) -> Correction:
        if not (self.label or self.date or self.not_a_version):
            raise ValueError("a correction says something: a label, a date, or not_a_version = true")
        return self
