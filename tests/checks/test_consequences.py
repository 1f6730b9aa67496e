"""One slip, one message: what follows from a finding is left out, and nothing that does not."""

from __future__ import annotations

import pytest

from policy_site.checks.consequences import without_consequences
from policy_site.model import Finding, Severity


def finding(name: str, *settles: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding("privacy/en.md", 1, name, severity, f"{name}.", "Correct it.", subject=name, settles=settles)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([finding("a"), finding("b")], "ab"),
        ([finding("a", "b b"), finding("b")], "a"),
        ([finding("b"), finding("a", "b b")], "a"),
        ([finding("a", "b b"), finding("b", "c c"), finding("c")], "a"),
        ([finding("c"), finding("b", "c c"), finding("a", "b b")], "a"),
        ([finding("a", "b b"), finding("b", "a a")], "a"),
        ([finding("a", "a a")], "a"),
        ([finding("a", "x x"), finding("b")], "ab"),
        ([finding("a", "c c"), finding("b", "c c"), finding("c")], "ab"),
    ],
    ids=["none", "one", "before its cause", "a chain", "backwards", "each other", "itself", "not there", "two causes"],
)
def test_what_follows_is_left_out(found: list[Finding], told: str) -> None:
    assert "".join(one.rule for one in without_consequences(found)) == told


def test_a_cause_is_as_bad_as_the_worst_that_follows_from_it() -> None:
    error = finding("b", severity=Severity.ERROR)
    (cause,) = without_consequences([finding("a", "b b"), error])
    assert cause.severity is Severity.ERROR
    (cause,) = without_consequences([finding("a", "b b", severity=Severity.ERROR), finding("b")])
    assert cause.severity is Severity.ERROR


def test_where_a_rule_is_off_what_followed_from_it_is_told() -> None:
    assert [one.rule for one in without_consequences([finding("b"), finding("c")])] == ["b", "c"]
