"""What can be wrong with a catalogue: each fault is a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from babel.messages.catalog import Catalog, Message


def faults_of(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    """Say what keeps ``catalogue`` from being a whole and sound translation of ``template``."""
    usual = Catalog(locale=catalogue.locale).plural_forms
    if catalogue.plural_forms.replace(" ", "") != usual.replace(" ", ""):
        yield f"Its Plural-Forms are not the language's: {usual}"
    wanted = {(message.id, message.context) for message in template if message.id}
    for message in catalogue:
        if message.id and (message.id, message.context) not in wanted:
            yield f"{message.id!r} is not used any more."
    for message_id, context in sorted(wanted, key=str):
        entry = catalogue.get(message_id, context)
        if entry is None:
            yield f"{message_id!r} is not in the catalogue."
        else:
            yield from faults_of_message(entry, forms=catalogue.num_plurals)


def faults_of_message(message: Message, *, forms: int) -> Iterator[str]:
    """Say what is wrong with the translation of one phrase; ``forms``: how many plural forms the language has."""
    ids = _texts(message.id)
    texts = _texts(message.string)
    if message.fuzzy:
        yield f"{message.id!r} is marked fuzzy."
    if not all(texts) or len(texts) != (forms if message.pluralizable else 1):
        yield f"{message.id!r} is not translated in every form."
        return
    allowed = set.union(*(_placeholders(text) for text in ids))
    required = set.intersection(*(_placeholders(text) for text in ids)) - {"num"}
    for text in texts:
        used = _placeholders(text)
        if not required <= used <= allowed or re.sub(r"%\(\w+\)s|%%", "", text).count("%"):
            yield f"{text!r} has other placeholders than {message.id!r}."
        if "<" in text or "&" in text:
            yield f"{text!r} holds markup; phrases are plain text."
        for sign in sorted(set(_CONTROL.findall(text))):
            yield f"It holds the sign U+{ord(sign):04X}, which nobody sees."
        if _TURNING.search(_ISOLATED.sub("", text)):
            yield f"{text!r} turns the direction of what follows it."
        if _margins(text) != _margins(ids[-1]):
            yield f"{text!r} begins or ends with other spaces than {message.id!r}."
        if _ending(text) != _ending(ids[-1]):
            yield f"{text!r} ends with another mark than {message.id!r}."


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
"""Signs that could move a terminal; the end of a line is none."""
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ISOLATED = re.compile("[\u2066\u2067\u2068][^\u202a-\u202e\u2066-\u2069]*\u2069")
_ENDINGS = {
    ".": ".\u3002\uff0e\u0964\u06d4",
    ":": ":\uff1a",
    "?": "?\uff1f\u061f",
    "…": "…\u22ef",
    ",": ",\uff0c\u060c\u3001",
    ";": ";\uff1b\u061b",
}
"""Marks that end a phrase, each with those that other scripts use for it."""

_CLOSING = "”“»«\"'\u300d\u300f)\uff09\u2069\u200e\u200f"


def _margins(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _ending(text: str) -> str:
    last = text.rstrip().rstrip(_CLOSING)[-1:]
    return next((mark for mark, forms in _ENDINGS.items() if last and last in forms), "")


def _texts(text: str | Iterable[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))
