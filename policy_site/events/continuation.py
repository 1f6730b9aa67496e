"""Whether a change feed continues the one that is published: pure comparison of what was told with what would be told.

The published change feed is the truth for what was published. What was told is carried over in any case; the question
is whether git may say otherwise today. It may where that follows from what the operator chose (a base URL that moved,
versions that are the dates in texts, which can be reworded) or concerns the form of words alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from html import unescape
from types import MappingProxyType
from typing import Any

from policy_site.events.chain import ChangeFeed
from policy_site.events.divergence import MISSING, Divergence, find_divergences, show_divergence


class Ground(StrEnum):
    """Why an event stays as it was published though it would be told otherwise today."""

    MOVED = "moved"
    FORM = "form"
    REWORDED = "reworded"
    LED = "led"
    """Its links lead to pages in the readers' language that stand in that of the text now; they are led on."""
    COMPARED = "compared"
    """What it is compared with: said as it was known then, by a program that knew another rule."""
    REQUESTED = "requested"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is published otherwise than it would be told today."""

    field: str
    """Keys joined by dots: ``editions.en.sha256``."""
    published: str
    """As JSON, cut to what is around the difference."""
    derived: str
    ground: Ground | None
    """``None``: it may not differ."""


@dataclass(frozen=True, slots=True)
class Departure:
    """One published event that would be told otherwise today."""

    seq: int
    id: str
    differences: tuple[Difference, ...]
    """Empty where the event no longer follows from the content at all."""
    ground: Ground | None
    """``None``: one of the differences forbids to go on."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """How a change feed stands to the published one."""

    kept: Mapping[str, Mapping[str, Any]]
    """By id: what is published in other words than today's, and stays."""
    departures: tuple[Departure, ...]
    """Oldest first."""

    @property
    def refused(self) -> tuple[Departure, ...]:
        """What forbids to go on."""
        return tuple(departure for departure in self.departures if departure.ground is None)


_CHAIN = frozenset({"seq", "prev", "hash"})
_COMPARED = ("previous_version", "sections", "identical_to", "editions.*.compare_url")
_LED = ("editions.*.version_url", "editions.*.compare_url")
_REWORDED = ("sections", "identical_to", "source.commit", "editions.*.sha256", "editions.*.title")


def compare_feeds(
    published: Sequence[Mapping[str, Any]],
    feed: ChangeFeed,
    *,
    bases: tuple[str, str],
    may_be_reworded: bool,
    never_reworded: frozenset[str] = frozenset(),
    is_requested: bool = False,
) -> Continuation:
    """Compare what is published with ``feed``, which tells the same events anew.

    ``bases``: the site's base URL then and now. ``may_be_reworded``: versions are what texts say of themselves, so that
    words can change under a label; not so in the policies that are ``never_reworded``. ``is_requested``: the operator
    wants the published words kept, whatever the ground.
    """
    derived = {entry.event.id: (entry, record) for entry, record in zip(feed.entries, feed.records, strict=True)}
    kept: dict[str, Mapping[str, Any]] = {}
    departures: list[Departure] = []
    for before in published:
        entry, after = derived.get(before["id"], (None, None))
        may_differ = may_be_reworded and before["policy"] not in never_reworded
        differences: tuple[Difference, ...] = ()
        if entry is None or after is None:
            ground = None
        elif entry.event.is_kept:
            ground = Ground.REWORDED if may_differ else Ground.REQUESTED if is_requested else None
        else:
            divergences = tuple(find_divergences(_told(before), _told(after)))
            if not divergences:
                continue
            differences = tuple(_differences((before, after), divergences, bases, may_be_reworded=may_differ))
            forbidden = any(difference.ground is None for difference in differences)
            ground = Ground.FORM if not differences else differences[0].ground
            if forbidden:
                ground = Ground.REQUESTED if is_requested else None
        kept[before["id"]] = before
        if differences or ground is not Ground.FORM:
            departures.append(Departure(before["seq"], before["id"], differences, ground))
    return Continuation(MappingProxyType(kept), tuple(departures))


def _told(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in _CHAIN}


def _differences(
    records: tuple[Mapping[str, Any], Mapping[str, Any]],
    divergences: Sequence[Divergence],
    bases: tuple[str, str],
    *,
    may_be_reworded: bool,
) -> Iterator[Difference]:
    found = [divergence for divergence in divergences if not _is_addition(divergence)]
    changed = [divergence.path for divergence in found]
    form_alone = _parts_of_another_form(found, *records)
    for divergence in found:
        published, derived = show_divergence(divergence)
        if divergence.path.rpartition(".")[0] in form_alone and divergence.path.endswith(_FORMS):
            ground: Ground | None = Ground.FORM
        else:
            ground = _ground(divergence, changed, bases, may_be_reworded=may_be_reworded)
        yield Difference(divergence.path, published, derived, ground)


_FORMS = (".text", ".html")
_TAG = re.compile(r"<[^<>]*>")
_HREF = re.compile(r'<a\b[^<>]*? href="([^"]*)"')


def _parts_of_another_form(
    divergences: Sequence[Divergence], before: Mapping[str, Any], after: Mapping[str, Any]
) -> frozenset[str]:
    """Return the words (``editions.en.summary``) that say the same in another form: letters and links are as before.

    Their HTML tells what is said. A plain text may say more around it, such as addresses and numbers, and nothing less.
    """
    parts = {path.rpartition(".")[0] for path in (found.path for found in divergences) if path.endswith(_FORMS)}
    return frozenset(part for part in parts if _says_the_same(_part(before, part), _part(after, part)))


def _part(record: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - JSON has no common type
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _says_the_same(before: object, after: object) -> bool:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return False
    forms = [str(words.get(form, "")) for words in (before, after) for form in ("html", "text")]
    letters = _letters(unescape(_TAG.sub("", forms[0])))
    if letters != _letters(unescape(_TAG.sub("", forms[2]))) or _HREF.findall(forms[0]) != _HREF.findall(forms[2]):
        return False
    return all(_is_within(letters, _letters(text)) for text in (forms[1], forms[3]))


def _letters(text: str) -> list[str]:
    return [sign for sign in text if sign.isalnum()]


def _is_within(letters: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether letters stand among others, in their order."""
    rest = iter(others)
    return all(letter in rest for letter in letters)


def _is_addition(divergence: Divergence) -> bool:
    """Say whether one of the two was written by a version of this program that did not know the field.

    A language of an event is no such field.
    """
    is_language = divergence.path.startswith("editions.") and divergence.path.count(".") == 1
    return MISSING in (divergence.before, divergence.after) and not is_language


def _has_moved(field: str, before: str, after: str, bases: tuple[str, str]) -> bool:
    """Say whether an address, or the addresses in HTML, differ in the base URL alone."""
    if bases[0] == bases[1] or not bases[0]:
        return False
    if field.endswith("_url"):
        return before == after.replace(bases[1], bases[0], 1)
    return field.endswith(".html") and before == after.replace(bases[1], bases[0])


def _is_led_on(field: str, before: str, after: str, bases: tuple[str, str]) -> bool:
    """Say whether an address differs in the language alone that it begins with."""
    own = f"{bases[0]}{field.split('.')[1]}/"
    return (
        before.startswith(own)
        and after.startswith(bases[1])
        and (before.removeprefix(own) == after.removeprefix(bases[1]).partition("/")[2])
    )


def _ground(
    divergence: Divergence, changed: Sequence[str], bases: tuple[str, str], *, may_be_reworded: bool
) -> Ground | None:
    field, before, after = divergence.path, divergence.before, divergence.after
    if may_be_reworded and any(fnmatchcase(field, pattern) for pattern in _REWORDED):
        return Ground.REWORDED
    if isinstance(before, str) and isinstance(after, str):
        if _has_moved(field, before, after, bases):
            return Ground.MOVED
        if any(fnmatchcase(field, pattern) for pattern in _LED) and _is_led_on(field, before, after, bases):
            return Ground.LED
    if any(fnmatchcase(field, pattern) for pattern in _COMPARED):
        return Ground.COMPARED
    for form, other in ((".html", ".text"), (".text", ".html")):  # one of the two is the same: so are the words
        if field.endswith(form) and f"{field.removesuffix(form)}{other}" not in changed:
            return Ground.FORM
    return None
