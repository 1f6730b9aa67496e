"""HTML written element by element: no container of the new text is split, what went stands in the nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import regex

from policy_site.model import Container, Mark, Span
from policy_site.redlines.shapes import number_in

VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "source", "track", "wbr"})
_FORBIDDEN = regex.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\p{NChar}]")
_SPACES = regex.compile(r"\r\n?|[\x0b\x1c-\x1f\x85]")
"""White space that HTML reads otherwise or not at all."""
_LISTS = frozenset({"ul", "ol", "menu"})
_ROW_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_OLD_DROPPED = frozenset({"id", "name", "for", "headers", "usemap"})
"""Attributes that an element of the old text loses: they name, or point at, ids of which there would be two."""

Attributes = tuple[tuple[str, str], ...]
Key = tuple[str, int]
"""``new`` or ``old``, and the ordinal of a container in its own document."""


def escape_text(text: str) -> str:
    """Return ``text`` as HTML text; signs that HTML cannot carry become U+FFFD."""
    return escape(clean(text), quote=False)


def clean(text: str) -> str:
    """Return ``text`` as the text of an element can be: what :func:`escape_text` does, without escaping."""
    if text.isprintable():  # nothing of what is looked for is; most texts of hundreds of thousands are
        return text
    return _FORBIDDEN.sub("\ufffd", _SPACES.sub(" ", text))


def attributes_of(attributes: Attributes) -> str:
    """Return attributes as they stand in a start tag."""
    return "".join(f' {name}="{escape(clean_value(value))}"' for name, value in attributes)


def clean_value(value: str) -> str:
    """Return an attribute's value without the signs that HTML cannot carry."""
    return value if value.isprintable() else _FORBIDDEN.sub("\ufffd", value)


def old_attributes(attributes: Attributes) -> Attributes:
    """Return the attributes that an element of the old text keeps beside the new text."""
    return tuple((name, value) for name, value in attributes if name not in _OLD_DROPPED)


OWN_MARKS = {"ins": "u", "del": "s"}
"""What stands for a policy's own ``ins`` and ``del``, so that they are told from the marks of a redline."""


def own_tag(mark: Mark) -> str:
    """Return the element of a mark as a redline shows it."""
    return OWN_MARKS.get(mark.tag, mark.tag)


def own_attributes(mark: Mark) -> Attributes:
    """Return the attributes of a mark as a redline shows it."""
    return with_class(mark.attributes, "redline-own") if mark.tag in OWN_MARKS else mark.attributes


def with_class(attributes: Attributes, *names: str) -> Attributes:
    """Return attributes with classes added."""
    own = dict(attributes)
    own["class"] = " ".join([*own.get("class", "").split(), *names])
    return tuple(sorted(own.items()))


_CHILDREN = {
    **dict.fromkeys(_LISTS, (frozenset({"li"}), "li")),
    "table": (_ROW_GROUPS | {"caption"}, "tbody"),
    **dict.fromkeys(_ROW_GROUPS, (frozenset({"tr"}), "tr")),
    "tr": (frozenset({"td", "th"}), "td"),
    "dl": (frozenset({"dt", "dd"}), "dd"),
}
"""What may stand in an element, and what is put between where something else is to stand there."""
_PARENTS = {
    "li": ("ul",),
    **dict.fromkeys(_ROW_GROUPS | {"caption"}, ("table",)),
    "tr": ("table", "tbody"),
    **dict.fromkeys(("td", "th"), ("table", "tbody", "tr")),
    **dict.fromkeys(("dt", "dd"), ("dl",)),
}
"""What an element must stand in."""


def bridge(parent: str, child: str) -> tuple[str, ...]:
    """Return the elements that must stand between ``parent`` and ``child`` for HTML to allow it."""
    if parent in _CHILDREN:
        allowed, between = _CHILDREN[parent]
        return () if child in allowed else (between, *bridge(between, child))
    return _PARENTS.get(child, ())


class Writer:
    """Writes blocks of both texts into one tree: a stack of open containers, each of the new text or of the old."""

    def __init__(self, numbers: Mapping[Key, int] | None = None) -> None:
        """Take the numbers of the items of numbered lists, each as its own text has it."""
        self.parts: list[str] = []
        self._open: list[tuple[Key, str]] = []
        self._partners: dict[int, int] = {}
        self._numbers = numbers or {}
        self._next: dict[Key, int] = {}

    def learn(self, old: Sequence[Container], new: Sequence[Container]) -> None:
        """Learn from a block that stands in both texts which container of the old text is which of the new one."""
        for mine, other in zip(old, new, strict=False):
            if mine.tag != other.tag:
                break
            self._partners.setdefault(mine.ordinal, other.ordinal)

    @property
    def is_in_new(self) -> bool:
        """Whether the innermost open container is one of the new text, or there is none."""
        return not self._open or self._open[-1][0][0] == "new"

    @property
    def innermost(self) -> str:
        """Tag of the innermost open container; empty outside of all."""
        return self._open[-1][1] if self._open else ""

    def open_new(self, path: Sequence[Container]) -> None:
        """Open the containers of a block of the new text, closing those that it does not stand in."""
        depth = 0
        while (
            depth < len(path) and depth < len(self._open) and self._open[depth][0] == ("new", path[depth].ordinal)
        ):  # fmt: skip
            depth += 1
        self.close(depth)
        self._break_line()
        for container in path[depth:]:
            self._start(("new", container.ordinal), container.tag, container.attributes)

    def open_old(self, path: Sequence[Container], leaf: str, *, following: Sequence[Container]) -> None:
        """Open containers for a block that only the old text has.

        It goes into the nearest container of the new text that stays whole: one that is open, or, where that is
        nearer, one that the ``following`` block opens.
        """
        keys = [self._key(container) for container in path]
        wanted = _shared([("new", container.ordinal) for container in following], keys)
        opened = _shared([key for key, _ in self._open], keys)
        kept = _shared([key for key, _ in self._open], [("new", container.ordinal) for container in following])
        if wanted > opened and wanted >= kept:
            self.open_new(following[:wanted])
            opened = wanted
        depth = max(opened, kept)
        self.close(depth)
        self._break_line()
        for container in path[opened:]:
            self._bridge(container.tag)
            self._start(("old", container.ordinal), container.tag, of_old(container.attributes))
        self._bridge(leaf)

    def _key(self, container: Container) -> Key:
        partner = self._partners.get(container.ordinal)
        if partner is not None and not any(key == ("old", container.ordinal) for key, _ in self._open):
            return ("new", partner)
        return ("old", container.ordinal)

    def _break_line(self) -> None:
        if self.parts:
            self.parts.append("\n")

    def _bridge(self, child: str) -> None:
        for tag in bridge(self.innermost, child):
            self._start(("bridge", len(self.parts)), tag, of_old(()))

    def _start(self, key: Key, tag: str, attributes: Attributes) -> None:
        if tag == "ol":
            start = number_in(attributes, "start")
            self._next[key] = 1 if start is None else start
        elif tag == "li" and self._open and self._open[-1][1] == "ol":
            attributes = self._numbered(key, self._open[-1][0], attributes)
        self.parts.append(f"<{tag}{attributes_of(attributes)}>")
        self._open.append((key, tag))

    def _numbered(self, key: Key, around: Key, attributes: Attributes) -> Attributes:
        """Give an item the number that its own text gives it, where items of the other text stand between."""
        expected = self._next.get(around, 1)
        number = self._numbers.get(key, expected)
        self._next[around] = number + 1
        if number == expected or any(name == "value" for name, _ in attributes):
            return attributes
        return tuple(sorted((*attributes, ("value", str(number)))))

    def close(self, depth: int = 0) -> None:
        """Close containers until ``depth`` of them are open."""
        while len(self._open) > depth:
            self.parts.append(f"</{self._open.pop()[1]}>")


def of_old(attributes: Attributes) -> Attributes:
    """Return the attributes of an element that only the old text has."""
    return (*old_attributes(attributes), ("data-redline", "old"))


def _shared(mine: Sequence[Key], other: Sequence[Key]) -> int:
    depth = 0
    while depth < len(mine) and depth < len(other) and mine[depth] == other[depth]:
        depth += 1
    return depth


def shared_marks(mine: Sequence[Mark], other: Sequence[Mark]) -> int:
    """Return how many marks two rows of them begin with together."""
    depth = 0
    while depth < len(mine) and depth < len(other) and mine[depth] == other[depth]:
        depth += 1
    return depth


def marks_around(span: Span) -> tuple[Mark, ...]:
    """Return the marks around a span's text; of a void element, those around the element."""
    return span.marks if span.text else span.marks[:-1]
