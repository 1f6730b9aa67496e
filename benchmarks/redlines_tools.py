"""Other tools on the same pairs, each with its count of broken results."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import lxml.html
from diff_match_patch import diff_match_patch
from lxml.html.diff import htmldiff

from benchmarks.redlines_corpus import Pair, Tally
from policy_site.model import Document
from policy_site.redlines.codebook import Codebook
from policy_site.redlines.tokens import tokenise
from tests.support.redline_pages import parse_strictly, side_of_blocks


def cuts_in_words(old: str, runs: list[tuple[int, str]]) -> bool:
    """Say whether a boundary between runs falls inside a token of the old text."""
    tokens = tokenise(old)
    inside = {place for start, end in zip(tokens.starts, tokens.ends, strict=True) for place in range(start + 1, end)}
    position = 0
    for operation, text in runs:
        if operation <= 0:
            position += len(text)
            if position in inside:
                return True
    return False


def measure_others(pairs: list[Pair], texts: dict[str, str], documents: dict[str, Document]) -> list[Tally]:
    """Measure the other tools on the same pairs."""
    raw, words = Tally("diff-match-patch, raw, semantic"), Tally("diff-match-patch, words of the whole")
    tree, git = Tally("lxml.html.diff"), Tally("git diff --word-diff")
    with tempfile.TemporaryDirectory() as folder:
        for old, new in pairs:
            runs = raw.run(partial(_raw, texts[old], texts[new]))
            raw.note(["cut in word"] if cuts_in_words(texts[old], runs) else [])
            words.note(words.run(partial(_whole, texts[old], texts[new])))
            page = tree.run(partial(htmldiff, documents[old].html, documents[new].html))
            tree.note(_check_htmldiff(documents[old], documents[new], page))
            names = [Path(folder, name) for name in ("old.md", "new.md")]
            for name, text in zip(names, (texts[old], texts[new]), strict=True):
                name.write_text(text, encoding="utf-8", newline="")
            start = time.perf_counter()
            command = ["git", "diff", "--no-index", "--no-ext-diff", "--word-diff=plain", "-U99999", *map(str, names)]
            output = subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "replace")
            git.times.append((time.perf_counter() - start) * 1000)
            git.note([] if _come_back(output, texts[old], texts[new]) else ["bytes"])
    return [raw, words, tree, git, measure_redlines_package(pairs, texts)]


def _raw(old: str, new: str) -> list[tuple[int, str]]:
    engine = diff_match_patch()
    runs: list[tuple[int, str]] = engine.diff_main(old, new)
    engine.diff_cleanupSemantic(runs)
    return runs


def _whole(old: str, new: str) -> list[str]:
    """Compare word by word; the result is words without white space, of which both sides have to come back."""
    codebook = Codebook()
    rows = [codebook.encode(tokenise(text).keys) for text in (old, new)]
    runs = diff_match_patch().diff_main(rows[0], rows[1], False)  # noqa: FBT003 - its signature
    sides = ["".join(text for operation, text in runs if operation != dropped) for dropped in (1, -1)]
    return [] if sides == rows else ["words"]


def _check_htmldiff(old: Document, new: Document, page: str) -> list[str]:
    faults = []
    try:
        parse_strictly(page)
    except Exception:  # noqa: BLE001 - html5lib raises its own kinds
        faults.append("parse error")
    root = lxml.html.fragment_fromstring(page, create_parent="div")
    for name, dropped, document in (("old text", "ins", old), ("new text", "del", new)):
        copy = lxml.html.fragment_fromstring(lxml.html.tostring(root, encoding="unicode"))
        for element in list(copy.iter(dropped)):
            element.drop_tree()
        if "".join(copy.text_content().split()) != "".join(side_of_blocks(document.blocks).text.split()):
            faults.append(name)
    return faults


def _come_back(output: str, old: str, new: str) -> bool:
    body = output.split("@@\n", 1)[-1]
    was = re.sub(r"\{\+.*?\+\}", "", body).replace("[-", "").replace("-]", "")
    now = re.sub(r"\[-.*?-\]", "", body).replace("{+", "").replace("+}", "")
    return not output or (was, now) == (old, new)


def _marked_by_package(package: Callable[[str, str], Any], old: str, new: str) -> str:
    return str(package(old, new).output_markdown)


def measure_redlines_package(pairs: list[Pair], texts: dict[str, str]) -> Tally:
    """Measure the package of that name, where it is installed."""
    tally = Tally("redlines (package)")
    try:
        from redlines import Redlines  # noqa: PLC0415 - a guest, not a dependency
    except ImportError:
        return tally
    for old, new in pairs:
        marked = str(tally.run(partial(_marked_by_package, Redlines, texts[old], texts[new])))
        was = re.sub(r"<ins>.*?</ins>|<span style='color:green[^>]*>.*?</span>", "", marked, flags=re.DOTALL)
        plain = "".join(re.sub(r"</?(?:ins|del|span)[^>]*>", "", was).replace("¶", "").split())
        tally.note([] if plain == "".join(texts[old].replace("¶", "").split()) else ["old text"])
    return tally
