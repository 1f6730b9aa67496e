"""What is wrong in ``site.toml``, in the words of the person who wrote it, each with its line."""

from __future__ import annotations

import difflib
import re
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from policy_site.errors import SettingsError
from policy_site.model import Finding, Severity
from policy_site.settings.tables import Settings


def toml_slip(name: str, line: int | None, reason: str, text: str) -> Finding:
    """Return what is wrong in the words of the person who wrote it, where it is one of the usual slips."""
    written = text.split("\n")[line - 1] if line else ""
    if written.startswith(("<<<<<<< ", ">>>>>>> ", "=======")):
        message = "This file contains an unresolved merge conflict."
        remedy = "Choose one of the two texts and delete the lines <<<<<<<, ======= and >>>>>>>."
    elif re.search(r"=\s*\[?\s*[“”„«»\u2018\u2019]", written):
        message = "Typographic quotation marks cannot be read here."
        remedy = 'Replace them with straight ones (").'
    elif _quotation_marks(written) % 2:
        message, remedy = "A quotation mark in this line is not closed.", "Add it at the end of the value."
    elif re.fullmatch(r"\s*[\w.-]+\s*=\s*[^\s\"'\[{\d][^\"'\[{]*", written) and "true" not in written:
        message, remedy = "This value lacks its quotation marks.", 'Write `name = "value"`.'
    else:
        return toml_fault(name, line, f"This line cannot be read: {reason[:1].lower()}{reason[1:]}.")
    return Finding(path=name, line=line, rule="toml", severity=Severity.ERROR, message=message, remedy=remedy)


def _quotation_marks(line: str) -> int:
    return line.replace('\\"', "").count('"')


def toml_fault(name: str, line: int | None, message: str) -> Finding:
    """Return a fault of TOML."""
    remedy = 'Put words in quotation marks (`name = "value"`) and lists in brackets (`["en", "de"]`).'
    return Finding(path=name, line=line, rule="toml", severity=Severity.ERROR, message=message, remedy=remedy)


def settings_error(name: str, findings: list[Finding]) -> SettingsError:
    """Return the error that tells all ``findings`` of a file."""
    count = "one error" if len(findings) == 1 else f"{len(findings)} errors"
    return SettingsError(
        f"{name} has {count}.", remedy="Correct it, then run the command again.", findings=tuple(findings)
    )


def faults_once(errors: ValidationError) -> list[dict[str, Any]]:
    """Return what pydantic found wrong, each fault once: what stands there under a wrong name is not missing, too."""
    faults: list[dict[str, Any]] = [dict(error) for error in errors.errors()]
    unknown = [str(error["loc"][-1]) for error in faults if error["type"] == "extra_forbidden"]
    return [
        error
        for error in faults
        if error["type"] != "missing" or not difflib.get_close_matches(str(error["loc"][-1]), unknown, n=1)
    ]


def finding_of(error: dict[str, Any], *, text: str, name: str) -> Finding:
    """Return what a fault that pydantic found means to the person who wrote the file."""
    location: tuple[str | int, ...] = error["loc"]
    where = ".".join(str(part) for part in location)
    line = _line_of(text, location)
    if error["type"] == "extra_forbidden":
        known = known_keys(Settings, location[:-1])
        close = difflib.get_close_matches(str(location[-1]), known, n=1)
        suggestion = f"Write {close[0]!r} instead." if close else f"Known here are: {', '.join(sorted(known))}."
        message, remedy = f"There is no setting {where!r}.", suggestion
    elif error["type"] == "missing":
        message, remedy = f"The setting {where!r} is missing.", f"Add `{location[-1]}`."
    else:
        reason = str(error["msg"]).removeprefix("Value error, ")
        fact, _, advice = reason.partition("; ")
        message = f"{where}: {fact}." if where else f"{fact[0].upper()}{fact[1:]}."
        remedy = (
            f"{advice[0].upper()}{advice[1:]}." if advice else "Change the value." if where else "Correct one of them."
        )
    return Finding(path=name, line=line, rule="settings", severity=Severity.ERROR, message=message, remedy=remedy)


def known_keys(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """Return the keys that pydantic ``model`` knows at ``location``; empty where keys are free."""
    if not location:
        return list(model.model_fields)
    first, rest = location[0], location[1:]
    if isinstance(first, int):
        return known_keys(model, rest)
    field = model.model_fields.get(first)
    if field is None:
        return []
    for candidate in (field.annotation, *_arguments(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            if rest and candidate.__name__ == "NoticePreset":
                rest = rest[1:]
            return known_keys(candidate, rest)
    return []


def _arguments(annotation: Any) -> list[Any]:  # noqa: ANN401 - annotations have no common type
    return [inner for argument in get_args(annotation) for inner in (argument, *_arguments(argument))]


def _line_of(text: str, location: tuple[str | int, ...]) -> int | None:
    """Find the line of a TOML key: the parser keeps no positions, so tables and keys are looked for by their names."""
    lines = text.splitlines()
    start, names = 0, [part for part in location if isinstance(part, str)]
    index = next((part for part in location if isinstance(part, int)), 0)
    if names and f"[[{names[0]}]]" in text:
        tables = [number for number, line in enumerate(lines) if line.strip().startswith(f"[[{names[0]}]]")]
        start, names = tables[min(index, len(tables) - 1)], names[1:]
    for depth in range(len(names), 0, -1):
        header = re.compile(rf"\s*\[{re.escape('.'.join(names[:depth]))}\]")
        table = next((number for number, line in enumerate(lines) if header.match(line)), None)
        if table is not None:
            start, names = table, names[depth:]
            break
    for name in names:
        key = re.compile(
            rf"""\s*(\{{\s*)?["']?{re.escape(name)}["']?\s*[=.]|.*[{{,]\s*["']?{re.escape(name)}["']?\s*="""
        )
        for number in range(start, len(lines)):
            if key.match(lines[number]):
                start = number
                break
        else:
            return start + 1 if start else None
    return start + 1 if location else None
