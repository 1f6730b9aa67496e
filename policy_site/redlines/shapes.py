"""Where a block stands: in which list, at which level, under which number, in a quotation. Seen without words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from policy_site.model import Block, Container
from policy_site.redlines.tree import NoteKind

Remark = tuple[NoteKind, str, str]
"""What is to be noted, its old and its new value."""

_LISTS = frozenset({"ul", "ol", "menu"})
_BULLET = "\N{BULLET}"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a block stands on the page, beside what its own element says."""

    level: int = 0
    """How many lists it stands in."""
    list_tag: str = ""
    """Of the innermost list; empty outside of lists."""
    number: int | None = None
    """Of the item that begins with this block, in a numbered list; ``None`` where the words themselves say it."""
    start: int = 1
    """The number with which that list begins."""
    style: str = ""
    """How its numbers are written, where the list says so: ``a``, ``A``, ``i``, ``I``."""
    quotations: int = 0
    """How many quotations it stands in."""
    is_bullet: bool = False
    """Whether an item that has a bullet begins with this block."""

    @property
    def marker(self) -> str:
        """The number as a reader sees it."""
        return "" if self.number is None else f"{_written(self.number, self.style)}."

    @property
    def sign(self) -> str:
        """The number, or the bullet, that stands before the words; empty where none does."""
        return _BULLET if self.is_bullet else self.marker


PLAIN = Shape()


def _written(number: int, style: str) -> str:
    if style in ("a", "A") and 0 < number <= 26:  # noqa: PLR2004 - letters
        return chr(ord(style) + number - 1)
    if style in ("i", "I") and 0 < number < 100:  # noqa: PLR2004 - the longest list there is
        tens, ones = divmod(number, 10)
        roman = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")[tens] + (
            ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]
        )
        return roman if style == "i" else roman.upper()
    return str(number)


class ItemNumbers:
    """The numbers of the items of numbered lists, by the ordinals of their elements, in the order of the text."""

    def __init__(self, blocks: Iterable[Block] = ()) -> None:
        self.numbers: dict[int, int] = {}
        self._next: dict[int, int] = {}
        for block in blocks:
            self.read(block.containers)

    def read(self, path: Sequence[Container]) -> None:
        """Count the items that a block stands in."""
        for outer, inner in pairwise(path):
            if outer.tag == "ol" and inner.tag == "li" and inner.ordinal not in self.numbers:
                value = number_in(inner.attributes, "value")
                number = value if value is not None else self._next.get(outer.ordinal, start_of(outer))
                self.numbers[inner.ordinal] = number
                self._next[outer.ordinal] = number + (-1 if _has(outer, "reversed") else 1)


def start_of(container: Container) -> int:
    """Return the number with which a list begins."""
    start = number_in(container.attributes, "start")
    return 1 if start is None else start


def number_in(attributes: Iterable[tuple[str, str]], name: str) -> int | None:
    """Return a whole number that an attribute holds."""
    value = next((value for key, value in attributes if key == name), "").strip()
    return int(value) if value.removeprefix("-").isascii() and value.removeprefix("-").isdigit() else None


def _has(container: Container, name: str) -> bool:
    return any(key == name for key, _ in container.attributes)


class ShapeReader:
    """Reads the shapes of a text's blocks, one after the other."""

    def __init__(self) -> None:
        self._items = ItemNumbers()
        self._begun: set[int] = set()

    def read(self, path: Sequence[Container]) -> Shape:
        """Return the shape of the next block, which stands in ``path``."""
        if not path:
            return PLAIN
        self._items.read(path)
        quotations = sum(container.tag == "blockquote" for container in path)
        inner = max((depth for depth, container in enumerate(path) if container.tag in _LISTS), default=None)
        if inner is None:
            return Shape(quotations=quotations) if quotations else PLAIN
        level = sum(container.tag in _LISTS for container in path)
        around, item = path[inner], path[inner + 1] if inner + 1 < len(path) else None
        is_first = item is not None and item.ordinal not in self._begun
        self._begun.update(container.ordinal for container in path)
        style = next((value for key, value in around.attributes if key == "type"), "")
        is_written = any(key == "class" and "written" in value.split() for key, value in around.attributes)
        if around.tag != "ol" or item is None:
            is_bullet = is_first and not is_written
            return Shape(level, around.tag, quotations=quotations, is_bullet=is_bullet)
        number = self._items.numbers.get(item.ordinal) if is_first and not is_written else None
        return Shape(level, around.tag, number, start_of(around), style, quotations)


def shapes_of(blocks: Iterable[Block]) -> dict[int, Shape]:
    """Return the shapes of the blocks of a text, by the identities of the blocks."""
    reader = ShapeReader()
    return {id(block): reader.read(block.containers) for block in blocks}


def compare_shapes(old: Shape, new: Shape) -> Iterator[Remark]:
    """Yield what changed of where a block stands; a number that only follows from items before it is left out."""
    if bool(old.level) == bool(new.level):
        if old.level != new.level:
            yield NoteKind.LIST_LEVEL, str(old.level), str(new.level)
        if old.list_tag != new.list_tag:
            yield (NoteKind.LIST_NUMBERED if new.list_tag == "ol" else NoteKind.LIST_BULLETED), "", new.marker
        elif old.marker != new.marker and old.marker and new.marker and not renumbered(old, new):
            yield NoteKind.ITEM_NUMBER, old.marker, new.marker
    if old.quotations != new.quotations:
        yield (NoteKind.QUOTED if new.quotations > old.quotations else NoteKind.UNQUOTED), "", ""


def renumbered(old: Shape, new: Shape) -> bool:
    """Say whether an item has another number only because items before it came or went: list and level are the same."""
    return (
        old.number is not None
        and new.number is not None
        and old.number != new.number
        and (old.start, old.style, old.level, old.list_tag) == (new.start, new.style, new.level, new.list_tag)
    )
