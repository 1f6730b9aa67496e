"""Each library has its doors; whatever else imports it is refused, modules that do not exist yet included."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("policy_site", "tests", "benchmarks")

DOORS = """
library             doors: modules, or packages with all that is in them
------------------  ---------------------------------------------------------------------------
_typeshed           policy_site.commands.serve  policy_site.web
alembic             policy_site.notifier.ledger
amqp                tests.project.test_services
babel               policy_site.localization
celery              policy_site.notifier.queues
diff_match_patch    policy_site.redlines.words  benchmarks.redlines_tools
feedparser_sgmllib  tests.formats.test_feed_readers
flask               policy_site  policy_site.web  policy_site.commands.serve  tests.formats  tests.web
flask_frozen        policy_site.publishing.freezing
git                 policy_site.history.runner  policy_site.history.creation
html5lib            tests
httpx               policy_site.exchange  policy_site.remote  policy_site.notifier.fetching
                    policy_site.notifier.heartbeat  policy_site.notifier.channels  tests.project.test_exchange
hypothesis          tests
idna                policy_site.notifier.audience
jinja2              policy_site.web  policy_site.notifier.templating
jsonschema          tests
kombu               policy_site.notifier.queues
kubernetes_validate  tests.notifier.test_operating
lxml                policy_site.formats.atom  policy_site.starting.readers.html  tests.formats  tests.web
                    benchmarks.redlines_tools
mammoth             policy_site.starting.readers.word
markdown            policy_site.documents.python_markdown
markdown_it         policy_site.documents.forge  tests.recipe_pictures
markdownify         policy_site.starting.readers.html
markupsafe          policy_site.web  policy_site.notifier.wording  policy_site.notifier.templating
mdit_py_plugins     policy_site.documents.forge
nh3                 policy_site.documents.cleaning  policy_site.notifier.cleaning
playwright          tests
prometheus_client   policy_site.notifier.metrics  tests.notifier.test_operating
psycopg             policy_site.notifier.ledger.opening  tests.support.services
pydantic            policy_site.settings  policy_site.sources.notes  policy_site.events.records
                    policy_site.formats.schema  policy_site.notifier  tests.notifier.test_notices_guide
pypdfium2           tests.web.test_paper  tests.web.test_papers
pytest              tests
rapidfuzz           policy_site.redlines
reader              tests.formats.test_feed_readers
redlines            benchmarks.redlines_tools
regex               policy_site.redlines  policy_site.evidence  policy_site.settings  policy_site.sources.dates
                    policy_site.checks.avoided_words
rich                policy_site.console.terminal
sqlalchemy          policy_site.notifier.ledger  policy_site.notifier.delivery  policy_site.notifier.recorder
                    policy_site.notifier.rendering  tests  benchmarks.notifier_kills
standardwebhooks    tests.notifier.test_webhook
tomlkit             policy_site.drafting.site_settings
uno                 tests.support.office
watchfiles          policy_site.commands.serve
weasyprint          policy_site.web.paper
werkzeug            policy_site.commands.serve  tests.commands.test_serve
yaml                policy_site.sources.front_matter  tests.commands.test_init  tests.support.pipeline
"""
"""A library is a name that Python imports; a name of the standard library needs no door. Imports for types alone count:
a library's types stay behind its doors, too. ``policy_site`` itself is the one file ``policy_site/__init__.py``."""


def read_doors(table: str) -> dict[str, tuple[str, ...]]:
    """Return the doors of each library."""
    doors: dict[str, list[str]] = {}
    library = ""
    for line in table.strip().splitlines()[2:]:
        words = line.split()
        library = library if line.startswith(" ") else words.pop(0)
        doors.setdefault(library, []).extend(words)
    return {name: tuple(own) for name, own in doors.items()}


def imports_of(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the library of each import in a file that is neither ours nor Python's, deferred ones, too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in (
            "import_module",
            "__import__",
        ):
            names = [
                part.value for part in node.args[:1] if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
        else:
            continue
        for library in dict.fromkeys(name.partition(".")[0] for name in names):
            if library not in OURS and library not in sys.stdlib_module_names:
                yield node.lineno, library


def uses(root: Path) -> Iterator[tuple[str, int, str, str]]:
    """Yield file, line, library and module of each import of a library in a checkout."""
    for file in sorted(file for folder in OURS for file in (root / folder).rglob("*.py")):
        module = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for line, library in imports_of(file):
            yield file.relative_to(root).as_posix(), line, library, module


def faults(root: Path, doors: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return what imports a library and is none of its doors, a sentence each."""
    return [
        f"{file}:{line}: {library} is not imported here; "
        + (f"its doors are {', '.join(doors[library])}." if library in doors else "it is in no table of doors.")
        for file, line, library, module in uses(root)
        if not any(is_behind(module, door) for door in doors.get(library, ()))
    ]


def is_behind(module: str, door: str) -> bool:
    """Say whether a module is a door, or in the package that is one."""
    return module == door or (door != "policy_site" and module.startswith(f"{door}."))


def test_libraries_are_imported_by_their_doors_alone() -> None:
    assert faults(ROOT, read_doors(DOORS)) == []


def test_every_door_is_in_use() -> None:
    used = {(library, module) for _, _, library, module in uses(ROOT)}
    for library, doors in read_doors(DOORS).items():
        for door in doors:
            assert any(name == library and is_behind(module, door) for name, module in used), f"{library}: {door}"


def test_the_table_can_be_read_from_top_to_bottom() -> None:
    libraries = list(read_doors(DOORS))
    assert libraries == sorted(libraries)


@pytest.mark.parametrize(
    ("module", "line", "library"),
    [
        ("policy_site/notifier/new.py", "import yaml, rich, nh3", "nh3"),
        ("policy_site/notifier/new.py", "import rich.table as tables", "rich"),
        ("policy_site/events/divergence.py", "import httpx", "httpx"),
        ("policy_site/new_room/__init__.py", "from httpx import Client", "httpx"),
        ("policy_site/catalogue/date.py", "from importlib import import_module; import_module('git')", "git"),
        ("policy_site/model.py", "def late() -> None:\n    import flask", "flask"),
        ("policy_site/redlines_two.py", "import rapidfuzz", "rapidfuzz"),
        ("policy_site/sources/texts.py", "if TYPE_CHECKING:\n    from yaml import Node", "yaml"),
        ("tests/support/new.py", "import requests", "requests"),
        ("benchmarks/new.py", "import pytest", "pytest"),
        ("policy_site/commands/new.py", "import hypothesis", "hypothesis"),
    ],
)
def test_any_other_module_is_refused_by_file_line_library_and_door(
    tmp_path: Path, module: str, line: str, library: str
) -> None:
    file = tmp_path / module
    file.parent.mkdir(parents=True)
    file.write_text(f'"""A module."""\n\n{line}\n')
    doors = read_doors(DOORS)
    told = faults(tmp_path, doors)
    assert any(fault.startswith(f"{module}:") and f" {library} is not imported here" in fault for fault in told), told
    for door in doors.get(library, ("no table",)):
        assert any(door in fault for fault in told)


def test_what_is_python_s_or_ours_needs_no_door(tmp_path: Path) -> None:
    file = tmp_path / "policy_site/notifier/new.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "import json\nfrom . import feed\nfrom policy_site.model import Event\nfrom xml.etree import ElementTree\n"
    )
    assert faults(tmp_path, {}) == []
