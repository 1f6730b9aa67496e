"""Each rule is registered, called as its file is, and does what its own examples say; its page says the same."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from policy_site import checks
from policy_site.checks import RULES, Rule
from policy_site.checks.sample import LATER
from tests.rules_page import SampleContent, write_page

ROOT = Path(__file__).parents[2]
NOT_RULES = {"__init__", "consequences", "differences", "living", "places", "rule", "sample"}
FILES = sorted(file.stem for file in Path(checks.__file__).parent.glob("*.py") if file.stem not in NOT_RULES)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> SampleContent:
    """One repository for the examples of all rules."""
    return SampleContent(tmp_path_factory.mktemp("sample"))


@pytest.mark.parametrize("name", FILES)
def test_each_file_has_one_rule_that_is_registered_and_called_like_it(name: str) -> None:
    rule = getattr(importlib.import_module(f"policy_site.checks.{name}"), "RULE", None)
    assert isinstance(rule, Rule), f"policy_site/checks/{name}.py has no RULE"
    assert RULES.count(rule) == 1, f"name {name}.RULE in RULES of policy_site/checks/__init__.py"
    assert rule.name == name.replace("_", "-"), f"the rule of {name}.py is called {rule.name}"


def test_there_is_no_rule_besides_the_files() -> None:
    assert sorted(rule.name.replace("-", "_") for rule in RULES) == FILES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_all_of_itself(rule: Rule, content: SampleContent) -> None:
    for sentence in (rule.demand, rule.reason):
        assert sentence[:1].isupper(), sentence
        assert sentence.endswith("."), sentence
    told = content.findings_with(rule.fails)
    assert {finding.rule for finding in told} == {rule.name}, "its example of a fault shows this fault alone"
    assert {finding.severity for finding in told} <= set(rule.severities)
    assert content.findings_with(rule.passes) == ()
    assert rule.passes.items() - LATER.items(), "the example that passes is no news"


def test_the_sample_keeps_every_rule(content: SampleContent) -> None:
    assert content.findings_with({}) == ()


def test_the_page_of_the_rules_is_made_from_them(content: SampleContent) -> None:
    written = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    assert written == write_page(RULES, content), "run `make rules`"
