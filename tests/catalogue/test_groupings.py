"""Each way of grouping is one value and one file; what else there is to say of it, operators are told."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

from policy_site import catalogue
from policy_site.catalogue import load_way, release
from policy_site.errors import SettingsError
from policy_site.groupings import GROUPINGS, Grouping, grouping
from policy_site.model import Severity
from policy_site.settings import parse_settings
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

ROOT = Path(__file__).parents[2]
NAMES = [way.name for way in GROUPINGS]


def test_each_file_that_groups_has_a_value_and_each_value_a_file() -> None:
    stems = sorted(file.stem for file in Path(catalogue.__file__).parent.glob("*.py") if file.stem != "__init__")
    modules = {stem: importlib.import_module(f"{catalogue.__name__}.{stem}") for stem in stems}
    grouping_files = [stem for stem, module in modules.items() if "group" in vars(module)]
    assert grouping_files == sorted(NAMES), "a way is a value in policy_site/groupings.py and a file in catalogue/"


@pytest.mark.parametrize("way", GROUPINGS, ids=lambda way: way.name)
class TestGrouping:
    """What is asked of every way of grouping."""

    def test_its_function_takes_what_all_take(self, way: Grouping) -> None:
        assert inspect.signature(load_way(way).group) == inspect.signature(release.group)

    def test_operators_are_told_of_it(self, way: Grouping) -> None:
        told = (ROOT / "docs/adopting.md").read_text(encoding="utf-8")
        assert re.search(rf"^\| `{way.name}` \| ", told, flags=re.MULTILINE), (
            f"docs/adopting.md has no row of {way.name}"
        )

    def test_it_makes_a_version_of_a_text(self, way: Grouping, tmp_path: Path) -> None:
        versions = {"source": way.name, **({"date_key": "date"} if way.reads_date else {})}
        policies = PolicyRepository(tmp_path).site(versions=versions)
        policies.publish("privacy", effective="2025-03-01")
        if not way.is_ours:
            policies.write("content/privacy/en.md", "---\ntitle: Privacy\ndate: 2025-03-01\n---\n# Privacy\n\nWords.\n")
            policies.commit(when="2025-03-02")
            policies.git("tag", "v1")
        publication = compiled(policies)
        assert publication.policies[0].versions
        assert not [one for one in publication.findings if one.severity is not Severity.NOTE]


def test_each_name_is_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert [grouping(name) for name in NAMES] == list(GROUPINGS)


@pytest.mark.parametrize("name", ["label", "Release", "", "group"])
def test_a_name_that_is_no_way_is_answered_with_those_there_are(name: str) -> None:
    with pytest.raises(SettingsError) as error:
        parse_settings(
            'title = "x"\nbase_url = "https://example.org/"\nlanguages = ["en"]\n'
            f'[[policies]]\nid = "privacy"\n[versions]\nsource = "{name}"\n'
        )
    (finding,) = error.value.findings
    assert finding.line == 7
    for known in NAMES:
        assert repr(known) in finding.message


def test_a_way_that_reads_dates_must_be_told_where_they_stand() -> None:
    with pytest.raises(SettingsError) as error:
        parse_settings(
            'title = "x"\nbase_url = "https://example.org/"\nlanguages = ["en"]\n'
            '[[policies]]\nid = "privacy"\n[versions]\nsource = "date"\n'
        )
    assert "needs date_patterns or date_key" in error.value.findings[0].message
