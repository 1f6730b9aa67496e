"""Canonical JSON (RFC 8785) and the chain of hashes that makes a rewritten change feed show."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

_LARGEST = 2**53 - 1
"""Beyond it, readers that hold numbers as doubles would see another one (RFC 8785, section 3.2.2.3)."""


def canonical_json(value: object) -> bytes:
    """Return the one canonical form of ``value``.

    For what the change feed holds: objects with ASCII keys, arrays, strings, whole numbers, booleans and null. Anything
    else raises :class:`ValueError`.
    """
    _refuse_others(value)
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def event_hash(record: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of an event's canonical form without its ``hash``."""
    return hashlib.sha256(canonical_json({key: value for key, value in record.items() if key != "hash"})).hexdigest()


def chain_faults(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say where a run of events, oldest first, was changed, cut or put in another order; each fault a sentence."""
    for record in records:
        if record["hash"] != event_hash(record):
            yield f"Event {record['seq']} does not have the hash it names."
    if records and records[0]["seq"] == 1 and records[0]["prev"] is not None:
        yield "Event 1 names an event before it."
    for before, after in pairwise(records):
        if after["seq"] != before["seq"] + 1:
            yield f"Event {after['seq']} follows event {before['seq']}."
        elif after["prev"] != before["hash"]:
            yield f"Event {after['seq']} does not name the hash of the event before it."


def _refuse_others(value: object) -> None:
    match value:
        case None | bool():
            return
        case str():
            value.encode("utf-8")
        case int():
            if abs(value) > _LARGEST:
                raise ValueError(f"{value} has no canonical form: it is too large for a double.")
        case dict():
            for key, entry in value.items():
                if not isinstance(key, str) or not key.isascii():
                    raise ValueError(f"{key!r} cannot be a key in canonical JSON here: keys are ASCII.")
                _refuse_others(entry)
        case list() | tuple():
            for entry in value:
                _refuse_others(entry)
        case _:
            raise ValueError(f"{value!r} has no canonical form here.")
