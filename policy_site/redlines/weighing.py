"""What matters in a redline, marked at its place: periods, amounts, negations and the like that went or came.

It never makes less of a change: what has no mark here is not said to be of no matter.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from policy_site.evidence import Kind
from policy_site.redlines.evidence import weigh_leaf, weigh_sections
from policy_site.redlines.tree import Leaf, Operation, OperationKind, Redline, RunKind

_OF_BOTH = frozenset({OperationKind.MODIFIED, OperationKind.SPLIT, OperationKind.MERGED, OperationKind.MOVED_TO})


def weigh(redline: Redline, *, locale: str) -> Redline:
    """Return a redline whose edits say what sort of words they change; ``locale`` is the language of both texts."""
    return replace(
        redline,
        sections=tuple(
            replace(section, operations=tuple(weigh_operation(one, locale=locale) for one in section.operations))
            for section in redline.sections
        ),
    )


def weigh_operation(operation: Operation, *, locale: str) -> Operation:
    """Do so for one block; one that came or went as a whole is left as it is."""
    if operation.kind not in _OF_BOTH:
        return operation
    return replace(operation, leaves=tuple(_weighed(leaf, locale) for leaf in operation.leaves))


def _weighed(leaf: Leaf, locale: str) -> Leaf:
    if not any(run.change for run in leaf.runs):
        return leaf
    found = weigh_leaf(leaf, locale=locale)
    if not found:
        return leaf
    kinds: dict[int, set[str]] = {}
    last: dict[int, int] = {}
    old = new = 0
    for place, run in enumerate(leaf.runs):
        old_end, new_end = old + len(run.old_text), new + len(run.new_text)
        if run.kind in (RunKind.DELETED, RunKind.ADDED):
            sides = ((found.gone, old, old_end), (found.come, new, new_end))
            kinds.setdefault(run.change, set()).update(
                each.kind for side, start, end in sides for each in side if each.start < end and each.end > start
            )
            last[run.change] = place
        old, new = old_end, new_end
    order = list(Kind)
    matters = {
        last[change]: tuple(sorted(own, key=lambda kind: order.index(Kind(kind))))
        for change, own in kinds.items()
        if own
    }
    runs = (replace(run, matters=matters[place]) if place in matters else run for place, run in enumerate(leaf.runs))
    return replace(leaf, runs=tuple(runs))


def count_matters(redline: Redline, *, locale: str) -> dict[str, int]:
    """Return how many words of each kind went or came, blocks that came or went as a whole included.

    What stands against another of its kind in the same section counts once: a period that became another.
    """
    counts: Counter[str] = Counter()
    for _, found in weigh_sections(redline, locale=locale):
        gone, come = (Counter(each.kind.value for each in side) for side in (found.gone, found.come))
        counts.update({kind: max(gone[kind], come[kind]) for kind in (*gone, *come)})
    return {kind.value: counts[kind] for kind in Kind if counts[kind]}
