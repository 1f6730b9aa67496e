"""What the words of a changed section say that matters, a line each."""

from __future__ import annotations

from collections import Counter

from policy_site.evidence import Kind, read_text
from policy_site.redlines import OperationKind, SectionRedline

_MOST = 12


def evidence_lines(section: SectionRedline, *, locale: str) -> tuple[str, ...]:
    """Return what went and what came, by kind: ``period: 30 days → 60 days``."""
    operations = [operation for operation in section.operations if operation.kind is not OperationKind.UNCHANGED]
    old = " \n".join(
        run.old_text for operation in operations if operation.has_old for leaf in operation.leaves for run in leaf.runs
    )
    new = " \n".join(
        run.new_text for operation in operations if operation.has_new for leaf in operation.leaves for run in leaf.runs
    )
    before, after = (read_text(text, locale=locale) for text in (old, new))
    lines: list[str] = []
    for kind in Kind:
        held = Counter(piece.value for piece in before if piece.kind is kind)
        holds = Counter(piece.value for piece in after if piece.kind is kind)
        words = {piece.value: piece.words for piece in (*before, *after) if piece.kind is kind}
        went = ", ".join(words[value] for value in held - holds)
        came = ", ".join(words[value] for value in holds - held)
        if went or came:
            lines.append(f"{kind.value}: {went or '—'} → {came or '—'}")
    return tuple(lines[:_MOST])
