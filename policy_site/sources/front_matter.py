"""The facts that stand before a text, read as strings with the line of each.

YAML between lines of three hyphens is the form that is ours. Texts of other repositories bring TOML between lines of
three plus signs too, and either with stray spaces or blank lines around.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from policy_site.model import Finding, Severity
from policy_site.sources.yaml_faults import NO_BREAK_SPACES, find_slip

FRONT_MATTER_LIMIT = 65_536
"""Characters of front matter that are parsed; a release note's facts need some hundreds."""
_NESTING_LIMIT = 32


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The facts before a text, and the Markdown after them."""

    facts: Mapping[str, Any]
    """Strings, lists and mappings only: nothing is guessed from how a value looks."""
    lines: Mapping[str, int]
    """Line of each key, with its way down: ``changes.0.category``."""
    body: str
    body_line: int
    fault: Finding | None = None


_START = re.compile(r"(?P<before>(?:[ \t\ufeff]*\n)*)(?P<indent>[ \t\ufeff]*)(?P<mark>---|\+\+\+)[ \t]*\n")
_ENDS = {
    "---": re.compile(r"^[ \t]*(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^[ \t]*\+\+\+[ \t]*$", re.MULTILINE),
}
_FACT = re.compile(r"[ \t]*(?:#[^\n]*)?\n*[ \t]*[\w\"'-][\w .\"'-]*[ \t]*[:=](?:[ \t]|$)", re.MULTILINE)
"""What the first line of facts looks like."""


def split_front_matter(text: str, *, path: str) -> FrontMatter:
    """Separate front matter from Markdown.

    A text that does not begin with a line of three hyphens or plus signs has none. Aliases, tags and deep nesting are
    refused: content is untrusted, and facts need none of them.
    """
    start = _START.match(text)
    if start is None:
        return FrontMatter({}, {}, text, 1)
    mark = start["mark"]
    is_ours = mark == "---" and not start["before"] and not start["indent"].strip("\ufeff")
    end = _ENDS[mark].search(text, start.end())
    if not is_ours and (end is None or not _FACT.match(text, start.end(), end.start())):
        return FrontMatter({}, {}, text, 1)  # a rule, or plus signs, at the beginning of the words
    first_line = text.count("\n", 0, start.end()) + 1
    if end is None:
        remedy = "Add a line of three hyphens (`---`) after the last fact."
        finding = fault(path, first_line - 1, "The facts that begin here have no end.", remedy)
        return FrontMatter({}, {}, text, 1, finding)
    source, body = text[start.end() : end.start()], text[end.end() + 1 :]
    body_line = text.count("\n", 0, end.end()) + 2
    if len(source) > FRONT_MATTER_LIMIT:
        finding = fault(
            path,
            1,
            "The facts at the top of this file are too long.",
            f"Keep it under {FRONT_MATTER_LIMIT} characters.",
        )
        return FrontMatter({}, {}, body, body_line, finding)
    read = _read_yaml if mark == "---" else _read_toml
    try:
        facts, lines = read(source, first_line=first_line)
    except _FaultError as error:
        return FrontMatter({}, {}, body, body_line, fault(path, error.line, error.message, error.remedy))
    return FrontMatter(facts, lines, body, body_line)


class _FaultError(ValueError):
    """Facts cannot be read: where, why, and how to mend it."""

    def __init__(self, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.line, self.message, self.remedy = line, message, remedy


def _read_toml(source: str, *, first_line: int) -> tuple[Mapping[str, Any], Mapping[str, int]]:
    try:
        table = tomllib.loads(source)
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) + first_line - 1 if found else first_line
        message = f"The facts at the top of this file cannot be read: {str(error).split(' (at', maxsplit=1)[0]}."
        raise _FaultError(line, message, 'Write each fact as `name = "value"`.') from None
    lines: dict[str, int] = {}
    for key in table:
        named = re.search(rf"""^[ \t]*\[*[ \t]*["']?{re.escape(key)}["']?[ \t]*[=.\]]""", source, re.MULTILINE)
        lines[f"{key}."] = first_line + (source.count("\n", 0, named.start()) if named else 0)
    return {key: _as_written(value) for key, value in table.items()}, lines


def _as_written(value: Any) -> Any:  # noqa: ANN401 - TOML has no common type
    """Return a value of TOML as the strings, lists and mappings that YAML gives."""
    if isinstance(value, dict):
        return {key: _as_written(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_written(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def fault(path: str, line: int | None, message: str, remedy: str, *, rule: str = "front-matter") -> Finding:
    """Return an error of a content file."""
    return Finding(path=path, line=line, rule=rule, severity=Severity.ERROR, message=message, remedy=remedy)


def _fault_at(mark: Any, first_line: int, message: str, remedy: str) -> _FaultError:  # noqa: ANN401 - of the C parser
    return _FaultError(mark.line + first_line, message, remedy)


def _read_yaml(source: str, *, first_line: int) -> tuple[Mapping[str, Any], Mapping[str, int]]:
    try:
        return _composed_yaml(source, first_line=first_line)
    except yaml.MarkedYAMLError as error:
        slip = find_slip(source, gave_up_at=error.problem_mark.line if error.problem_mark else 0)
        raise _FaultError(slip.line + first_line, slip.message, slip.remedy) from None
    except yaml.YAMLError:
        line = next((number for number, line in enumerate(source.split("\n")) if not line.isprintable()), 0)
        message = "This line contains an invisible character, so it cannot be read."
        raise _FaultError(line + first_line, message, "Delete the line and type it again.") from None


def _composed_yaml(source: str, *, first_line: int) -> tuple[Mapping[str, Any], Mapping[str, int]]:
    depth = 0
    for event in yaml.parse(source, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            message = "A value that begins with &, * or ! has a special meaning and cannot be read."
            raise _fault_at(event.start_mark, first_line, message, "Put the value in quotation marks.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _NESTING_LIMIT:
            message = "The brackets in this value are nested too deeply."
            raise _fault_at(event.start_mark, first_line, message, "Write `name: value`.")
    root = yaml.compose(source, Loader=yaml.CBaseLoader)
    if root is None:
        return {}, {}
    if not isinstance(root, yaml.MappingNode):
        slip = find_slip(source, gave_up_at=root.start_mark.line)
        raise _FaultError(slip.line + first_line, slip.message, slip.remedy)
    lines: dict[str, int] = {}
    return _value_of(root, "", lines, first_line), lines


def _value_of(node: yaml.Node, way: str, lines: dict[str, int], first: int) -> Any:  # noqa: ANN401 - no common type
    lines[way] = node.start_mark.line + first
    if isinstance(node, yaml.SequenceNode):
        return [_value_of(entry, f"{way}{number}.", lines, first) for number, entry in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _fault_at(
                    key.start_mark, first, "The name of a fact must be a word, not a list.", "Write `name: value`."
                )
            name = str(key.value)
            if name in mapping:
                raise _fault_at(key.start_mark, first, f"{name!r} is written twice.", "Delete one of the two lines.")
            if any(space in name for space in NO_BREAK_SPACES):
                slip = find_slip(name, gave_up_at=0)
                raise _fault_at(key.start_mark, first, slip.message, slip.remedy)
            mapping[name] = _value_of(value, f"{way}{name}.", lines, first)
            lines[f"{way}{name}."] = key.start_mark.line + first
        return mapping
    return node.value


def unknown_key(key: str, known: Sequence[str], *, path: str, line: int | None) -> Finding:
    """Return the finding for a key that is not known, with the one that was probably meant."""
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f"Write {close[0]!r} instead." if close else f"Delete the line, or write one of: {', '.join(known)}."
    return fault(path, line, f"{key!r} is not known here.", remedy)
