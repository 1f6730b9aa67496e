"""What other thresholds would do, by planted ground truth: ``python -m benchmarks.redlines_thresholds CORPUS``.

Paragraphs of real documents are edited by a known share of their words, or replaced by a paragraph of another document
in the same language. The first are one paragraph and the second are two, whatever an alignment makes of them.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.redlines_corpus import EXTENSIONS, read_histories
from benchmarks.redlines_planted import Place, is_paragraph, places
from policy_site.documents import Source, render_documents
from policy_site.model import Block, Document, Span
from policy_site.redlines import OperationKind, Redline, blocks, compare, moves
from policy_site.redlines.tokens import tokenise

SHARES = (0.2, 0.4, 0.5, 0.6, 0.7)
Case = tuple[str, Document, Document, Block, Block]
"""What it is, both documents, and the two blocks in question."""


def documents_by_language(repository: Path) -> dict[str, list[Document]]:
    """Return the newest text of each file, by the folder of its language."""
    histories, texts = read_histories(repository)
    newest = {path: history[-1] for path, history in histories.items() if "/" in path}
    sources = [Source(path, texts[name]) for path, name in newest.items()]
    grouped: dict[str, list[Document]] = defaultdict(list)
    for path, one in render_documents(sources, extensions=EXTENSIONS, jobs=1).items():
        if isinstance(one, Document):
            grouped[path.split("/")[0]].append(one)
    return grouped


def edited(chooser: random.Random, block: Block, other: Block, share: float) -> Block:
    """Replace a share of the words of a block, in runs of one to five, by words of another."""
    tokens, strange = tokenise(block.text), tokenise(other.text).keys
    words = [block.text[i:j] for i, j in zip(tokens.starts, tokens.ends, strict=True)]
    left = round(share * len(words))
    while left > 0:
        length = min(chooser.randint(1, 5), left)
        start = chooser.randrange(len(words))
        for place in range(start, min(start + length, len(words))):
            words[place] = chooser.choice(strange)
        left -= length
    return replace(block, spans=(Span(" ".join(words)),))


def plant_cases(grouped: dict[str, list[Document]], *, each: int) -> Iterator[Case]:
    """Yield paragraphs that are one and paragraphs that are two: between others, alone, and far from one another."""
    chooser = random.Random(2)  # noqa: S311 - a sample, not a secret
    languages = [one for one, documents in grouped.items() if len(documents) > 3]  # noqa: PLR2004 - enough to choose
    for _ in range(each):
        document, stranger = chooser.sample(grouped[chooser.choice(languages)], 2)
        chosen, strangers = places(document, _is_long), places(stranger, _is_long)
        known = {block.text for block in document.blocks}
        strangers = [place for place in strangers if place.value.text not in known]
        if len(chosen) < 4 or len(strangers) < 3:  # noqa: PLR2004 - as many as are used
            continue
        place = chooser.choice(chosen)
        one, two, three = (place.value for place in chooser.sample(strangers, 3))
        for share in SHARES:
            version = edited(chooser, place.value, one, share)
            yield f"one, alone, {share:.0%} edited", document, place.replaced(version), place.value, version
            among = place.replaced(two, version, three)
            yield f"one, among new ones, {share:.0%} edited", document, among, place.value, version
            far = _moved(chooser, place, chosen, version)
            if far is not None:
                yield f"one, moved, {share:.0%} edited", document, far, place.value, version
        yield "two, alone", document, place.replaced(one), place.value, one
        yield "two, among new ones", document, place.replaced(two, one, three), place.value, one
        far = _moved(chooser, place, chosen, one)
        if far is not None:
            yield "two, far apart", document, far, place.value, one


def _is_long(block: Block) -> bool:
    return is_paragraph(block) and len(tokenise(block.text)) >= 12  # noqa: PLR2004 - tokens


def _moved(chooser: random.Random, place: Place, chosen: Sequence[Place], version: Block) -> Document | None:
    """Return the document with a block gone from its place, and its new version in another section."""
    targets = [one for one in chosen if one.section != place.section]
    if not targets:
        return None
    target = chooser.choice(targets)
    after = replace(target, document=place.replaced())
    return after.replaced(after.value, version)


def are_joined(redline: Redline, old: Block, new: Block) -> bool:
    """Say whether a redline treats two blocks as one."""
    for operation in redline.operations:
        if operation.kind is OperationKind.MOVED_FROM:
            continue
        olds = [leaf.old for leaf in operation.leaves if leaf.old is not None]
        news = [leaf.new for leaf in operation.leaves if leaf.new is not None]
        if old in olds and new in news:
            return True
    return False


def measure(cases: Sequence[Case]) -> dict[str, float]:
    """Return of each kind of case the share that is treated as one."""
    joined: dict[str, list[bool]] = defaultdict(list)
    for name, old, new, mine, other in cases:
        joined[name].append(are_joined(compare(old, new), mine, other))
    return {name: sum(some) / len(some) for name, some in joined.items()}


def main() -> None:
    """Print a table for each threshold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--each", type=int, default=150)
    options = parser.parse_args()
    cases = list(plant_cases(documents_by_language(options.corpus), each=options.each))
    print(f"{len(cases)} planted pairs; share treated as one")
    for module, name, word, values in (
        (blocks, "ALIKE", "among", (0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.60)),
        (blocks, "ALIKE_ALONE", "alone", (0.10, 0.15, 0.20, 0.25, 0.30, 0.40)),
        (moves, "MOVED", "moved", (0.40, 0.50, 0.55, 0.60, 0.65, 0.70, 0.80)),
    ):
        concerned = [case for case in cases if word in case[0] or (word == "moved" and "far apart" in case[0])]
        chosen = getattr(module, name)
        rows = {}
        for value in values:
            setattr(module, name, value)
            rows[value] = measure(concerned)
        setattr(module, name, chosen)
        print(f"\n{name} (chosen: {chosen:.2f})\n{'':36}" + "".join(f"{value:>8.2f}" for value in values))
        for case in sorted(rows[values[0]]):
            print(f"{case:36}" + "".join(f"{rows[value][case]:>8.1%}" for value in values), flush=True)


if __name__ == "__main__":
    main()
