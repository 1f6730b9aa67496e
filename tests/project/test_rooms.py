"""The tour shows the house as it is, and decisions are found by what they decide."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "policy_site"
TOUR = (PACKAGE / "README.md").read_text(encoding="utf-8")
NO_ROOMS = {"README.md", "__init__.py", "__main__.py", "__pycache__", "py.typed"}
DECISIONS = sorted(path for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "README.md")


def rooms_of_the_tour() -> list[str]:
    rows = [line.split("|")[1] for line in TOUR.splitlines() if line.startswith("| `")]
    return [name.rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)]


def layers() -> list[set[str]]:
    """Return the layers of the contract, from the ground up."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (contract,) = (one for one in contracts if one["name"] == "Imports point one way")
    return [{name.strip() for name in layer.split("|")} for layer in reversed(contract["layers"])]


def test_the_tour_names_every_room_once() -> None:
    there = sorted(path.name for path in PACKAGE.iterdir() if path.name not in NO_ROOMS)
    assert sorted(rooms_of_the_tour()) == there


def test_the_tour_climbs_as_imports_do() -> None:
    floors = {name: floor for floor, names in enumerate(layers()) for name in names}
    climbed = [floors[name.removesuffix(".py")] for name in rooms_of_the_tour() if name not in ("templates", "static")]
    assert climbed == sorted(climbed)


def test_the_drawing_shows_rooms_that_are_there_each_above_what_it_asks() -> None:
    floors = {name: floor for floor, names in enumerate(layers()) for name in names}
    drawing = TOUR.split("six floors", 1)[1].split("```", 2)[1]
    drawn = [
        [word for word in re.findall(r"[a-z]+", line) if word in floors]
        for line in drawing.splitlines()
        if re.match(r"[A-Z]+ ", line)
    ]
    assert len(drawn) == 7
    assert {name for names in drawn for name in names} >= {"history", "events", "web", "publishing", "notifier"}
    lowest = [min(floors[name] for name in names) for names in drawn]
    assert lowest == sorted(lowest, reverse=True)


@pytest.mark.parametrize("room", [path.parent.name for path in sorted(PACKAGE.glob("*/__init__.py"))])
def test_every_room_says_what_it_is_for(room: str) -> None:
    told = (PACKAGE / room / "README.md").read_text(encoding="utf-8")
    there = {path.name for folder in (PACKAGE, ROOT / "tests", ROOT / "benchmarks") for path in folder.rglob("*.py")}
    to_be_written = {name.rpartition("/")[2] for name in re.findall(r"```\w+ (\S+\.py)", told)}
    assert told.startswith("# ")
    assert set(re.findall(r"`(?:[a-z_/]+/)?([a-z_]+\.py)`", told)) - to_be_written <= there


LISTED = (
    "adoption", "catalogue", "console", "documents", "drafting", "events", "evidence", "fidelity", "formats", "history",
    "localization", "proof", "publication", "publishing", "review", "sources", "starting", "web",
)  # fmt: skip
"""Rooms whose README lists their files. Rules and commands list themselves; redlines and notifier tell a story."""


@pytest.mark.parametrize("room", LISTED)
def test_a_room_names_each_of_its_files(room: str) -> None:
    told = (PACKAGE / room / "README.md").read_text(encoding="utf-8")
    files = sorted(path.stem for path in (PACKAGE / room).glob("*.py") if path.stem not in ("__init__", "__main__"))
    assert [name for name in files if not re.search(rf"\b{name}\b", told)] == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_named_after_what_it_decides(page: Path) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", page.stem)
    first, *rest = page.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"# (?!\d{4} ).+", first)
    assert re.search(r"\b20\d\d-\d\d-\d\d\b", "\n".join(rest[:4])), "the date stands on top"
