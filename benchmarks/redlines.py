"""Redlines measured over a real history, beside other tools: ``python -m benchmarks.redlines CORPUS [--pairs N]``.

CORPUS is a git repository of Markdown policies. Times are CPU seconds of one thread; rendering Markdown is not counted.
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import lxml.html
from diff_match_patch import diff_match_patch
from lxml.html.diff import htmldiff

from policy_site.documents import Source, render_documents
from policy_site.model import Document
from policy_site.redlines import compare, compare_sources, html
from policy_site.redlines.tokens import tokenise
from policy_site.redlines.words import Codebook
from tests.redline_pages import parse_strictly, read_page, side_of_blocks

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")
Pair = tuple[str, str]


def read_histories(repository: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the revisions of each Markdown file, oldest first, and the texts by their object names."""
    log = _git(
        repository, "log", "--first-parent", "--raw", "-z", "--no-abbrev", "--no-renames", "--reverse", "--format="
    )
    fields = log.decode("utf-8", "replace").split("\0")
    histories: dict[str, list[str]] = {}
    for change, path in pairwise(fields):
        name = change.split()[3] if change.lstrip("\n").startswith(":") else ""
        if name.strip("0") and path.endswith(".md") and histories.get(path, [""])[-1] != name:
            histories.setdefault(path, []).append(name)
    names = sorted({name for history in histories.values() for name in history})
    return histories, dict(zip(names, _texts(repository, names), strict=True))


def _git(repository: Path, *arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", "-C", str(repository), *arguments], input=given, capture_output=True, check=True
    ).stdout


def _texts(repository: Path, names: list[str]) -> Iterator[str]:
    output = _git(repository, "cat-file", "--batch", given="\n".join(names).encode())
    position = 0
    for _ in names:
        end = output.index(b"\n", position)
        size = int(output[position:end].split()[2])
        yield output[end + 1 : end + 1 + size].decode("utf-8-sig", "replace")
        position = end + size + 2


def choose_pairs(histories: dict[str, list[str]], *, count: int, is_far: bool) -> list[Pair]:
    """Return neighbouring pairs, or pairs further apart, the same ones on every run."""
    chooser = random.Random(1)  # noqa: S311 - a sample, not a secret
    step = 2 if is_far else 1
    every = [
        (history[i], history[j])
        for history in histories.values()
        for i in range(len(history))
        for j in (range(i + step, len(history)) if is_far else range(i + 1, min(i + 2, len(history))))
    ]
    return chooser.sample(every, min(count, len(every)))


class Tally:
    """Times and broken results of one tool."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.times: list[float] = []
        self.faults: Counter[str] = Counter()
        self.broken = 0

    def run(self, call: Callable[[], object]) -> object:
        """Call and keep the time."""
        start = time.thread_time()
        outcome = call()
        self.times.append((time.thread_time() - start) * 1000)
        return outcome

    def note(self, faults: list[str]) -> None:
        """Count what is wrong with one result."""
        self.faults.update(faults)
        self.broken += bool(faults)

    def line(self) -> str:
        """Return a row of the table."""
        if not self.times:
            return f"{self.name:34} not installed"
        ordered = sorted(self.times)
        middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        faults = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        return (
            f"{self.name:34} {middle:9.2f} {high:9.1f} {ordered[-1]:9.1f} {self.broken:7} of {len(ordered)}  {faults}"
        )


def check_page(old: Document, new: Document, page_html: str) -> list[str]:
    """Return what is wrong with a redline's HTML."""
    try:
        page = read_page(page_html)
    except Exception as error:  # noqa: BLE001 - html5lib raises its own kinds
        return [f"parse error ({type(error).__name__})"]
    was, is_now = side_of_blocks(old.blocks), side_of_blocks(new.blocks)
    found = {
        "old text": page.old.text != was.text,
        "new text": page.new.text != is_now.text,
        "links": page.new.links != is_now.links,
        "ids": page.new.ids != is_now.ids,
        "outline": page.new.outline != is_now.outline,
        "repeated ids": bool(page.repeated_ids),
        "dangling links": bool(page.dangling),
    }
    return [name for name, is_wrong in found.items() if is_wrong]


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


def measure_ours(pairs: list[Pair], texts: dict[str, str], documents: dict[str, Document]) -> list[Tally]:
    """Measure both levels."""
    rendered, source = Tally("ours, rendered"), Tally("ours, source")
    for old, new in pairs:
        mine, other = documents[old], documents[new]
        redline = rendered.run(lambda mine=mine, other=other: compare(mine, other))
        faults = check_page(mine, other, html.render(redline))
        if redline.old_blocks() != mine.blocks or redline.new_blocks() != other.blocks:
            faults.append("blocks")
        if any(_is_cut(leaf) for operation in redline.operations for leaf in operation.leaves if leaf.old is not None):
            faults.append("cut in word")
        rendered.note(faults)
        audit = source.run(lambda old=old, new=new: compare_sources(texts[old], texts[new]))
        source.note([] if (audit.old_text(), audit.new_text()) == (texts[old], texts[new]) else ["bytes"])
    return [rendered, source]


def _is_cut(leaf) -> bool:  # noqa: ANN001
    runs = [(0, run.old_text) for run in leaf.runs if run.old_text]
    return (
        leaf.old.tag != "pre"
        and "".join(text for _, text in runs) == leaf.old.text
        and cuts_in_words(leaf.old.text, runs)
    )


def measure_others(pairs: list[Pair], texts: dict[str, str], documents: dict[str, Document]) -> list[Tally]:
    """Measure the other tools on the same pairs."""
    raw, words = Tally("diff-match-patch, raw, semantic"), Tally("diff-match-patch, words of the whole")
    tree, git = Tally("lxml.html.diff"), Tally("git diff --word-diff")
    with tempfile.TemporaryDirectory() as folder:
        for old, new in pairs:
            runs = raw.run(lambda old=old, new=new: _raw(texts[old], texts[new]))
            raw.note(["cut in word"] if cuts_in_words(texts[old], runs) else [])
            words.run(lambda old=old, new=new: _whole(texts[old], texts[new]))
            words.note([])
            page = tree.run(lambda old=old, new=new: htmldiff(documents[old].html, documents[new].html))
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
    runs = engine.diff_main(old, new)
    engine.diff_cleanupSemantic(runs)
    return runs


def _whole(old: str, new: str) -> list[tuple[int, str]]:
    codebook = Codebook()
    rows = [codebook.encode(tokenise(text).keys) for text in (old, new)]
    return diff_match_patch().diff_main(rows[0], rows[1], False)  # noqa: FBT003 - its signature


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


def measure_redlines_package(pairs: list[Pair], texts: dict[str, str]) -> Tally:
    """Measure the package of that name, where it is installed."""
    tally = Tally("redlines (package)")
    try:
        from redlines import Redlines  # noqa: PLC0415 - a guest, not a dependency
    except ImportError:
        return tally
    for old, new in pairs:
        marked = str(tally.run(lambda old=old, new=new: Redlines(texts[old], texts[new]).output_markdown))
        was = re.sub(r"<ins>.*?</ins>|<span style='color:green[^>]*>.*?</span>", "", marked, flags=re.DOTALL)
        plain = "".join(re.sub(r"</?(?:ins|del|span)[^>]*>", "", was).replace("¶", "").split())
        tally.note([] if plain == "".join(texts[old].replace("¶", "").split()) else ["old text"])
    return tally


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--only-ours", action="store_true")
    arguments = parser.parse_args()
    histories, texts = read_histories(arguments.corpus)
    rendered = render_documents([Source(name, text) for name, text in texts.items()], extensions=EXTENSIONS, jobs=2)
    documents = {name: one for name, one in rendered.items() if isinstance(one, Document)}
    gc.freeze()  # the corpus in memory is no garbage of what is measured
    for title, is_far in (("neighbouring", False), ("far apart", True)):
        pairs = [
            pair
            for pair in choose_pairs(histories, count=arguments.pairs, is_far=is_far)
            if pair[0] in documents and pair[1] in documents
        ]
        print(f"\n{title}: {len(pairs)} pairs; milliseconds\n{'':34} {'median':>9} {'p99':>9} {'most':>9}  broken")
        tallies = measure_ours(pairs, texts, documents)
        if not arguments.only_ours and not is_far:
            tallies.extend(measure_others(pairs, texts, documents))
        print("\n".join(tally.line() for tally in tallies))


if __name__ == "__main__":
    main()
