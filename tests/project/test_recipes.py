"""What the README of a folder says to do adds a thing that works; what is done by half is named by a test.

Blocks of code in a recipe are headed by their file, ``python policy_site/checks/no_questions.py``: the test writes them
there. A block of ``diff`` is applied: its lines are looked for, top to bottom, ``...`` passes over what lies between.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.builder import PolicyRepository

ROOT = Path(__file__).parents[2]
RECIPES = ("checks", "formats", "web", "catalogue", "commands")
"""Rooms whose README has one; that of channels is tried by ``tests/notifier/test_channels.py``."""
COPIED = (
    "policy_site",
    "tests",
    "benchmarks",
    "docs",
    "content",
    "translations",
    "pyproject.toml",
    "Makefile",
    "README.md",
)
_BLOCK = re.compile(r"(?ms)^(?P<indent> *)```(?P<language>\w+) (?P<path>\S+/\S+)\n(?P<body>.*?)^(?P=indent)```$")


@dataclass(frozen=True)
class Step:
    """A file that a recipe writes, or lines that it changes."""

    path: str
    body: str
    is_change: bool

    def take(self, root: Path) -> None:
        """Do it."""
        file = root / self.path
        if not self.is_change:
            assert not file.exists(), f"{self.path} is there already"
            file.write_text(self.body, encoding="utf-8")
            return
        text, place = file.read_text(encoding="utf-8"), 0
        for hunk in re.split(r"^\.\.\.\n", self.body, flags=re.MULTILINE):
            lines = hunk.splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if not line.startswith("+"))
            new = "".join(line[1:] for line in lines if not line.startswith("-"))
            # the last line may be the beginning of one
            old, new = old.removesuffix("\n"), new.removesuffix("\n")
            found = text.find(old, place)
            assert found >= 0, f"{self.path} no longer has these lines:\n{old}"
            text, place = f"{text[:found]}{new}{text[found + len(old) :]}", found + len(new)
        file.write_text(text, encoding="utf-8")


def steps_of(room: str) -> list[Step]:
    """Return the steps of the recipe in the README of a room."""
    readme = (ROOT / "policy_site" / room / "README.md").read_text(encoding="utf-8")
    return [
        Step(block["path"], textwrap.dedent(block["body"]), block["language"] == "diff")
        for block in _BLOCK.finditer(readme)
    ]


class Checkout:
    """A copy of the project, and a repository of policies to try it on."""

    def __init__(self, root: Path) -> None:
        self.root = root / "project"
        self.root.mkdir()
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, self.root / name)
        self.policies = PolicyRepository(root / "policies").site(languages=["en", "de"])
        self.policies.publish("privacy", effective="2025-03-01", text="## Data {#data}\n\nWhy do we keep it?\n")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a module of the copy in the repository of policies."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.policies.root if arguments[0] == "policy_site" else self.root,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(self.root), "XDG_CACHE_HOME": str(self.root / ".cache")},
            capture_output=True,
            text=True,
            check=False,
        )

    def failed_tests(self, *selection: str) -> set[str]:
        """Run tests of the copy; return the names of those that fail, without their folder."""
        done = self.run("pytest", "-q", "-p", "no:cacheprovider", "--no-header", "-rf", *selection)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return set(re.findall(r"^FAILED tests/\w+/(\S+)", done.stdout, flags=re.MULTILINE))


SIBLINGS = (
    "tests/checks/test_rules.py",
    "tests/formats/test_forms.py",
    "tests/web/test_page_kinds.py",
    "tests/web/test_browser.py::test_every_kind_of_page_that_people_read_is_visited",
    "tests/catalogue/test_groupings.py",
    "tests/commands/test_commands.py",
    "-k",
    "questions or table or csv or days or newest or registered or besides or every_view or that_groups or is_visited",
)
"""The tests of each folder of siblings, as far as they speak of what the recipes add."""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a copy in which every recipe was followed to the letter."""
    checkout = Checkout(tmp_path_factory.mktemp("followed"))
    for room in RECIPES:
        for step in steps_of(room):
            step.take(checkout.root)
    return checkout


@pytest.fixture(scope="module")
def built(followed: Checkout) -> Path:
    """Return the site that it builds."""
    done = followed.run("policy_site", "build", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    return followed.policies.root / "build/site"


FILES = {"checks": 2, "formats": 2, "web": 4, "catalogue": 3, "commands": 2}
"""How many each recipe touches; files of tests only where all of a kind are listed there."""


@pytest.mark.parametrize("room", RECIPES)
def test_a_recipe_is_short(room: str) -> None:
    assert len({step.path for step in steps_of(room)}) == FILES[room]


def test_a_rule_is_one_of_check(followed: Checkout) -> None:
    told = followed.run("policy_site", "check")
    assert "content/privacy/en.md:7: warning: The policy asks a question. Say what holds. [no-questions]" in told.stderr
    followed.run("tests.rules_page", "docs/rules.md")
    assert "\n## no-questions\n" in (followed.root / "docs/rules.md").read_text()


def test_a_form_of_the_feeds_is_published_and_linked_to(built: Path) -> None:
    assert "https://example.org/de/privacy/v/2025-03-01/changes/" in (built / "de/notices.csv").read_text()
    page = (built / "en/privacy/index.html").read_text()
    assert 'href="/en/privacy/changes.csv"' in page
    assert 'type="text/csv">CSV<' in page
    assert "/:locale/changes.csv\n  Content-Type: text/csv; charset=utf-8\n" in (built / "_headers").read_text()


def test_a_kind_of_page_is_published_in_every_language(built: Path) -> None:
    assert '<time datetime="2025-03-01">' in (built / "en/privacy/days/index.html").read_text()
    assert "1. März 2025" in (built / "de/privacy/days/index.html").read_text()
    assert "/privacy/days/" not in (built / "sitemap.xml").read_text()


def test_a_way_of_grouping_is_one_that_site_toml_may_name(followed: Checkout) -> None:
    site = followed.policies.content / "newest.toml"
    text = (followed.policies.content / "site.toml").read_text()
    site.write_text(f'{text}\n[versions]\nsource = "newest"\n')
    told = followed.run("policy_site", "log", "--config", str(site))
    assert told.returncode == 0, told.stderr
    assert re.search(r"privacy\s+newest\s+in-force", told.stdout), told.stdout


def test_a_command_is_one_of_the_command_line(followed: Checkout) -> None:
    assert followed.run("policy_site", "policies").stdout == "privacy\n"


def test_the_tests_of_every_folder_are_content_with_what_was_added(followed: Checkout) -> None:
    assert followed.failed_tests(*SIBLINGS) == set()


def test_what_is_registered_by_half_is_named(tmp_path: Path) -> None:
    """Every recipe is followed but for what registers: each thing is missed by a test that says its name."""
    checkout = Checkout(tmp_path)
    for room in RECIPES:
        for step in steps_of(room):
            if not step.is_change:
                step.take(checkout.root)
    assert checkout.failed_tests(*SIBLINGS) >= {
        "test_rules.py::test_each_file_has_one_rule_that_is_registered_and_called_like_it[no_questions]",
        "test_forms.py::test_each_file_has_a_form_that_is_registered_once[table]",
        "test_page_kinds.py::test_every_view_is_a_kind_s_and_every_kind_has_one",
        "test_groupings.py::test_each_file_that_groups_has_a_value_and_each_value_a_file",
        "test_commands.py::test_each_file_has_a_command_that_is_registered_and_says_all_of_itself[policies]",
    }
