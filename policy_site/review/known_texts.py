"""A new text that stood in another file before: a preview that comes into force, an old version that returns."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from policy_site.history import FileChange, Merge, read_texts_of
from policy_site.sources import Place, Places, Role

_ALIKE = 0.95
"""Of the lines of two texts, how many must be in both: a preview has a link to the text in force above it."""
_FEWEST = 3
"""Lines of a text; shorter ones are alike by chance."""
_TEXTS = (Role.TEXT, Role.VERSION_TEXT, Role.ARCHIVE)


@dataclass(frozen=True, slots=True)
class KnownText:
    """Where a text was to be read before the merge."""

    path: str
    lines_differing: int


def find_known_texts(merge: Merge, places: Places, *, locale: str) -> dict[str, KnownText]:
    """Return, by the path of a changed text in ``locale``, the file that said nearly the same before the merge.

    Looked at are the texts of the site in that language, and the files beside the text that changes: what a company
    shows for a preview need be no policy of the site.
    """
    changed = [
        change
        for change in merge.changes
        if change.after and (place := places.of(change.path)) and place.role is Role.TEXT and place.locale == locale
    ]
    folders = {posixpath.dirname(change.path) for change in changed}
    if not changed:
        return {}

    def is_wanted(path: str) -> bool:
        place: Place | None = places.of(path)
        is_text = place is not None and place.role in _TEXTS and place.locale == locale
        return is_text or (posixpath.dirname(path) in folders and path.endswith(".md"))

    texts = {
        path: _lines(text)
        for path, text in read_texts_of(merge.repository, merge.base, merge.folder, is_wanted).items()
    }
    found = {change.path: _nearest(change, texts) for change in changed}
    return {path: known for path, known in found.items() if known is not None}


def _lines(text: str) -> Counter[str]:
    """Return what a file says, without the facts above it: they name each version."""
    lines = text.split("\n")
    if lines[0].strip() == "---" and "---" in lines[1:]:
        lines = lines[lines.index("---", 1) + 1 :]
    return Counter(" ".join(line.split()) for line in lines if line.strip())


def _nearest(change: FileChange, texts: dict[str, Counter[str]]) -> KnownText | None:
    assert change.after is not None
    after = _lines(change.after.text)
    before = _lines(change.before.text) if change.before else Counter()
    if after.total() < _FEWEST or after == before:
        return None
    others: Sequence[tuple[float, str]] = sorted(
        ((_likeness(after, lines), path) for path, lines in texts.items() if path != change.path), reverse=True
    )
    for likeness, path in others:
        if likeness >= _ALIKE and likeness > max(_likeness(after, before), _likeness(before, texts[path])):
            return KnownText(path, max((after - texts[path]).total(), (texts[path] - after).total()))
    return None


def _likeness(first: Counter[str], second: Counter[str]) -> float:
    return 2 * (first & second).total() / max(first.total() + second.total(), 1)
