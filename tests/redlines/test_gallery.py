"""The gallery shows what redlines really show: each picture in it is computed again.

`python -m tests.redlines.test_gallery` writes the pictures anew; what changed is then read in the diff of
docs/gallery.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from policy_site import redlines
from policy_site.history import read_history
from tests.support.redline_documents import document

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "docs" / "gallery.md"
_PAIR = re.compile(
    r"^## (?P<title>[^\n]+)\n(?P<words>(?:(?!^## ).)*?)"
    r"^```markdown old\n(?P<old>.*?)^```\n+^```markdown new\n(?P<new>.*?)^```\n+^```redline\n(?P<shown>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_SOURCE = re.compile(r"From the sample: `(?P<path>[^`]+)`, version (?P<old>\S+) to (?P<new>[^\s.]+)\.")


@dataclass(frozen=True)
class Pair:
    title: str
    words: str
    old: str
    new: str
    shown: str

    def __str__(self) -> str:
        return self.title


def _pairs() -> list[Pair]:
    text = GALLERY.read_text(encoding="utf-8")
    return [Pair(**found.groupdict()) for found in _PAIR.finditer(text)]


def _redline_of(pair: Pair) -> redlines.Redline:
    return redlines.compare(document(pair.old), document(pair.new))


def _shown(pair: Pair) -> str:
    return redlines.text.render(_redline_of(pair), colour=False).rstrip("\n") + "\n"


PAIRS = _pairs()


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_the_gallery_shows_what_a_redline_shows(pair: Pair) -> None:
    assert pair.shown == _shown(pair).lstrip("\n")


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_a_pair_of_the_gallery_can_be_had_back_from_its_redline(pair: Pair) -> None:
    redline = _redline_of(pair)
    assert redline.old_blocks() == document(pair.old).blocks
    assert redline.new_blocks() == document(pair.new).blocks


def test_the_gallery_has_a_dozen_pairs_and_no_heading_without_one() -> None:
    prose = re.sub(r"^```.*?^```$", "", GALLERY.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert len(PAIRS) >= 12
    assert re.findall(r"^## (.+)$", prose, re.MULTILINE) == [pair.title for pair in PAIRS]


def test_pairs_from_the_sample_are_really_in_its_history() -> None:
    texts: dict[tuple[str, str], list[str]] = {}
    history = read_history(ROOT, folder="content", branch=None, wanted=lambda path: path.endswith(".md"))
    for _, revision in history.sequence:
        found = re.search(r"^version: (\S+)$", revision.text, re.MULTILINE)
        texts.setdefault((revision.path, found[1] if found else ""), []).append(revision.text)
    real = [(pair, source) for pair in PAIRS if (source := _SOURCE.search(pair.words))]
    assert len(real) >= 5
    for pair, source in real:
        for excerpt, label in ((pair.old, source["old"]), (pair.new, source["new"])):
            revisions = texts[source["path"].removeprefix("content/"), label]
            for passage in _passages(excerpt):
                assert any(passage in text for text in revisions), f"{pair}: {passage!r} is not in {label}"


def _passages(excerpt: str) -> Iterator[str]:
    """Yield what must stand in the sample as it stands in the excerpt: paragraphs, and single rows of a table."""
    for passage in excerpt.strip("\n").split("\n\n"):
        yield from passage.split("\n") if passage.startswith("|") else [passage]


def _renew() -> None:
    """Write every picture anew."""
    text = GALLERY.read_text(encoding="utf-8")
    for pair in _pairs():
        before = f"```markdown new\n{pair.new}```\n\n```redline\n"
        text = text.replace(f"{before}{pair.shown}```", f"{before}{_shown(pair).lstrip(chr(10))}```")
    GALLERY.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _renew()
