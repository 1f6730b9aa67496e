"""The facts between two ``---`` lines, read as strings with the line of each."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from policy_site.model import Finding, Severity

FRONT_MATTER_LIMIT = 65_536
"""Characters of front matter that are parsed; a release note's facts need some hundreds."""
_NESTING_LIMIT = 32


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The facts between two ``---`` lines, and the Markdown after them."""

    facts: Mapping[str, Any]
    """Strings, lists and mappings only: nothing is guessed from how a value looks."""
    lines: Mapping[str, int]
    """Line of each key, with its way down: ``changes.0.category``."""
    body: str
    body_line: int
    fault: Finding | None = None


def split_front_matter(text: str, *, path: str) -> FrontMatter:
    """Separate front matter from Markdown.

    A text that does not begin with a ``---`` line has none. Aliases, tags and deep nesting are refused: content is
    untrusted, and facts need none of them.
    """
    if not text.startswith("---\n"):
        return FrontMatter({}, {}, text, 1)
    end = re.compile(r"^(---|\.\.\.)[ \t]*$", re.MULTILINE).search(text, 4)
    if end is None:
        finding = fault(
            path, 1, "The front matter that begins here has no end.", "Close it with a line of three hyphens."
        )
        return FrontMatter({}, {}, text, 1, finding)
    source, body = text[4 : end.start()], text[end.end() + 1 :]
    body_line = text.count("\n", 0, end.end()) + 2
    if len(source) > FRONT_MATTER_LIMIT:
        finding = fault(path, 1, "The front matter is too long.", f"Keep it under {FRONT_MATTER_LIMIT} characters.")
        return FrontMatter({}, {}, body, body_line, finding)
    try:
        facts, lines = _read_yaml(source)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 2
        message = f"The front matter is not YAML: {error.problem or error.context}."
        return FrontMatter({}, {}, body, body_line, fault(path, line, message, "Mend the syntax: `key: value`."))
    except yaml.YAMLError as error:
        message = f"The front matter is not YAML: {' '.join(str(error).split())}."
        return FrontMatter({}, {}, body, body_line, fault(path, 1, message, "Remove the character."))
    return FrontMatter(facts, lines, body, body_line)


def fault(path: str, line: int | None, message: str, remedy: str, *, rule: str = "front-matter") -> Finding:
    """Return an error of a content file."""
    return Finding(path=path, line=line, rule=rule, severity=Severity.ERROR, message=message, remedy=remedy)


def _marked(problem: str, mark: Any) -> yaml.MarkedYAMLError:  # noqa: ANN401 - the C parser has a mark type of its own
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _read_yaml(source: str) -> tuple[Mapping[str, Any], Mapping[str, int]]:
    depth = 0
    for event in yaml.parse(source, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise _marked("anchors, aliases and tags are not used here", event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _NESTING_LIMIT:
            raise _marked("this is nested too deeply", event.start_mark)
    root = yaml.compose(source, Loader=yaml.CBaseLoader)
    if root is None:
        return {}, {}
    if not isinstance(root, yaml.MappingNode):
        raise _marked("expected `key: value` lines", root.start_mark)
    lines: dict[str, int] = {}
    return _value_of(root, "", lines), lines


def _value_of(node: yaml.Node, way: str, lines: dict[str, int]) -> Any:  # noqa: ANN401 - YAML has no common type
    lines[way] = node.start_mark.line + 2
    if isinstance(node, yaml.SequenceNode):
        return [_value_of(entry, f"{way}{number}.", lines) for number, entry in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _marked("a key is a word, not a list or a table", key.start_mark)
            name = str(key.value)
            if name in mapping:
                raise _marked(f"the key {name!r} stands here twice", key.start_mark)
            mapping[name] = _value_of(value, f"{way}{name}.", lines)
            lines[f"{way}{name}."] = key.start_mark.line + 2
        return mapping
    return node.value


def unknown_key(key: str, known: Sequence[str], *, path: str, line: int | None) -> Finding:
    """Return the finding for a key that is not known, with the one that was probably meant."""
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f"Write {close[0]!r} instead." if close else f"Known here are: {', '.join(known)}."
    return fault(path, line, f"There is no key {key!r}.", remedy)
