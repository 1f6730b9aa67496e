"""What is wrong in ``notify.toml``, in sentences: the place as it stands in the file, the fact, the next step."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from policy_site.model import Finding, Severity

Place = tuple[str | int, ...]
"""Names of tables and keys; the number of a table where there are several."""
Table = Mapping[str, Any]
ModelAt = Callable[[Place], type[BaseModel] | None]
"""Returns the table that the settings know at a place."""

ENDPOINT_SECRET = "Put `whsec_` and the base64 of 24 to 64 random bytes into a file, and write its path here."  # noqa: S105


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must be mended."""

    place: Place
    message: str
    """A sentence."""
    remedy: str
    """A sentence."""


def findings_of(faults: Iterable[Fault], text: str, *, path: str) -> tuple[Finding, ...]:
    """Return the faults of a file in its order, each with its line where it has one."""
    lines = _lines_of(text)
    placed = [(_line_of(fault.place, lines), fault) for fault in dict.fromkeys(faults)]
    return tuple(
        Finding(
            path=path,
            line=line,
            rule="notifier-settings",
            severity=Severity.ERROR,
            message=fault.message,
            remedy=fault.remedy,
        )
        for line, fault in sorted(placed, key=lambda one: one[0] or 0)
    )


def name_of(place: Place, table: Table) -> str:
    """Return what a place is called: ```channels.mail.port```, ```csv` of the audience 'readers'``."""
    if place[:1] != ("audiences",) or len(place) == 1:
        return f"`{_dotted(place)}`"
    audiences = table["audiences"]
    number = place[1]
    entry = audiences[number] if isinstance(audiences, list) and isinstance(number, int) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    audience = f"the audience {name!r}" if isinstance(name, str) else f"the audience number {int(number) + 1}"
    return f"`{_dotted(place[2:])}` of {audience}" if place[2:] else audience


def _dotted(place: Place) -> str:
    keys = [part for part in place if isinstance(part, str)]
    return ".".join(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key) for key in keys)


# --- what pydantic refuses -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A value that was refused."""

    kind: str
    """Pydantic's word for what is wrong."""
    place: Place
    name: str
    """Of the place."""
    value: object
    limits: Mapping[str, Any]
    """What the value should have kept to."""
    model_at: ModelAt


_Sentences = tuple[str, str]
"""The fact and the next step."""


def value_faults(errors: Iterable[Mapping[str, Any]], table: Table, model_at: ModelAt) -> Iterator[Fault]:
    """Say in our words what pydantic found in a table."""
    for error in errors:
        kind, value = error["type"], error["input"]
        if kind == "too_short" and value:
            continue  # entries are there, with faults of their own
        if error["loc"][-2:-1] == ("first_cursor",) and error["loc"][-1] != "str":
            continue  # it may be of either type, and both complain
        place = _in_file(error["loc"])
        if kind.startswith("union_tag"):
            kind, value = ("literal_error", value["kind"]) if kind == "union_tag_invalid" else ("missing", None)
            place = (*place, "kind")
        refusal = _Refusal(kind, place, name_of(place, table), value, error.get("ctx", {}), model_at)
        yield Fault(place, *_TELLING.get(kind, _tell_type)(refusal))


def _in_file(location: Place) -> Place:
    """Leave out of a location what pydantic adds to it: the kind of a channel, a type of several, ``[key]``."""
    place = location[:-1] if location[-1] == "[key]" and len(location) > 1 else location
    if place[0] == "channels":
        return (*place[:2], *place[3:])
    return place[: place.index("first_cursor") + 1] if "first_cursor" in place else place


def _tell_missing(it: _Refusal) -> _Sentences:
    return f"{it.name} is missing.", _how_to_write(it.place)


def _tell_empty(it: _Refusal) -> _Sentences:
    return f"{it.name} is empty.", f"Add something, such as `{_EXAMPLES[str(it.place[-1])]}`."


def _tell_unknown_name(it: _Refusal) -> _Sentences:
    return f"There is no setting {it.name}.", _instead_of(it.place, it.model_at)


def _tell_unknown_word(it: _Refusal) -> _Sentences:
    known = re.findall(r"'([^']*)'", it.limits.get("expected_tags") or it.limits["expected"])
    close = difflib.get_close_matches(str(it.value), known, n=1)
    remedy = f"{f'Did you mean {close[0]!r}? ' if close else ''}Known are {_listed([repr(word) for word in known])}."
    return f"{it.name} is {_shown(it.value)}, which is not known.", remedy


def _tell_range(it: _Refusal) -> _Sentences:
    return f"{it.name} is {it.value}, which is out of its range.", f"Write a number {_range_of(it.place, it.model_at)}."


def _tell_length(it: _Refusal) -> _Sentences:
    return f"{it.name} is too long.", f"Write at most {it.limits['max_length']} characters."


def _tell_form(it: _Refusal) -> _Sentences:
    remedy = _FORMS.get(_form_of(it.place), _NAME_FORM)
    return f"{it.name} is not of the right form: {_shown(it.value)}.", remedy


def _tell_address(it: _Refusal) -> _Sentences:
    if "day_locales" in it.place:
        return f"{it.name}: {_shown(it.value)} is no locale whose days are known.", "Write one such as 'en-GB'."
    if it.place[-1] == "contact":
        remedy = "Write one such as 'privacy@example.org' or 'https://example.org/contact'."
        return f"{it.name}: {_shown(it.value)} is neither a mail address nor one of the web.", remedy
    return f"{it.name}: {_shown(it.value)} is no mail address.", "Write one such as 'policies@example.org'."


def _tell_type(it: _Refusal) -> _Sentences:
    expected, remedy = _EXPECTED.get(it.kind.partition("_")[0], ("what belongs here", "Correct it."))
    if it.place == ("audiences",):
        remedy = "Write `[[audiences]]` above each, in two brackets."
    verb = "is" if isinstance(it.place[-1], str) else "holds"
    return f"{it.name} {verb} {_type_of(it.value)}, not {expected}.", remedy


_TELLING: Mapping[str, Callable[[_Refusal], _Sentences]] = {
    "missing": _tell_missing,
    "too_short": _tell_empty,
    "extra_forbidden": _tell_unknown_name,
    "literal_error": _tell_unknown_word,
    "greater_than": _tell_range,
    "greater_than_equal": _tell_range,
    "less_than": _tell_range,
    "less_than_equal": _tell_range,
    "string_too_long": _tell_length,
    "string_pattern_mismatch": _tell_form,
    "value_error": _tell_address,
}
"""All else is a value of another type."""
_EXPECTED = {
    "string": ("a text", "Write it in quotation marks."),
    "path": ("a path", "Write a path in quotation marks."),
    "int": ("a whole number", "Write a whole number, without quotation marks."),
    "finite": ("a whole number", "Write a whole number, such as 10."),
    "float": ("a number", "Write a number, without quotation marks."),
    "tuple": ("a list", "Write it in square brackets, each entry in quotation marks."),
    "dict": ("a table", "Write its name in brackets on a line of its own, its settings below."),
    "model": ("a table", "Write it in braces, {name = value, …}, or as a table of its own."),
}
_NAME_FORM = "Write lower-case letters, digits and hyphens, 40 characters at most."
_FORMS = {
    "unsubscribe.url": "Write an address that begins with https:// and has {token} where the token belongs.",
    "healthcheck_url": "Write an address that begins with https:// or http://.",
    "endpoints.url": "Write an address that begins with https:// or http://.",
    "sender_name": "Write one line, without control characters.",
}
_EXAMPLES = {
    "feed": 'feed = "https://legal.example.org/changes/v1/feed.json"',
    "channels": "[channels.mail]",
    "audiences": "[[audiences]]",
    "kind": 'kind = "smtp"',
    "host": 'host = "relay.example.org"',
    "sender": 'sender = "policies@example.org"',
    "endpoints": "[channels.systems.endpoints.crm]",
    "name": 'name = "customers"',
    "channel": 'channel = "mail"',
    "files": 'files = ["/var/log/mail.log*"]',
    "query": 'query = """SELECT id AS cursor, …"""',
}


def _form_of(place: Place) -> str:
    return f"endpoints.{place[-1]}" if "endpoints" in place[:-1] else _dotted(place[2:])


def _how_to_write(place: Place) -> str:
    if place[-1] == "secret_file":
        return ENDPOINT_SECRET if "endpoints" in place else "Put 16 random bytes into a file, and write its path here."
    example = _EXAMPLES.get(str(place[-1]))
    return f"Add it, such as `{example}`." if example else "Add it."


_GONE = {("endpoints", "language"): "Remove it: what is sent holds every language."}
"""Settings that there were, by the table they stood in."""


def _instead_of(place: Place, model_at: ModelAt) -> str:
    if gone := _GONE.get((str(place[-3:][0]), str(place[-1]))):
        return gone
    model = model_at(place[:-1])
    known = sorted(model.model_fields) if model else []
    if close := difflib.get_close_matches(str(place[-1]), known, n=1):
        return f"Did you mean `{close[0]}`?"
    whole = model_at(())
    if whole and place[-1] in whole.model_fields:
        return "It belongs to the beginning of the file, above the first table."
    return f"Known here are {_listed([f'`{name}`' for name in known])}."


def _range_of(place: Place, model_at: ModelAt) -> str:
    model = model_at(place[:-1])
    bounds: dict[str, Any] = {}
    for part in model.model_fields[str(place[-1])].metadata if model else ():
        bounds |= {name: getattr(part, name) for name in ("gt", "ge", "le") if hasattr(part, name)}
    lower = f"above {bounds['gt']:g}" if "gt" in bounds else f"from {bounds['ge']}"
    return f"{lower} to {bounds['le']:g}" if "le" in bounds else f"{lower} on" if "ge" in bounds else lower


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


_LONGEST_SHOWN = 80


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return ascii(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def _type_of(value: object) -> str:
    """Return what TOML calls a value; the value itself may be a secret."""
    if isinstance(value, bool):
        return "true or false"
    kinds = {str: "a text", int: "a whole number", float: "a number", list: "a list", dict: "a table"}
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), "a date or time")


# --- where it stands -------------------------------------------------------------------------------------------------

_KEY_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY_PATH = rf"{_KEY_PART}(?:\s*\.\s*{_KEY_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_KEY_PATH})\s*\]")
_KEY = re.compile(rf"\s*({_KEY_PATH})\s*=")


def _lines_of(text: str) -> dict[Place, int]:
    """Return the lines of tables and keys, for the parser keeps none; what is in braces has the line of its table."""
    lines: dict[Place, int] = {}
    table: Place = ()
    audience = -1
    is_text = False
    for number, line in enumerate(text.split("\n"), start=1):
        was_text = is_text
        is_text ^= (line.count('"""') + line.count("'''")) % 2 == 1
        if was_text:
            continue
        if header := _HEADER.match(line):
            table = _keys(header[2])
            if table[0] == "audiences":
                audience += header[1] == "[["
                table = ("audiences", audience, *table[1:])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_keys(key[1])), number)
    return lines


def _keys(written: str) -> Place:
    return tuple(part.strip("\"'") for part in re.findall(_KEY_PART, written))


def _line_of(place: Place, lines: Mapping[Place, int]) -> int | None:
    """Return the line of a key, or of the table it is in or should be in."""
    return next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None)
