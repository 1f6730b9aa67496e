"""Where the words that readers see stand in the file of a text: what rules about readings have in common."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from policy_site.documents import letters_of
from policy_site.model import Edition
from policy_site.publication import Publication

_SHORTEST = 6
"""Letters that are looked for at least, where words in between, an address for one, are not shown."""


def tip_editions(publication: Publication) -> Iterator[Edition]:
    """Yield the texts that an author can still mend."""
    for policy in publication.policies:
        for version in policy.versions:
            for edition in version.editions.values():
                if edition.digest in publication.tips:
                    yield edition


class Places:
    """Finds the line of words, from the first of a file to the last."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        parts: list[str] = []
        length = 0
        for line in text.split("\n"):
            self._starts.append(length)
            parts.append(letters_of(line))
            length += len(parts[-1])
        self._letters = "".join(parts)
        self._reached = 0

    def line_of(self, words: str) -> int | None:
        """Return the line on which ``words`` begin, from 1: behind those found before, else anywhere."""
        wanted = letters_of(words)
        while wanted:
            for start in (self._reached, 0):
                place = self._letters.find(wanted, start)
                if place >= 0:
                    self._reached = place
                    return bisect_right(self._starts, place)
            if len(wanted) <= _SHORTEST:
                break
            wanted = wanted[: max(len(wanted) // 2, _SHORTEST)]
        return None
