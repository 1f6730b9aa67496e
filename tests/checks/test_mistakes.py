"""Typical mistakes of people who write policies, and all that they are told: read it aloud, a lawyer has to act on it.

``python -m tests.checks.test_mistakes`` writes what is told into ``mistakes.txt``, to be read before it is committed.
"""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from pathlib import Path

import pytest

from policy_site.commands import main
from tests.support.builder import PolicyRepository
from tests.support.mistakes import MISTAKES, PROPOSED, publish_first_version

TOLD = Path(__file__).with_name("mistakes.txt")
RIGHT = "nothing is wrong"


def tell_all(folder: Path) -> dict[str, str]:
    """Make every mistake in turn, and return what ``check`` says, by its name."""
    policies = PolicyRepository(folder / "repository")
    publish_first_version(policies)
    told: dict[str, str] = {}
    with contextlib.chdir(policies.root):
        for name, make in ((RIGHT, None), *((mistake.name, mistake.make) for mistake in MISTAKES)):
            policies.git("checkout", "--quiet", "--", ".")
            policies.git("clean", "-fdq")
            for path, text in PROPOSED.items():
                policies.write(path, text)
            if make:
                make(policies.root)
            told[name] = _check()
    return told


def _check() -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = main(["check", "--work-tree", "--as-of", "2026-01-05"])
    lines = [line for line in said.getvalue().splitlines() if not line.startswith(("Reading the", "Rendering the"))]
    return re.sub(r"\b[0-9a-f]{12}\b", "COMMIT", "\n".join([*lines, f"exit {status}"]))


def written(told: dict[str, str]) -> str:
    """Return what ``mistakes.txt`` holds."""
    return "\n".join(f"=== {name}\n{said}\n" for name, said in told.items())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what is told of each mistake."""
    folder = tmp_path_factory.mktemp("mistakes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        return tell_all(folder)


@pytest.fixture(scope="module")
def expected() -> dict[str, str]:
    """Return what was read and found good."""
    blocks = re.split(r"^=== (.*)\n", TOLD.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {name: said.strip() for name, said in zip(blocks[::2], blocks[1::2], strict=True)}


def test_there_are_more_than_sixty(expected: dict[str, str]) -> None:
    assert len(MISTAKES) > 60
    assert list(expected) == [RIGHT, *(mistake.name for mistake in MISTAKES)]
    assert len(expected) == len({*expected})


@pytest.mark.parametrize("name", [RIGHT, *(mistake.name for mistake in MISTAKES)])
def test_people_are_told_in_words_that_they_can_act_on(
    name: str, told: dict[str, str], expected: dict[str, str]
) -> None:
    assert told[name] == expected[name]


JARGON = re.compile(
    r"YAML|TOML|tuple|Input should|mapping|indentation|scalar|stream|Unexpected|Traceback|\bNone\b|\\x|\bstr\b|\bint\b"
)


def test_nobody_is_told_in_the_words_of_programmers(told: dict[str, str]) -> None:
    assert {name: said for name, said in told.items() if JARGON.search(said)} == {}


HARMLESS = {
    "a byte order mark",
    "line ends of Windows",
    "the translated heading as its id",
    RIGHT,
    "an empty line before the facts",
    "an empty line before the facts of a note",
    "a section without its id",
}
"""What a person may do: the file means the same."""


def test_no_mistake_passes_unsaid(told: dict[str, str]) -> None:
    assert {name for name, said in told.items() if "0 errors, 0 warnings." in said} == HARMLESS


def test_each_file_is_named_as_seen_from_the_root_of_the_repository(told: dict[str, str]) -> None:
    for name, said in told.items():
        for line in said.splitlines():
            if re.search(r": (?:error|warning): ", line):
                assert line.startswith("content/"), (name, line)


def test_one_slip_has_one_message(told: dict[str, str]) -> None:
    counts = {name: len(re.findall(r"^.*: (?:error|warning): ", said, re.MULTILINE)) for name, said in told.items()}
    assert {name: count for name, count in counts.items() if count > 1} == TWO_TASKS


TWO_TASKS = {
    "a word withdrawn in a translated note": 2,  # a fact in the wrong file, and two parts of it deleted
    "every section renamed": 2,
}
"""What is more than one slip."""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        TOLD.write_text(written(tell_all(Path(temporary))), encoding="utf-8")
