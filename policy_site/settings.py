"""``site.toml``: what the operator decided, read once, all faults at once."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from policy_site.model import Significance

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$", max_length=80)]
"""A name that is part of an address."""

LanguageTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""A language tag (BCP 47)."""


def _existing_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError) as error:
        msg = f"there is no time zone {name!r}; write a name of the IANA database such as 'Europe/Berlin' or 'UTC'"
        raise ValueError(msg) from error
    return name


def _absolute_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.netloc or parts.query or parts.fragment:
        msg = f"{address!r} is not the address of a site; write it whole, such as 'https://example.org/legal/'"
        raise ValueError(msg)
    return address if address.endswith("/") else f"{address}/"


def _compilable_pattern(pattern: str) -> str:
    try:
        groups = regex.compile(pattern).groupindex
    except regex.error as error:
        msg = f"{pattern!r} is not a regular expression: {error}"
        raise ValueError(msg) from error
    if "date" not in groups and not {"year", "month", "day"} <= set(groups):
        msg = "a date pattern names the group 'date' (2026-05-04), or the groups 'year', 'month' and 'day'"
        raise ValueError(msg)
    return pattern


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContentSettings(_Table):
    """Where the texts are."""

    folder: str = "."
    """The content folder: relative to ``site.toml``, or to the repository where ``--repository`` names another one."""
    layout: tuple[str, ...] = ("{policy}/{locale}.md",)
    """Patterns of the texts' paths, the first that fits wins; a repository that changed its layout lists both."""
    exclude: tuple[str, ...] = ()
    """Globs of paths that are not read (``*`` does not cross ``/``, ``**`` does)."""
    folders: dict[str, LanguageTag] = Field(default_factory=dict)
    """Names that stand in paths for a language: ``{"en-US" = "en"}``."""
    markdown_extensions: tuple[
        Literal["tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists"], ...
    ] = (
        "tables",
        "attr_list",
        "def_list",
        "footnotes",
        "md_in_html",
        "sane_lists",
    )


class VersionSettings(_Table):
    """How revisions are grouped into versions."""

    source: Literal["release", "date", "revision"] = "release"
    date_patterns: tuple[Annotated[str, AfterValidator(_compilable_pattern)], ...] = ()
    """Regular expressions that find the date in a text; the first that matches wins."""
    date_key: str | None = None
    """Front matter key that holds the date."""
    significance: Significance = Significance.MINOR
    """Of versions for which nobody declared one."""


class NoticePreset(_Table):
    """How long before it takes effect a significant version is announced."""

    days: int = Field(ge=0, le=3650)


class PolicySettings(_Table):
    """One policy."""

    id: Slug
    title: str | None = None
    """Used until a text with a title exists."""
    required_languages: tuple[LanguageTag, ...] | None = None
    """Languages in which a significant version's note must exist; default: the authoritative one alone."""
    files: str | None = None
    """The name that stands for ``{policy}`` in paths, where it is not the id."""


class FeedSettings(_Table):
    """What makes event ids (RFC 4151). Frozen once published."""

    authority: str = ""
    """A domain name; default: the host of ``base_url``."""
    year: int = Field(default=2026, ge=1990, le=9999)


class Settings(_Table):
    """The whole of ``site.toml``."""

    title: str
    publisher: str = ""
    base_url: Annotated[str, AfterValidator(_absolute_address)]
    time_zone: Annotated[str, AfterValidator(_existing_time_zone)] = "UTC"
    languages: tuple[LanguageTag, ...] = Field(min_length=1)
    """The first is the site's own."""
    authoritative_language: LanguageTag | None = None
    branch: str | None = None
    """The publishing branch; default: the one that is checked out."""
    is_sample: bool = False
    """Pages say that the content is a sample."""
    content: ContentSettings = ContentSettings()
    versions: VersionSettings = VersionSettings()
    notices: dict[str, NoticePreset] = Field(default_factory=lambda: {"standard": NoticePreset(days=30)})
    feed: FeedSettings = FeedSettings()
    policies: tuple[PolicySettings, ...] = Field(min_length=1)

    @property
    def authoritative_locale(self) -> str:
        """The language whose text is the one that counts."""
        return self.authoritative_language or self.languages[0]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the site's days begin."""
        return ZoneInfo(self.time_zone)

    @property
    def base_path(self) -> str:
        """Path of ``base_url``, with a slash at both ends: ``/`` or ``/legal/``."""
        return urlsplit(self.base_url).path
