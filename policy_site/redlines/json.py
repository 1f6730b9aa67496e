"""A redline as JSON: operations by section and block, from which both texts come back exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from policy_site.model import Block
from policy_site.redlines.counts import count_changes
from policy_site.redlines.source import SourceRedline
from policy_site.redlines.tree import Leaf, Operation, Redline, Run, SectionRedline

FORMAT = "policy-site-redline-1"
"""Stands in every result, so that a reader knows what it reads."""

Json = dict[str, Any]


def to_json(redline: Redline | SourceRedline) -> Json:
    """Return a redline as values that JSON has."""
    level, tree = ("source", redline.redline) if isinstance(redline, SourceRedline) else ("rendered", redline)
    return {
        "format": FORMAT,
        "level": level,
        "old_title": tree.old_title,
        "new_title": tree.new_title,
        "words_added": tree.words_added,
        "words_deleted": tree.words_deleted,
        "changes": tree.changes,
        "counts": asdict(count_changes(tree)),
        "moves": [
            {
                "number": move.number,
                "from_change": move.from_change,
                "to_change": move.to_change,
                "from_heading": move.from_heading,
                "to_heading": move.to_heading,
            }
            for move in tree.moves
        ],
        "sections": [_section(section) for section in tree.sections],
    }


def _section(section: SectionRedline) -> Json:
    return {
        "old_id": section.old_id,
        "new_id": section.new_id,
        "old_heading": section.old_heading,
        "new_heading": section.new_heading,
        "level": section.level,
        "kinds": [kind.value for kind in section.kinds],
        "is_trace": section.is_trace,
        "operations": [_operation(operation) for operation in section.operations],
    }


def _operation(operation: Operation) -> Json:
    value: Json = {"kind": operation.kind.value, "leaves": [_leaf(leaf) for leaf in operation.leaves]}
    if operation.is_row:
        value["is_row"] = True
    if operation.move:
        value["move"] = operation.move
    if operation.change:
        value["change"] = operation.change
    return value


def _leaf(leaf: Leaf) -> Json:
    value: Json = {"runs": [_run(run) for run in leaf.runs]}
    if leaf.old is not None:
        value["old"] = _block(leaf.old)
    if leaf.new is not None:
        value["new"] = _block(leaf.new)
    if leaf.continues_old:
        value["continues_old"] = True
    if leaf.continues_new:
        value["continues_new"] = True
    if leaf.notes:
        value["notes"] = [_note(note.kind.value, note.old, note.new, note.change) for note in leaf.notes]
    return value


def _block(block: Block) -> Json:
    return {"tag": block.tag, "containers": [container.tag for container in block.containers]}


def _run(run: Run) -> Json:
    value: Json = {"kind": run.kind.value}
    if run.old_text == run.new_text:
        value["text"] = run.new_text
    else:
        value["old"], value["new"] = run.old_text, run.new_text
    if run.change:
        value["change"] = run.change
    if run.words:
        value["words"] = run.words
    if run.moved is not None:
        value["moved"] = {
            "change": run.moved.change,
            "heading": run.moved.heading,
            "edits": [list(edit) for edit in run.moved.edits],
        }
    if run.matters:
        value["matters"] = list(run.matters)
    if run.notes:
        value["notes"] = [_note(note.kind.value, note.old, note.new, note.change) for note in run.notes]
    return value


def _note(kind: str, old: str, new: str, change: int) -> Json:
    return {"kind": kind, "old": old, "new": new, "change": change}


def old_text(value: Mapping[str, Any]) -> str:
    """Return the old text of a redline in JSON: of a source one the file, of a rendered one a line for each block."""
    return _rebuilt(value, side="old", absent=("added", "moved-to"))


def new_text(value: Mapping[str, Any]) -> str:
    """Return the new text of a redline in JSON: of a source one the file, of a rendered one a line for each block."""
    return _rebuilt(value, side="new", absent=("deleted", "moved-from"))


def _rebuilt(value: Mapping[str, Any], *, side: str, absent: Sequence[str]) -> str:
    texts: list[str] = []
    for section in value["sections"]:
        for operation in section["operations"]:
            for leaf in operation["leaves"] if operation["kind"] not in absent else ():
                text = "".join(str(run.get("text", run.get(side, ""))) for run in leaf["runs"])
                if leaf.get(f"continues_{side}"):
                    texts[-1] += text
                elif side in leaf:
                    texts.append(text)
    return ("" if value["level"] == "source" else "\n").join(texts)
