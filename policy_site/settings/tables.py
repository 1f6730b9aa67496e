"""The tables of ``site.toml``, each key with what it means."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from policy_site.groupings import Grouping
from policy_site.settings.brand import BrandSettings
from policy_site.settings.policies import PolicySettings
from policy_site.settings.values import (
    LanguageTag,
    Line,
    Slug,
    absolute_address,
    address_or_none,
    domain_name,
    existing_time_zone,
    folder_name,
    hub_address,
    known_category,
    known_encoding,
    layout_pattern,
    relative_folder,
)
from policy_site.settings.versions import Correction, Table, VersionSettings


class ContentSettings(Table):
    """Where the texts are."""

    folder: Annotated[Line, AfterValidator(folder_name)] = "."
    """The content folder: relative to ``site.toml``, or to the repository where ``--repository`` names another one."""
    layout: tuple[Annotated[str, AfterValidator(layout_pattern)], ...] = ("{policy}/{locale}.md",)
    """Patterns of the texts' paths, the first that fits wins; a repository that changed its layout lists both."""
    exclude: tuple[str, ...] = ()
    """Globs of paths that are not read (``*`` does not cross ``/``, ``**`` does)."""
    folders: dict[str, LanguageTag] = Field(default_factory=dict)
    """Names that stand in paths for a language: ``{"en-US" = "en"}``."""
    encodings: dict[str, Annotated[Line, AfterValidator(known_encoding)]] = Field(default_factory=dict)
    """What texts are in that are not UTF-8, by globs of their paths, the first that fits: ``{"acts/*.txt" =
    "windows-1252"}``. One that is UTF-8 is read as that, whatever is said here."""
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
    """Of Python-Markdown; lists, fences and emphasis are read as a forge reads them with or without."""
    substitutions: dict[str, Line] = Field(default_factory=dict)
    """What stands for ``{{ site.email }}``, ``{% data product %}`` or ``{{< address >}}`` in texts, by what is between
    the braces."""
    root_links: Annotated[str, AfterValidator(address_or_none)] = ""
    """The site to which links such as ``/terms`` lead that texts were written for; default: where this one is."""
    markdown: Literal["python-markdown", "github"] = "python-markdown"
    """Who reads the texts: Python-Markdown with the extensions above, or markdown-it-py as GitHub does."""

    id_aliases: tuple[Literal["github", "pandoc"], ...] = ()
    """By whose rules links inside a text may name its headings, besides the ids that they have here."""
    section_histories: Annotated[int, Field(ge=0, le=100_000)] = 500
    """How many sections of a policy have a page with their history, at most: those that changed first."""

    @property
    def reading(self) -> tuple[str, ...]:
        """The extensions with which texts are read, or what stands for another reader."""
        return ("github",) if self.markdown == "github" else self.markdown_extensions


class NoticePreset(Table):
    """How long before it takes effect a significant version is announced."""

    days: int = Field(ge=0, le=3650)


class Guard(Table):
    """What must stay in the texts of a policy."""

    policy: Slug
    section: Line = ""
    """Id of a section that must be there."""
    sentence: Line = ""
    """Words that readers must find, in that section where one is named."""
    reason: Line = ""

    @model_validator(mode="after")
    def _guards_something(self) -> Guard:
        if not self.section and not self.sentence:
            raise ValueError("a guard names a section, a sentence or both")
        return self


class FeedSettings(Table):
    """What makes event ids (RFC 4151). Frozen once published."""

    authority: Annotated[str, AfterValidator(domain_name)] = ""
    """A domain name; default: the host of ``base_url``."""
    year: int = Field(default=2026, ge=1990, le=9999)
    hubs: tuple[Annotated[str, AfterValidator(hub_address)], ...] = ()
    """WebSub hubs: feeds announce them, ``policy-site ping`` tells them of changes."""


class Settings(Table):
    """The whole of ``site.toml``."""

    title: Line
    titles: dict[LanguageTag, Line] = Field(default_factory=dict)
    """The title in other languages: ``{de = "Richtlinien"}``."""
    publisher: Line = ""
    """The company's name."""
    base_url: Annotated[str, AfterValidator(absolute_address)]
    time_zone: Annotated[str, AfterValidator(existing_time_zone)] = "UTC"
    languages: tuple[LanguageTag, ...] = Field(min_length=1)
    """The first is the site's own."""
    authoritative_language: LanguageTag | None = None
    branch: Line | None = None
    """The publishing branch; default: the one that is checked out."""
    day_formats: dict[LanguageTag, LanguageTag] = Field(default_factory=dict)
    """How a language writes days, where it is not as CLDR has it: ``{en = "en-GB"}`` writes 1 February 2026."""
    hosts: tuple[Literal["apache", "caddy", "netlify", "nginx"], ...] = ()
    """Web servers for which a ready file is written: who asks for ``/`` is led to the language they read."""
    is_sample: bool = False
    """Pages say that the content is a sample."""
    extra: Annotated[Line, AfterValidator(relative_folder)] = ""
    """A folder of files that are published as they are; relative to what ``content.folder`` is relative to."""
    brand: BrandSettings = BrandSettings()
    content: ContentSettings = ContentSettings()
    versions: VersionSettings = VersionSettings()
    notices: dict[str, NoticePreset] = Field(default_factory=lambda: {"standard": NoticePreset(days=30)})
    feed: FeedSettings = FeedSettings()
    rules: dict[str, Literal["error", "warning", "note", "off"]] = Field(default_factory=dict)
    """The level of a rule of ``check``, by its name, where it is not its own."""
    guards: tuple[Guard, ...] = ()
    """What must stay in the texts."""
    avoid_words: tuple[Line, ...] = ()
    """Words that texts should not have; ``["wp260"]`` stands for those that WP260 names."""
    approvals: dict[Annotated[str, AfterValidator(known_category)], tuple[Line, ...]] = Field(default_factory=dict)
    """Who must approve a change, by its category; one of them is enough."""
    policies: tuple[PolicySettings, ...] = Field(min_length=1)
    corrections: tuple[Correction, ...] = ()
    """What commits should have said."""

    @property
    def authoritative_locale(self) -> str:
        """The language whose text is the one that counts."""
        return self.authoritative_language or self.languages[0]

    def title_in(self, locale: str) -> str:
        """Return the site's title for readers of ``locale``."""
        return self.titles.get(locale, self.title)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the site's days begin."""
        return ZoneInfo(self.time_zone)

    @property
    def base_path(self) -> str:
        """Path of ``base_url``, with a slash at both ends: ``/`` or ``/legal/``."""
        return urlsplit(self.base_url).path

    @property
    def tag(self) -> str:
        """What the ids of events and feeds begin with (RFC 4151): ``tag:example.org,2026:``."""
        authority = self.feed.authority or (urlsplit(self.base_url).hostname or "localhost")
        return f"tag:{authority},{self.feed.year}:"

    def policy(self, policy_id: str) -> PolicySettings:
        """Return what is set for a policy; raise :class:`KeyError` where it is not named."""
        for policy in self.policies:
            if policy.id == policy_id:
                return policy
        raise KeyError(policy_id)

    def of(self, policy_id: str) -> Settings:
        """Return the settings that count for one policy: its own where it has some, else the site's."""
        policy = self.policy(policy_id)
        versions = policy.over(self.versions)
        language = policy.authoritative_language or self.authoritative_language
        if versions is self.versions and language == self.authoritative_language:
            return self
        return self.model_copy(update={"versions": versions, "authoritative_language": language})

    def grouping_of(self, policy_id: str) -> Grouping:
        """Return the way in which the revisions of a policy are grouped."""
        return self.policy(policy_id).over(self.versions).grouping

    def authoritative_locale_of(self, policy_id: str) -> str:
        """Return the language whose text of a policy is the one that counts."""
        return self.policy(policy_id).authoritative_language or self.authoritative_locale

    @property
    def reads_tags(self) -> bool:
        """Whether tags make the versions of a policy."""
        return any(policy.over(self.versions).source == "tag" for policy in self.policies)

    @property
    def is_ours(self) -> bool:
        """Whether the content of every policy is written for this program."""
        return all(policy.over(self.versions).grouping.is_ours for policy in self.policies)

    def prevailing_locale(self, policy_id: str) -> str | None:
        """Return the language whose text of a policy prevails; ``None`` where all are equally authentic."""
        named = self.policy(policy_id).prevailing_language
        return None if named == "none" else named or self.authoritative_locale_of(policy_id)

    @model_validator(mode="after")
    def _names_agree(self) -> Settings:
        if self.authoritative_language and self.authoritative_language not in self.languages:
            raise ValueError(f"authoritative_language {self.authoritative_language!r} is not one of languages")
        ids = [policy.id for policy in self.policies if not policy.is_wildcard]
        for name, seen in (("languages", self.languages), ("hosts", self.hosts), ("policies", ids)):
            folded = [
                entry.casefold() for entry in seen
            ]  # addresses that differ in case alone share a file on some disks
            twice = [entry for entry in seen if folded.count(entry.casefold()) > 1]
            if twice:
                raise ValueError(f"{name} names {twice[0]!r} twice")
        self._languages_agree()
        self._guards_agree()
        for policy in self.policies:
            versions = policy.over(self.versions)
            if policy.announced and not versions.grouping.reads_date:
                raise ValueError(f"policy {policy.id!r} has `announced`, so its texts name their days: source = 'date'")
            if versions.grouping.reads_date and not (versions.date_patterns or versions.date_key):
                named = policy.id or policy.names[0].path
                where = "versions.source" if policy.source is None else f"in policy {named!r}, source"
                raise ValueError(f'{where} "{versions.source}" needs date_patterns or date_key')
        return self

    def _guards_agree(self) -> None:
        ids = [policy.id for policy in self.policies]
        for guard in self.guards:
            if guard.policy not in ids:
                raise ValueError(f"a guard is for the policy {guard.policy!r}, which is none of {', '.join(ids)}")
        for policy in self.policies:
            for name in policy.formerly:
                if name in ids:
                    raise ValueError(f"policy {policy.id!r} was formerly {name!r}, which is a policy of this site")
        former = [name for policy in self.policies for name in policy.formerly]
        for name in former:
            if former.count(name) > 1:
                raise ValueError(f"two policies were formerly {name!r}; its addresses lead to one alone")
        for correction in self.corrections:
            if correction.policy not in (None, *ids):
                msg = f"a correction is for the policy {correction.policy!r}, which is none of {', '.join(ids)}"
                raise ValueError(msg)

    @model_validator(mode="after")
    def _words_are_in_languages(self) -> Settings:
        links = (*self.brand.header, *self.brand.footer)
        told = [("titles", self.titles), *(("a link of brand", link.title) for link in links)]
        told += [("a link of brand", link.address) for link in links]
        for what, words in told:
            for language in words if isinstance(words, dict) else ():
                if language not in self.languages:
                    raise ValueError(f"{what} names {language!r}, which is not one of languages")
        return self

    def _languages_agree(self) -> None:
        for language, days in self.day_formats.items():
            if language not in self.languages:
                raise ValueError(f"day_formats names {language!r}, which is not one of languages")
            if days.partition("-")[0].casefold() != language.partition("-")[0].casefold():
                raise ValueError(f"day_formats writes the days of {language!r} as {days!r}, which is another language")
        for policy in self.policies:
            self._languages_of_policy_agree(policy)

    def _languages_of_policy_agree(self, policy: PolicySettings) -> None:
        for language in policy.titles:
            if language not in self.languages:
                raise ValueError(f"policy {policy.id!r} has a title in {language!r}, which is not one of languages")
        for language in policy.required_languages or ():
            if language not in self.languages:
                raise ValueError(f"policy {policy.id!r} requires {language!r}, which is not one of languages")
        if policy.authoritative_language not in (None, *self.languages):
            msg = f"in policy {policy.id!r}, {policy.authoritative_language!r} is not one of languages"
            raise ValueError(msg)
        if policy.prevailing_language not in (None, "none", *self.languages):
            raise ValueError(
                f"in policy {policy.id!r} {policy.prevailing_language!r} prevails, which is not one of languages;"
                " name one, or 'none' where all texts are equally authentic"
            )
