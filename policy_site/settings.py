"""``site.toml``: what the operator decided, read once, all faults at once."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from policy_site.errors import SettingsError
from policy_site.groupings import GROUPINGS, Grouping, grouping
from policy_site.model import (
    CATEGORIES,
    LONG_PSEUDO_LANGUAGE,
    MIRRORED_PSEUDO_LANGUAGE,
    Finding,
    Severity,
    Significance,
)


def _name_in_addresses(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9._-]{0,78}[a-z0-9])?", name):
        raise ValueError(f"{name!r} would be part of addresses; write it in small letters, digits and hyphens")
    return name


def _language_tag(tag: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        raise ValueError(f"{tag!r} is not a language tag; write one of BCP 47 such as 'en' or 'pt-BR'")
    if tag.casefold() in (LONG_PSEUDO_LANGUAGE.casefold(), MIRRORED_PSEUDO_LANGUAGE.casefold()):
        raise ValueError(f"{tag!r} is a made-up language of the preview, never published; use `serve --pseudo`")
    return tag


Slug = Annotated[str, AfterValidator(_name_in_addresses)]
"""A name that is part of an address."""

LanguageTag = Annotated[str, AfterValidator(_language_tag)]
"""A language tag (BCP 47)."""


def _printable_line(words: str) -> str:
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Zl", "Zp") or sign in _TURNING for sign in words):
        raise ValueError(f"{words!r} holds a character that cannot be printed on a line")
    return words


_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
Line = Annotated[str, AfterValidator(_printable_line)]
"""Words on one line, without control characters or bidirectional overrides."""


def _existing_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        msg = f"there is no time zone {name!r}; write a name of the IANA database such as 'Europe/Berlin' or 'UTC'"
        raise ValueError(msg) from error
    return name


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])"
_PORT = r"(?::(?P<port>\d{1,5}))?"
_ADDRESS = re.compile(rf"https?://{_HOST}{_PORT}(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~-]+)*/?")
_LAST_PORT = 65_535


def absolute_address(address: str) -> str:
    """Return the address of a site, with a slash at its end; raise :class:`ValueError` with its fault."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None or int(parts["port"] or 0) > _LAST_PORT:
        msg = (
            f"{address!r} is not the address of a site; write it whole, such as 'https://example.org/legal/', with"
            " letters, digits, dots, hyphens, '_' and '~' (other hosts in their 'xn--' form)"
        )
        raise ValueError(msg)
    try:
        urlsplit(address)
    except ValueError:
        raise ValueError(f"{address!r} names no host; write a domain name, or the numbers of a host") from None
    return address if address.endswith("/") else f"{address}/"


def _folder_name(folder: str) -> str:
    if folder.startswith("/"):
        raise ValueError(f"{folder!r} is a path of one machine; write it from the folder of site.toml")
    return folder


def _relative_folder(folder: str) -> str:
    if folder and (folder.startswith("/") or "\\" in folder or ".." in folder.split("/")):
        raise ValueError(f"{folder!r} leads out of the folder of site.toml; write a path below it, such as 'public'")
    return folder.strip("/")


def _hub_address(address: str) -> str:
    if not re.fullmatch(rf"https?://{_HOST}(?::\d{{1,5}})?(?:[/?][!#-;=?-Z_a-z~]*)?", address) or "#" in address:
        raise ValueError(f"{address!r} is not the address of a hub; write it whole, such as 'https://hub.example.org/'")
    return address


def _domain_name(name: str) -> str:
    if name and not re.fullmatch(rf"{_HOST}|[A-Za-z0-9._%+-]+@{_HOST}", name):
        raise ValueError(f"{name!r} is not a domain name; write one such as 'example.org'")
    return name


_LARGEST_PATTERN = 10_000
"""Signs of a pattern, each repetition written out: compiled, a million of them take 300 MB."""
_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<least>\d*),?(?P<most>\d*)\}|.", re.DOTALL)
"""Of a pattern: a sign, a class of signs, or how often what stands before it is repeated."""


def _written_out(pattern: str) -> int:
    """Return how many signs a pattern has when each of its repetitions is written out."""
    groups = [(0, 0)]  # of each group that is open: its signs up to the last part, and those of the last part
    for part in _PART.finditer(pattern):
        before, last = groups[-1]
        if part[0] == "(":
            groups.append((0, 0))
        elif part[0] == ")" and len(groups) > 1:
            groups.pop()
            outer, sibling = groups[-1]
            groups[-1] = (outer + sibling, before + last)
        elif part["least"] or part["most"]:
            groups[-1] = (before, last * max(1, *(int(times.lstrip("0")[:10] or 0) for times in part.group(1, 2))))
        else:
            groups[-1] = (before + last, 1)
    return sum(before + last for before, last in groups)


def _compilable_pattern(pattern: str) -> str:
    if len(pattern) > _LARGEST_PATTERN or _written_out(pattern) > _LARGEST_PATTERN:
        msg = (
            f"{pattern[:200]!r} is too large: with each repetition written out, it may have {_LARGEST_PATTERN:,} signs"
        )
        raise ValueError(msg)
    try:
        groups = regex.compile(pattern).groupindex
    except (regex.error, RecursionError, MemoryError) as error:
        msg = f"{pattern[:200]!r} is not a regular expression: {error}"
        raise ValueError(msg) from error
    if "date" not in groups and not {"year", "month", "day"} <= set(groups):
        msg = "a date pattern names the group 'date' (2026-05-04), or the groups 'year', 'month' and 'day'"
        raise ValueError(msg)
    return pattern


def _layout_pattern(pattern: str) -> str:
    for name in re.findall(r"\{[^{}]*\}", pattern):
        if name not in ("{policy}", "{locale}"):
            raise ValueError(f"{pattern!r} names {name}; only {{policy}} and {{locale}} are known")
        if pattern.count(name) > 1:
            raise ValueError(f"{pattern!r} names {name} twice; a path says it once")
    return pattern


def _name_of_grouping(name: str) -> str:
    return grouping(name).name


def _known_category(category: str) -> str:
    if category not in CATEGORIES:
        raise ValueError(f"there is no category {category!r}; there are {', '.join(CATEGORIES)}")
    return category


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContentSettings(_Table):
    """Where the texts are."""

    folder: Annotated[Line, AfterValidator(_folder_name)] = "."
    """The content folder: relative to ``site.toml``, or to the repository where ``--repository`` names another one."""
    layout: tuple[Annotated[str, AfterValidator(_layout_pattern)], ...] = ("{policy}/{locale}.md",)
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
    """Of Python-Markdown; lists, fences and emphasis are read as a forge reads them with or without."""
    markdown: Literal["python-markdown", "github"] = "python-markdown"
    """Who reads the texts: Python-Markdown with the extensions above, or markdown-it-py as GitHub does."""

    id_aliases: tuple[Literal["github", "pandoc"], ...] = ()
    """By whose rules links inside a text may name its headings, besides the ids that they have here."""

    @property
    def reading(self) -> tuple[str, ...]:
        """The extensions with which texts are read, or what stands for another reader."""
        return ("github",) if self.markdown == "github" else self.markdown_extensions


class VersionSettings(_Table):
    """How revisions are grouped into versions."""

    source: Annotated[str, AfterValidator(_name_of_grouping)] = GROUPINGS[0].name
    """Name of a way of grouping."""
    date_patterns: tuple[Annotated[str, AfterValidator(_compilable_pattern)], ...] = Field(default=(), max_length=100)
    """Regular expressions that find the date in a text; the first that matches wins."""
    date_key: str | None = None
    """Front matter key that holds the date."""
    significance: Significance = Significance.MINOR
    """Of versions for which nobody declared one."""

    @property
    def grouping(self) -> Grouping:
        """The way of grouping."""
        return grouping(self.source)


class NoticePreset(_Table):
    """How long before it takes effect a significant version is announced."""

    days: int = Field(ge=0, le=3650)


class PolicySettings(_Table):
    """One policy."""

    id: Slug
    title: Line | dict[LanguageTag, Line] | None = None
    """A title that stands in until a text with a title exists; by language, ``{en = "Terms of use"}``, the title of the
    texts in these languages, whatever they begin with."""
    required_languages: tuple[LanguageTag, ...] | None = None
    """Languages in which a significant version's note must exist; default: the authoritative one alone."""
    prevailing_language: str | None = None
    """The language whose text prevails where two differ; ``none`` where all are equally authentic; default: the
    authoritative one."""
    stale_translation: Literal["show", "yield"] = "show"
    """What readers of a translation get that is behind: the translation with a banner, or the authoritative text with
    a link to the translation."""
    files: str | None = None
    """The name that stands for ``{policy}`` in paths, where it is not the id."""
    reviewed: tuple[Annotated[date, Field(strict=True)], ...] = ()
    """Days on which people looked through the text in force and found nothing to change."""
    retired: Annotated[date, Field(strict=True)] | None = None
    """First day on which the policy no longer applies to anyone."""
    must_cover: Literal["gdpr"] | None = None
    """A list of topics that the text must speak of."""

    @property
    def titles(self) -> dict[LanguageTag, Line]:
        """Titles that stand above what the texts say themselves, by language."""
        return self.title if isinstance(self.title, dict) else {}

    def fallback_title(self, locale: str) -> str:
        """Return what a policy is called whose text in ``locale`` has no title."""
        return self.title if isinstance(self.title, str) else self.titles.get(locale, "") or self.id


class Guard(_Table):
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


class FeedSettings(_Table):
    """What makes event ids (RFC 4151). Frozen once published."""

    authority: Annotated[str, AfterValidator(_domain_name)] = ""
    """A domain name; default: the host of ``base_url``."""
    year: int = Field(default=2026, ge=1990, le=9999)
    hubs: tuple[Annotated[str, AfterValidator(_hub_address)], ...] = ()
    """WebSub hubs: feeds announce them, ``policy-site ping`` tells them of changes."""


class Settings(_Table):
    """The whole of ``site.toml``."""

    title: Line
    publisher: Line = ""
    base_url: Annotated[str, AfterValidator(absolute_address)]
    time_zone: Annotated[str, AfterValidator(_existing_time_zone)] = "UTC"
    languages: tuple[LanguageTag, ...] = Field(min_length=1)
    """The first is the site's own."""
    authoritative_language: LanguageTag | None = None
    branch: Line | None = None
    """The publishing branch; default: the one that is checked out."""
    hosts: tuple[Literal["apache", "caddy", "netlify", "nginx"], ...] = ()
    """Web servers for which a ready file is written: who asks for ``/`` is led to the language they read."""
    is_sample: bool = False
    """Pages say that the content is a sample."""
    extra: Annotated[Line, AfterValidator(_relative_folder)] = ""
    """A folder of files that are published as they are; relative to what ``content.folder`` is relative to."""
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
    approvals: dict[Annotated[str, AfterValidator(_known_category)], tuple[Line, ...]] = Field(default_factory=dict)
    """Who must approve a change, by its category; one of them is enough."""
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

    def prevailing_locale(self, policy_id: str) -> str | None:
        """Return the language whose text of a policy prevails; ``None`` where all are equally authentic."""
        named = self.policy(policy_id).prevailing_language
        return None if named == "none" else named or self.authoritative_locale

    @model_validator(mode="after")
    def _names_agree(self) -> Settings:
        if self.authoritative_language and self.authoritative_language not in self.languages:
            raise ValueError(f"authoritative_language {self.authoritative_language!r} is not one of languages")
        ids = [policy.id for policy in self.policies]
        for name, seen in (("languages", self.languages), ("hosts", self.hosts), ("policies", ids)):
            folded = [
                entry.casefold() for entry in seen
            ]  # addresses that differ in case alone share a file on some disks
            twice = [entry for entry in seen if folded.count(entry.casefold()) > 1]
            if twice:
                raise ValueError(f"{name} names {twice[0]!r} twice")
        self._languages_agree()
        self._guards_agree()
        if self.versions.grouping.reads_date and not (self.versions.date_patterns or self.versions.date_key):
            raise ValueError(f'versions.source "{self.versions.source}" needs date_patterns or date_key')
        return self

    def _guards_agree(self) -> None:
        ids = [policy.id for policy in self.policies]
        for guard in self.guards:
            if guard.policy not in ids:
                raise ValueError(f"a guard is for the policy {guard.policy!r}, which is none of {', '.join(ids)}")

    def _languages_agree(self) -> None:
        for policy in self.policies:
            for language in policy.titles:
                if language not in self.languages:
                    raise ValueError(f"policy {policy.id!r} has a title in {language!r}, which is not one of languages")
            for language in policy.required_languages or ():
                if language not in self.languages:
                    raise ValueError(f"policy {policy.id!r} requires {language!r}, which is not one of languages")
            if policy.prevailing_language not in (None, "none", *self.languages):
                raise ValueError(
                    f"in policy {policy.id!r} {policy.prevailing_language!r} prevails, which is not one of languages;"
                    " name one, or 'none' where all texts are equally authentic"
                )


_MAXIMUM_BYTES = 1 << 20


def read_settings(path: Path) -> Settings:
    """Read ``site.toml``.

    Raises :class:`SettingsError` with one finding a fault: all of them at once, each with its line.
    """
    try:
        if path.exists() and not path.is_file():
            raise SettingsError(f"{path} is no file.", remedy="Name a site.toml with --config.")
        with path.open("rb") as file:
            content = file.read(_MAXIMUM_BYTES + 1)
        if len(content) > _MAXIMUM_BYTES:
            raise SettingsError(f"{path} is larger than 1 MiB.", remedy="Name a site.toml with --config.")
        text = content.decode("utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"There is no configuration at {path}.",
            remedy="Name one with --config, or begin with `policy-site init`.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", remedy="Make it a readable UTF-8 file.") from None
    return parse_settings(text, name=path.as_posix())


def parse_settings(text: str, *, name: str = "site.toml") -> Settings:
    """Take the text of a ``site.toml``; raise :class:`SettingsError` with one finding a fault."""
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise _settings_error(
            name, [_toml_fault(name, None, "Its tables or lists stand too deep in each other.")]
        ) from None
    except ValueError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        # tomllib hands on what int() says of a number with thousands of digits: that has no line
        reason = str(error).split(" (at", maxsplit=1)[0].split(";", maxsplit=1)[0]
        line = int(found.group(1)) if found else None
        raise _settings_error(name, [_toml_slip(name, line, reason, text)]) from None
    try:
        return Settings.model_validate(table)
    except ValidationError as errors:
        findings = [_finding_of(error, text=text, name=name) for error in faults_once(errors)]
        raise _settings_error(name, findings) from None


def _toml_slip(name: str, line: int | None, reason: str, text: str) -> Finding:
    """Return what is wrong in the words of the person who wrote it, where it is one of the usual slips."""
    written = text.split("\n")[line - 1] if line else ""
    if _quotation_marks(written) % 2:
        message, remedy = "A quotation mark in this line has no second one.", "Add it at the end of the value."
    elif re.fullmatch(r"\s*[\w.-]+\s*=\s*[^\s\"'\[{\d][^\"'\[{]*", written) and "true" not in written:
        message, remedy = "This value stands in no quotation marks.", 'Write `name = "value"`.'
    else:
        return _toml_fault(name, line, f"This line cannot be read: {reason[:1].lower()}{reason[1:]}.")
    return Finding(path=name, line=line, rule="toml", severity=Severity.ERROR, message=message, remedy=remedy)


def _quotation_marks(line: str) -> int:
    return line.replace('\\"', "").count('"')


def _toml_fault(name: str, line: int | None, message: str) -> Finding:
    remedy = 'Words stand in quotation marks (`name = "value"`), lists in brackets (`["en", "de"]`).'
    return Finding(path=name, line=line, rule="toml", severity=Severity.ERROR, message=message, remedy=remedy)


def _settings_error(name: str, findings: list[Finding]) -> SettingsError:
    count = "one fault" if len(findings) == 1 else f"{len(findings)} faults"
    return SettingsError(f"{name} has {count}.", remedy="Mend it and try again.", findings=tuple(findings))


def faults_once(errors: ValidationError) -> list[dict[str, Any]]:
    """Return what pydantic found wrong, each fault once: what stands there under a wrong name is not missing, too."""
    faults: list[dict[str, Any]] = [dict(error) for error in errors.errors()]
    unknown = [str(error["loc"][-1]) for error in faults if error["type"] == "extra_forbidden"]
    return [
        error
        for error in faults
        if error["type"] != "missing" or not difflib.get_close_matches(str(error["loc"][-1]), unknown, n=1)
    ]


def _finding_of(error: dict[str, Any], *, text: str, name: str) -> Finding:
    location: tuple[str | int, ...] = error["loc"]
    where = ".".join(str(part) for part in location)
    line = _line_of(text, location)
    if error["type"] == "extra_forbidden":
        known = known_keys(Settings, location[:-1])
        close = difflib.get_close_matches(str(location[-1]), known, n=1)
        suggestion = f"Write {close[0]!r} instead." if close else f"Known here are: {', '.join(sorted(known))}."
        message, remedy = f"There is no setting {where!r}.", suggestion
    elif error["type"] == "missing":
        message, remedy = f"The setting {where!r} is missing.", "Add it."
    else:
        reason = str(error["msg"]).removeprefix("Value error, ")
        message = f"{where}: {reason}." if where else f"{reason[0].upper()}{reason[1:]}."
        remedy = "Change the value." if where else "Mend one or the other."
    return Finding(path=name, line=line, rule="settings", severity=Severity.ERROR, message=message, remedy=remedy)


def known_keys(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """Return the keys that pydantic ``model`` knows at ``location``; empty where keys are free."""
    if not location:
        return list(model.model_fields)
    first, rest = location[0], location[1:]
    if isinstance(first, int):
        return known_keys(model, rest)
    field = model.model_fields.get(first)
    if field is None:
        return []
    for candidate in (field.annotation, *_arguments(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            if rest and candidate.__name__ == "NoticePreset":
                rest = rest[1:]
            return known_keys(candidate, rest)
    return []


def _arguments(annotation: Any) -> list[Any]:  # noqa: ANN401 - annotations have no common type
    return [inner for argument in get_args(annotation) for inner in (argument, *_arguments(argument))]


def _line_of(text: str, location: tuple[str | int, ...]) -> int | None:
    """Find the line of a TOML key: the parser keeps no positions, so tables and keys are looked for by their names."""
    lines = text.splitlines()
    start, names = 0, [part for part in location if isinstance(part, str)]
    index = next((part for part in location if isinstance(part, int)), 0)
    if names and f"[[{names[0]}]]" in text:
        tables = [number for number, line in enumerate(lines) if line.strip().startswith(f"[[{names[0]}]]")]
        start, names = tables[min(index, len(tables) - 1)], names[1:]
    for depth in range(len(names), 0, -1):
        header = re.compile(rf"\s*\[{re.escape('.'.join(names[:depth]))}\]")
        table = next((number for number, line in enumerate(lines) if header.match(line)), None)
        if table is not None:
            start, names = table, names[depth:]
            break
    for name in names:
        key = re.compile(
            rf"""\s*(\{{\s*)?["']?{re.escape(name)}["']?\s*[=.]|.*[{{,]\s*["']?{re.escape(name)}["']?\s*="""
        )
        for number in range(start, len(lines)):
            if key.match(lines[number]):
                start = number
                break
        else:
            return start + 1 if start else None
    return start + 1 if location else None
