"""The threat model names tests that there are, and no answer without one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "docs/threat-model.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| who |")
]


def _tests_of(file: Path) -> set[str]:
    """Return the tests of a file as pytest names them."""
    found: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


def test_each_attack_has_an_answer_and_a_test_that_there_is() -> None:
    assert len(ROWS) >= 30
    for row in ROWS:
        assert len(row) == 4, row
        named = re.fullmatch(r"`(tests/[\w/]+\.py)::([\w:]+)`", row[3].strip(" |"))
        assert named, f"no test is named: {row}"
        assert named[2] in _tests_of(ROOT / named[1]), f"{named[1]} has no {named[2]}"
        assert named[2].rpartition("::")[2].startswith("test_")
