"""The shape of a redline in JSON, as a JSON Schema (2020-12).

Within 1.x fields are only added, and readers ignore what they do not know: the schema forbids nothing more.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from policy_site.model import SectionChangeKind
from policy_site.redlines.json import FORMAT
from policy_site.redlines.tree import NoteKind, OperationKind, RunKind

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_NUMBER: Json = {"type": "integer", "minimum": 1}
_FLAG: Json = {"type": "boolean"}


def json_schema(identifier: str) -> Json:
    """Return the schema under its address."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": identifier,
        "title": "A redline of policy-site",
        "description": (
            "Two texts compared: sections hold operations, operations leaves, leaves runs of words, in the order in "
            "which the redline is read. The old text: of every operation but 'added' and 'moved-to', join each run's "
            "'text', or else its 'old'; a leaf with 'continues_old' goes on with the block before, and one without "
            "'old' has none. The new text: the same of every operation but 'deleted' and 'moved-from', with 'new' and "
            "'continues_new'. On the level 'source' the blocks joined are the files; on the level 'rendered' each "
            "block is what readers see of it."
        ),
        **_object(
            {
                "format": {"const": FORMAT},
                "level": {"enum": ["rendered", "source"]},
                "old_title": _TEXT,
                "new_title": _TEXT,
                "words_added": _COUNT,
                "words_deleted": _COUNT,
                "changes": {**_COUNT, "description": "How many changes there are; they are numbered from 1."},
                "counts": {
                    **_object(
                        dict.fromkeys(("words", "moves", "structure", "numbering", "links", "formatting"), _COUNT)
                    ),
                    "description": "Changes of each kind; a place counts once for each kind that it has.",
                },
                "moves": _list_of("move"),
                "sections": _list_of("section"),
            }
        ),
        "$defs": {
            "move": _move(),
            "section": _section(),
            "operation": _operation(),
            "leaf": _leaf(),
            "block": _block(),
            "run": _run(),
            "note": _note(),
        },
    }


def _object(required: Json, optional: Json | None = None) -> Json:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def _list_of(name: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


def _names(names: type[StrEnum]) -> Json:
    return {"enum": [name.value for name in names]}


def _move() -> Json:
    return {
        "description": "Blocks that left one place for another, together.",
        **_object(
            {
                "number": _NUMBER,
                "from_change": _NUMBER,
                "to_change": _NUMBER,
                "from_heading": _TEXT,
                "to_heading": _TEXT,
            }
        ),
    }


def _section() -> Json:
    identifier: Json = {"type": ["string", "null"], "description": "Null where that text does not have the section."}
    return _object(
        {
            "old_id": identifier,
            "new_id": identifier,
            "old_heading": _TEXT,
            "new_heading": _TEXT,
            "level": {**_COUNT, "description": "2 for '##'; 0 for what stands before the first heading."},
            "kinds": {
                "type": "array",
                "items": _names(SectionChangeKind),
                "description": "What became of it, what matters most first; empty where nothing did.",
            },
            "is_trace": {**_FLAG, "description": "It only shows what stood here."},
            "operations": _list_of("operation"),
        }
    )


def _operation() -> Json:
    return {
        "description": "What became of one block, or of one table row with its cells.",
        **_object(
            {"kind": _names(OperationKind), "leaves": _list_of("leaf")},
            {
                "is_row": _FLAG,
                "move": {**_NUMBER, "description": "The move it is part of."},
                "change": {**_NUMBER, "description": "The change that it is as a whole."},
            },
        ),
    }


def _leaf() -> Json:
    return _object(
        {"runs": _list_of("run")},
        {
            "old": {"$ref": "#/$defs/block"},
            "new": {"$ref": "#/$defs/block"},
            "continues_old": {**_FLAG, "description": "A block was split here."},
            "continues_new": {**_FLAG, "description": "Two blocks were joined here."},
            "notes": _list_of("note"),
        },
    )


def _block() -> Json:
    return _object(
        {
            "tag": {**_TEXT, "description": "Its HTML element; empty for the text of a list item."},
            "containers": {"type": "array", "items": _TEXT, "description": "Elements around it, outermost first."},
        }
    )


def _run() -> Json:
    return {
        **_object(
            {"kind": _names(RunKind)},
            {
                "text": {**_TEXT, "description": "Where both sides are the same."},
                "old": _TEXT,
                "new": _TEXT,
                "change": _NUMBER,
                "words": {**_NUMBER, "description": "How many words went or came."},
                "notes": _list_of("note"),
                "moved": {
                    **_object(
                        {
                            "change": _NUMBER,
                            "heading": _TEXT,
                            "edits": {
                                "type": "array",
                                "items": {"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2},
                            },
                        }
                    ),
                    "description": (
                        "Of a sentence that went from one block and came into another: the change at the other place, "
                        "the heading there, and the characters from and to which its words differ from it."
                    ),
                },
                "matters": {
                    "type": "array",
                    "items": _TEXT,
                    "description": "At the end of a change: what sort of words changed: period, amount, negation …",
                },
            },
        ),
        "oneOf": [{"required": ["text"]}, {"required": ["old", "new"]}],
    }


def _note() -> Json:
    return {
        "description": (
            "A change that the words do not show: of a link's target, a heading's level, a list, an id. Its number is "
            "0 where it only follows from others, as the number of an item does after one that was added."
        ),
        **_object({"kind": _names(NoteKind), "old": _TEXT, "new": _TEXT, "change": _COUNT}),
    }
