"""One word for one thing: what the model and the tour call something, nothing else is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "policy_site"

ONCE = ("ChangeFeed", "Comparison", "Ledger", "Page", "Phrases", "SectionChanges", "Step", "Text", "Words")
"""Words that stood for several things once, or easily would."""

APART = {
    "Comparison": "redlines compares two texts, web two versions",
    "Page": "the notifier knows no pages but those of a feed",
}


def definitions(package: Path) -> Mapping[str, list[str]]:
    """Return where each class and alias with a capital is defined, by its name."""
    found: dict[str, list[str]] = {}
    for path in sorted(package.rglob("*.py")):
        for name in _names(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(name, []).append(path.relative_to(package).as_posix())
    return found


def _names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def words_of_the_model() -> list[str]:
    return [name for name, places in definitions(PACKAGE).items() if "model.py" in places and not name.isupper()]


def test_a_word_of_the_model_is_the_name_of_nothing_else() -> None:
    found = definitions(PACKAGE)
    assert {"Policy", "Version", "Event", "Standing"} <= set(words_of_the_model())
    assert {name: found[name] for name in words_of_the_model() if len(found[name]) > 1} == {}


@pytest.mark.parametrize("word", ONCE)
def test_a_word_that_stood_for_several_things_stands_for_one(word: str) -> None:
    places = definitions(PACKAGE).get(word, [])
    rooms = {place.split("/")[0] for place in places}
    assert len(places) <= 1 or (word in APART and len(rooms) == len(places) == 2), places


def test_a_second_meaning_is_noticed(tmp_path: Path) -> None:
    for room in ("one", "two", "three"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "words.py").write_text("class Words:\n    pass\n", encoding="utf-8")
    (tmp_path / "two" / "step.py").write_text("Step = int\n_Step = int\n", encoding="utf-8")
    found = definitions(tmp_path)
    assert found["Words"] == ["one/words.py", "three/words.py", "two/words.py"]
    assert found["Step"] == ["two/step.py"]
