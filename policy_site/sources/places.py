"""Which policy, language and role a path of the content folder has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from policy_site.settings import Settings


class Role(StrEnum):
    """What a file is for."""

    TEXT = "text"
    ANNOUNCED = "announced"
    """The coming text of a policy, in a file of its own."""
    VERSION_TEXT = "version-text"
    """The text of one version in a file of its own, named after it."""
    ARCHIVE = "archive"
    NOTE = "note"
    NOTE_WORDS = "note-words"


@dataclass(frozen=True, slots=True)
class Place:
    """What a path stands for."""

    role: Role
    policy: str
    locale: str = ""
    """Empty for a release note in the authoritative language."""
    version: str = ""
    """Label in the file's name; empty for texts, whose front matter names it."""
    rank: int = 0
    """Index of the layout pattern that fits, lower wins where two living files claim one text."""


_LABEL = r"(?P<version>(?!README\b)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"


class Places:
    """Tells what a path of the content folder stands for, as ``site.toml`` lays it out."""

    def __init__(self, settings: Settings) -> None:
        content = settings.content
        self._policies = {
            name.path: policy.id for policy in settings.policies for name in policy.names if not name.is_path
        }
        coming = [(policy.announced, policy.id) for policy in settings.policies if policy.announced]
        self._announced = {name.path: policy for name, policy in coming if not name.is_path}
        self._announced_paths = [(_pattern_of(name.path), policy) for name, policy in coming if name.is_path]
        self._paths = [
            (rank, _pattern_of(name.path), name, policy.id)
            for policy in settings.policies
            for rank, name in enumerate(policy.names)
            if name.is_path and not policy.is_wildcard
        ]
        self._spans = {
            (name.path, policy.id): name
            for policy in settings.policies
            for name in policy.names
            if name.since or name.until
        }
        self._zone = settings.zone
        self._folders = {**{language: language for language in settings.languages}, **content.folders}
        self._languages = settings.languages
        self._authoritative = {policy.id: settings.authoritative_locale_of(policy.id) for policy in settings.policies}
        self._layout = [_pattern_of(pattern) for pattern in content.layout]
        self._encodings = [(_glob(pattern), encoding) for pattern, encoding in content.encodings.items()]
        self._exclude = [_glob(pattern) for pattern in content.exclude]
        self._has_notes = {policy.id for policy in settings.policies if settings.grouping_of(policy.id).has_notes}
        self._cache: dict[str, Place | None] = {}

    def of(self, path: str) -> Place | None:
        """Return what ``path`` stands for; ``None`` for what is not the site's business."""
        if path not in self._cache:
            self._cache[path] = self._find(path)
        return self._cache[path]

    def at(self, path: str, at: datetime | None) -> Place | None:
        """Return what ``path`` stood for at an instant, where a file was one policy and then another."""
        if not self._spans or at is None:
            return self.of(path)
        return self._named(path, at.astimezone(self._zone).date()) or self._unspanned(path, at)

    def _unspanned(self, path: str, at: datetime) -> Place | None:
        place = self.of(path)
        if place is None or any(pattern.fullmatch(path) for _, pattern, _, _ in self._paths):
            return None
        names = [name for (_, policy), name in self._spans.items() if policy == place.policy and not name.is_path]
        fits = all(name.covers(at.astimezone(self._zone).date()) for name in names if name.path in path)
        return place if fits else None

    def _named(self, path: str, day: date | None = None) -> Place | None:
        """Return what a path stands for that a policy names as a whole."""
        for rank, pattern, name, policy in self._paths:
            found = pattern.fullmatch(path)
            if found is None or (day is not None and not name.covers(day)):
                continue
            groups = found.groupdict()
            locale = self._folders.get(groups["locale"]) if "locale" in groups else self._authoritative[policy]
            if locale in self._languages:
                return Place(Role.TEXT, policy, locale or "", rank=rank)
        return None

    def encoding_of(self, path: str) -> str:
        """Return what ``content.encodings`` says that the texts at a path are in; empty for UTF-8."""
        return next((encoding for signs, encoding in self._encodings if _fits(signs, path)), "")

    def leaves_out(self, path: str) -> bool:
        """Whether ``content.exclude`` names a path."""
        return any(_fits(signs, path) for signs in self._exclude)

    def _find(self, path: str) -> Place | None:
        if self.leaves_out(path):
            return None
        if self._has_notes:
            for expression, role in _BESIDE:
                found = expression.fullmatch(path)
                if found:
                    return self._beside(found, role)
        if named := self._announced_at(path) or self._named(path):
            return named
        for rank, pattern in enumerate(self._layout):
            found = pattern.fullmatch(path)
            if found is None:
                continue
            groups = found.groupdict()
            policy = self._policies.get(groups.get("policy") or "") if "policy" in groups else self._only_policy()
            coming = self._announced.get(groups.get("policy") or "") if policy is None else None
            policy = policy or coming
            locale = (
                self._folders.get(groups["locale"]) if "locale" in groups else self._authoritative.get(policy or "")
            )
            if policy and locale in self._languages:
                return Place(Role.ANNOUNCED if coming else Role.TEXT, policy, locale or "", rank=rank)
        return None

    def _announced_at(self, path: str) -> Place | None:
        for pattern, policy in self._announced_paths:
            if found := pattern.fullmatch(path):
                groups = found.groupdict()
                locale = self._folders.get(groups["locale"]) if "locale" in groups else self._authoritative[policy]
                if locale in self._languages:
                    return Place(Role.ANNOUNCED, policy, locale or "")
        return None

    def _only_policy(self) -> str | None:
        return next(iter(self._policies.values())) if len(self._policies) == 1 else None

    def _beside(self, found: re.Match[str], role: Role) -> Place | None:
        groups = found.groupdict()
        policy = self._policies.get(groups["policy"])
        locale = groups.get("locale") or ""
        if policy not in self._has_notes or (locale and locale not in self._languages):
            return None
        dated = _DATED.fullmatch(groups["version"]) if role is Role.NOTE else None
        if dated and dated[1] in self._languages:
            return None  # the words of a note in another language, a hyphen where a dot belongs
        return Place(role, policy, locale, groups["version"])


_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[-_]([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)")
_LOCALE = r"(?P<locale>[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)"
_BESIDE = (
    (re.compile(rf"(?P<policy>[^/]+)/releases/{_LABEL}\.{_LOCALE}\.md"), Role.NOTE_WORDS),
    (re.compile(rf"(?P<policy>[^/]+)/releases/{_LABEL}\.md"), Role.NOTE),
    (re.compile(rf"(?P<policy>[^/]+)/versions/{_LABEL}\.{_LOCALE}\.md"), Role.VERSION_TEXT),
    (re.compile(rf"(?P<policy>[^/]+)/archive/{_LABEL}\.{_LOCALE}\.md"), Role.ARCHIVE),
)
"""What stands beside a policy's texts; the first that fits wins."""


def _pattern_of(layout: str) -> re.Pattern[str]:
    expression = re.escape(layout).replace(r"\{policy\}", "(?P<policy>.+)").replace(r"\{locale\}", "(?P<locale>[^/]+)")
    return re.compile(expression)


def stars_of(pattern: str) -> re.Pattern[str]:
    """Return the expression of a path with stars and ``{locale}``: a group for each, the latter with its name."""
    parts = re.split(r"(\*\*/|\*\*|\*|\{locale\})", pattern)
    signs = {"**/": "((?:[^/]+/)*)", "**": "(.*)", "*": "([^/]*)", "{locale}": "(?P<locale>[^/]+)"}
    return re.compile("".join(signs.get(part) or re.escape(part) for part in parts))


def _glob(pattern: str) -> tuple[str, ...]:
    return tuple(sign for sign in re.split(r"(\*\*/|\*\*|\*|\?)", pattern) if sign)


def _fits(signs: tuple[str, ...], path: str) -> bool:
    """Say whether a whole path fits a glob.

    Every place the glob may have come to is kept, sign by sign: no path makes that slow, as it would an expression.
    """
    places = {0}
    for sign in signs:
        if sign == "**":
            places = set(range(min(places), len(path) + 1))
        elif sign == "**/":
            places |= {place + 1 for place in range(min(places), len(path)) if path[place] == "/"}
        elif sign == "*":
            for place in sorted(places):
                end = place
                while end < len(path) and path[end] != "/" and end + 1 not in places:
                    end += 1
                    places.add(end)
        elif sign == "?":
            places = {place + 1 for place in places if path[place : place + 1] not in ("", "/")}
        else:
            places = {place + len(sign) for place in places if path.startswith(sign, place)}
        if not places:
            return False
    return len(path) in places
