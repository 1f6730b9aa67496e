"""The number or letter that a reader sees before an entry of a list: one answer for every form of a text."""

from __future__ import annotations

from collections.abc import Iterable

from policy_site.model import Block, Container

_LARGEST = 1 << 31
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN = 3999


def markers(blocks: Iterable[Block]) -> dict[int, str]:
    """Return what stands before each entry of a numbered list, ``3.``, ``b.``, ``iv.``, ``2)``, by its ordinal.

    In the order of the text, and counted as browsers count by ``start``, ``value``, ``reversed`` and ``type``. Where
    the number stands in the words of the entry itself, ``(a) …``, its marker is empty. Entries of lists without numbers
    are absent.
    """
    found: dict[int, str] = {}
    order: dict[int, None] = {}
    lists: dict[int, _List] = {}
    entries: dict[int, list[Container]] = {}
    for block in blocks:
        around: Container | None = None
        for container in block.containers:
            if container.tag == "li" and around is not None and around.tag == "ol":
                order.setdefault(container.ordinal)
                members = entries.setdefault(around.ordinal, [])
                lists.setdefault(around.ordinal, _List(around))
                if not members or members[-1].ordinal != container.ordinal:
                    members.append(container)
            around = container if container.tag not in ("div", "address") else around
    for ordinal, members in entries.items():
        found.update(lists[ordinal].numbered(members))
    return {ordinal: found[ordinal] for ordinal in order}


class _List:
    def __init__(self, container: Container) -> None:
        attributes = dict(container.attributes)
        self._classes = attributes.get("class", "").split()
        self._type = attributes.get("type", "1")
        self._start = _integer(attributes.get("start", ""))
        self._step = -1 if "reversed" in attributes else 1

    def numbered(self, members: list[Container]) -> dict[int, str]:
        number = self._start
        if number is None:
            number = 1 if self._step > 0 else len(members)
        found: dict[int, str] = {}
        for member in members:
            own = _integer(dict(member.attributes).get("value", ""))
            number = number if own is None else own
            found[member.ordinal] = self._marker(number)
            number += self._step
        return found

    def _marker(self, number: int) -> str:
        if "written" in self._classes:
            return ""
        return f"{_written(number, self._type)}{')' if 'closing' in self._classes else '.'}"


def _integer(value: str) -> int | None:
    digits = value.strip().removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:  # noqa: PLR2004 - digits of the largest
        return None
    number = int(digits) * (-1 if value.strip().startswith("-") else 1)
    return number if abs(number) < _LARGEST else None


def _written(number: int, kind: str) -> str:
    if kind in ("a", "A") and number > 0:
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("a") + rest) + letters
        return letters.upper() if kind == "A" else letters
    if kind in ("i", "I") and 0 < number <= _MOST_ROMAN:
        letters = ""
        for value, sign in _ROMAN:
            count, number = divmod(number, value)
            letters += sign * count
        return letters.upper() if kind == "I" else letters
    return str(number)
