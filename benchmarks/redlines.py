"""Redlines measured over a real history, beside other tools: ``python -m benchmarks.redlines CORPUS``.

CORPUS is a git repository of Markdown policies. Times are CPU seconds of one thread; rendering Markdown is not counted.
"""

from __future__ import annotations

import argparse
import gc
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.redlines_corpus import EXTENSIONS, Pair, Tally, choose_pairs, read_histories
from benchmarks.redlines_hard import MOST_SECONDS, measure_hard_pairs
from benchmarks.redlines_planted import false_moves, plant_all
from benchmarks.redlines_planted_structure import plant_structure
from benchmarks.redlines_tools import cuts_in_words, measure_others
from policy_site.documents import Source, render_documents
from policy_site.model import Document
from policy_site.redlines import Leaf, Redline, compare, compare_sources, html
from tests.support.redline_pages import Side, read_page, side_of_blocks


@dataclass(slots=True)
class Corpus:
    """The texts and documents by name, and what an HTML parser reads in each document."""

    histories: dict[str, list[str]]
    texts: dict[str, str]
    documents: dict[str, Document]
    sides: dict[str, Side]

    def side(self, name: str) -> Side:
        """Return what the page of a document holds, read once."""
        if name not in self.sides:
            self.sides[name] = side_of_blocks(self.documents[name].blocks)
        return self.sides[name]

    def pairs(self, count: int | None, *, is_far: bool) -> list[Pair]:
        """Return pairs of which both sides could be rendered."""
        chosen = choose_pairs(self.histories, count=count, is_far=is_far)
        return [pair for pair in chosen if pair[0] in self.documents and pair[1] in self.documents]


def read_corpus(repository: Path) -> Corpus:
    """Read and render every revision."""
    histories, texts = read_histories(repository)
    rendered = _render(texts)
    return Corpus(histories, texts, rendered, {})


def _render(texts: dict[str, str]) -> dict[str, Document]:
    sources = [Source(name, text) for name, text in texts.items()]
    rendered = render_documents(sources, extensions=EXTENSIONS, jobs=1)
    return {name: one for name, one in rendered.items() if isinstance(one, Document)}


def check_page(was: Side, is_now: Side, page_html: str) -> list[str]:
    """Return what is wrong with a redline's HTML."""
    try:
        page = read_page(page_html)
    except Exception as error:  # noqa: BLE001 - html5lib raises its own kinds
        return [f"parse error ({type(error).__name__})"]
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


@dataclass(slots=True)
class Ours:
    """What was measured of this engine over some pairs."""

    rendered: Tally
    source: Tally
    moves: int = 0
    false_moves: int = 0


def measure_ours(pairs: list[Pair], corpus: Corpus) -> Ours:
    """Measure both levels."""
    ours = Ours(Tally("ours, rendered"), Tally("ours, source"))
    for old, new in pairs:
        mine, other = corpus.documents[old], corpus.documents[new]
        redline = ours.rendered.run(partial(compare, mine, other))
        faults = check_page(corpus.side(old), corpus.side(new), html.render(redline))
        faults.extend(_faults_of_model(mine, other, redline))
        ours.rendered.note(faults)
        false, moves = false_moves(redline)
        ours.moves, ours.false_moves = ours.moves + moves, ours.false_moves + false
    for old, new in pairs:  # by itself, so that checking pages leaves no garbage to be collected in its time
        texts = corpus.texts[old], corpus.texts[new]
        audit = ours.source.run(partial(compare_sources, *texts))
        ours.source.note([] if (audit.old_text(), audit.new_text()) == texts else ["bytes"])
    return ours


def _faults_of_model(old: Document, new: Document, redline: Redline) -> Iterator[str]:
    if redline.old_blocks() != old.blocks or redline.new_blocks() != new.blocks:
        yield "blocks"
    if any(_is_cut(leaf) for operation in redline.operations for leaf in operation.leaves):
        yield "cut in word"


def _is_cut(leaf: Leaf) -> bool:
    """Say whether a run ends inside a word, a number or an address, on either side."""
    for block, runs in (
        (leaf.old, [(0, run.old_text) for run in leaf.runs if run.old_text]),
        (leaf.new, [(0, run.new_text) for run in leaf.runs if run.new_text]),
    ):
        if block is None or block.tag == "pre" or "".join(text for _, text in runs) != block.text:
            continue
        if len(runs) > 1 and cuts_in_words(block.text, runs):
            return True
    return False


def unseen_edits(corpus: Corpus, *, count: int) -> dict[str, tuple[int, int]]:
    """Return of each way to rewrite a text that no reader sees how many redlines of how many are empty."""
    names = [pair[0] for pair in corpus.pairs(count, is_far=False)]
    texts = {name: corpus.texts[name] for name in names}
    ways: dict[str, Callable[[str], str]] = {
        "byte order mark": lambda text: "\ufeff" + text,
        "CRLF": lambda text: re.sub(r"\r?\n", "\r\n", text),
        "reflow": _reflow,
        "list numbering": lambda text: re.sub(r"(?m)^(?!1\.)\d{1,2}\.(?= )", "1.", text),
    }
    results = {}
    for way, rewrite in ways.items():
        rewritten = _render({name: rewrite(text) for name, text in texts.items()})
        redlines = [compare(corpus.documents[name], one) for name, one in rewritten.items()]
        results[way] = (sum(redline.is_empty for redline in redlines), len(redlines))
    return results


def _reflow(text: str) -> str:
    """Put a soft break in the middle of every line of prose."""

    def broken(found: re.Match[str]) -> str:
        return f"{found[1]}\n{found[2]}"

    return re.sub(r"(?m)^([A-Za-z][^\n|{}<>\[\]`]{20,}?[a-z]) ([A-Za-z]{2}[^\n|{}<>\[\]`]*)$", broken, text)


def goals(near: Ours, far: Ours, corpus: Corpus) -> Iterator[tuple[str, str, str, str]]:
    """Yield each goal with what is asked, what the prototype had, and what was measured."""
    pairs = len(near.rendered.times) + len(far.rendered.times)
    faults = near.rendered.faults + far.rendered.faults
    lost = near.source.broken + far.source.broken

    def right(*kinds: str) -> str:
        return f"{pairs - sum(faults[kind] for kind in kinds)} of {pairs}"

    yield "both files byte for byte", "all", "7,703 of 7,703", f"{pairs - lost} of {pairs}"
    yield "both visible texts from the HTML", "all", "7,703 of 7,703", right("old text", "new text", "blocks")
    yield "links of the new page", "all", "196 of 200", right("links")
    yield "ids of the new page", "all", "", right("ids")
    yield "block outline of the new page", "all", "171 to 179 of 200", right("outline")
    parse = sum(number for fault, number in faults.items() if fault.startswith("parse"))
    yield (
        "parse errors, repeated ids, dangling links",
        "0",
        "0",
        str(parse + faults["repeated ids"] + faults["dangling links"]),
    )
    yield "cuts in words, numbers, addresses", "0", "0", str(faults["cut in word"])
    for name, (right_ones, tried) in unseen_edits(corpus, count=150).items():
        yield f"empty redline: {name}", "all", "133 of 133", f"{right_ones} of {tried}"
    prototype = {"a block moved": "90 of 90", "a link's target": "133 of 133"}
    documents = list(corpus.documents.values())
    planted = plant_all(documents, each=400) | plant_structure(documents, each=400)
    for name, (right_ones, tried) in planted.items():
        share = f"{right_ones} of {tried} ({right_ones / max(tried, 1):.1%})"
        yield f"planted, shown exactly: {name}", ">= 99%", prototype.get(name, ""), share
    false = near.false_moves / max(near.moves, 1)
    yield "false moves, neighbours", "<= 5%", "", f"{near.false_moves} of {near.moves} ({false:.1%})"
    yield from _times(near, far)


def _times(near: Ours, far: Ours) -> Iterator[tuple[str, str, str, str]]:
    yield "rendered, neighbours, median", "<= 5 ms", "20.5 ms", f"{near.rendered.quantile(0.5):.2f} ms"
    yield "rendered, neighbours, p99", "<= 60 ms", "136 ms", f"{near.rendered.quantile(0.99):.1f} ms"
    yield "source, neighbours, median", "<= 1.5 ms", "2 ms", f"{near.source.quantile(0.5):.2f} ms"
    yield "rendered, far apart, p99", "<= 200 ms", "", f"{far.rendered.quantile(0.99):.1f} ms"
    yield "source, far apart, p99", "<= 200 ms", "202 ms at most", f"{far.source.quantile(0.99):.1f} ms"
    for name, seconds, is_whole in measure_hard_pairs():
        yield name, f"<= {MOST_SECONDS:.0f} s", "", f"{seconds:.2f} s{'' if is_whole else ', not rebuilt'}"


def print_table(title: str, tallies: Sequence[Tally]) -> None:
    """Print times and broken results, a line each."""
    print(f"\n{title}; milliseconds\n{'':34} {'median':>9} {'p99':>9} {'most':>9}  broken")
    print("\n".join(tally.line() for tally in tallies), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pairs", default="200", help="neighbouring pairs: a number, or `all`")
    parser.add_argument("--far", type=int, default=100, help="pairs further apart")
    parser.add_argument("--others", type=int, default=200, help="neighbouring pairs for the other tools; 0: none")
    options = parser.parse_args(arguments)
    corpus = read_corpus(options.corpus)
    gc.freeze()  # the corpus in memory is no garbage of what is measured
    pairs = corpus.pairs(None if options.pairs == "all" else int(options.pairs), is_far=False)
    near = measure_ours(pairs, corpus)
    print_table(f"neighbours: {len(pairs)} pairs", [near.rendered, near.source])
    far_pairs = corpus.pairs(options.far, is_far=True)
    far = measure_ours(far_pairs, corpus)
    print_table(f"far apart: {len(far_pairs)} pairs", [far.rendered, far.source])
    print(f"\n{'goal':46} {'asked':>10} {'prototype':>18}  ours")
    for name, asked, prototype, value in goals(near, far, corpus):
        print(f"{name:46} {asked:>10} {prototype:>18}  {value}", flush=True)
    if options.others:
        some = pairs[: options.others]
        ours = measure_ours(some, corpus)
        others = measure_others(some, corpus.texts, corpus.documents)
        print_table(f"side by side: {len(some)} neighbouring pairs", [ours.rendered, ours.source, *others])


if __name__ == "__main__":
    main()
