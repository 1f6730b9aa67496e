"""What lawyers are told of a text that readers would get otherwise than it was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_site.model import Finding
from tests.support.builder import PolicyRepository
from tests.support.publishing import findings_of

DAY = "2025-03-01"

TOLD = {
    "cookies between underscores": ("Uses _ga, _ga_* and _gid_*.", "names-as-emphasis", 2),
    "a cookie that became bold": ("| a |\n|---|\n| __stripe_mid__ |", "names-as-emphasis", 1),
    "a bar too many": ("| a | b |\n|---|---|\n| consent|v2 | 1 year |", "preview", 1),
    "a number left out": ("1. One.\n2. Two.\n4. Four.", "preview", 1),
    "a number given twice": ("1. One.\n2. Two.\n2. Three.\n3. Four.", "preview", 2),
    "a number that goes back": ("1. One.\n2. Two.\n1. Three.", "preview", 1),
    "a number of an inner list given twice": ("1. One.\n   1. A.\n   2. B.\n   2. C.\n2. Two.", "preview", 1),
    "a table without its separator": ("| a | b |\n| 1 | 2 |", "broken-text", 1),
    "typed bullets": ("• one\n• two", "broken-text", 1),
    "a note to oneself": ("We keep it for TBD days.", "broken-text", 1),
    "a merge that was not finished": ("Kept.\n<<<<<<< ours\nGone.", "broken-text", 1),
    "a placeholder": ("{{ company }} keeps it.", "broken-text", 1),
    "an attribute list in the midst": ("In force {: .date } since May.", "broken-text", 1),
    "a box of another program": (":::note\nWe keep it.\n:::", "broken-text", 1),
    "a box of Python-Markdown": ("!!! note\n    We keep it.", "broken-text", 1),
    "a table of contents": ("[[_TOC_]]\n\nWe keep it.", "broken-text", 1),
    "an abbreviation": ("We keep HTML.\n\n*[HTML]: a language", "broken-text", 1),
    "stars that close nothing": ("**Data **is kept.", "broken-text", 1),
    "a clause that is not there": ("1. One.\n\n2. Two. See Section 9.", "cross-references", 1),
    "a sub-clause that is not there": ("1. One.\n2. Two, by clause 1(b).", "cross-references", 1),
    "a German clause that is not there": ("1. Eins.\n2. Zwei nach Ziffer 4.", "cross-references", 1),
    "behind a sentence about a law": ("1. One.\n2. The Law. As clause 7 says.", "cross-references", 1),
    "the ends of a range": ("1. One.\n2. Two, by sections 1 through 6.", "cross-references", 1),
    "a range with a dash": ("1. One.\n2. Two, by clauses 5–6.", "cross-references", 2),
    "a range in German": ("1. Eins.\n2. Zwei nach Ziffern 1 bis 4.", "cross-references", 1),
    "clauses to clauses": ("1. One.\n2. Two, by clauses 2 to 9.", "cross-references", 1),
    "a link parted by a space": ("See our [API] (/articles/api).", "broken-text", 1),
    "a link without an address": ("See our [API][api].", "broken-text", 1),
    "a link parted by a line": ("See our [API]\n(https://example.org/).", "broken-text", 1),
    "each of two": ("1. One.\n2. Two, by sections 7 and 8.", "cross-references", 2),
}
FINE = {
    "code": "`__stripe_mid__`, `{{ x }}`, `| a |`, `TODO`.",
    "escaped": r"\_ga\_\* and | bars | of words.",
    "an ordinary emphasis": "We _never_ sell, __ever__.",
    "clauses by number": "1. One.\n2. Two.\n   1. Inner.\n\nSee sections 1 and 2.1, and clause 2.",
    "clauses by hand": "2\\. Two.\n\n(a) One.\n\n(b) Two, as paragraph (a) says; see clause 2.",
    "sections of laws": "See Section 5 of the FTC Act, section 230 of Title 47, and Article 6(1)(f) GDPR.",
    "clauses through clauses": "1. One.\n2. Two, by clauses 1 through 2.\n\nClause 1 to 30 people.",
    "brackets of two kinds": "The seller [of goods] (the “Seller”) keeps it [sic] (see above).",
    "a heading's number": "### 4.2 Fees\n\nSee Section 4.2.",
    "a heading that is a number alone": "### Section 5\n\nFees.\n\n### Clause 6\n\nSee Section 5 and clause 6.",
    "a number before a dash": "### Abschnitt 7—Entgelt\n\nNach Abschnitt 7.\n\n### 8–Laufzeit\n\nSiehe Ziffer 8.",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """Return what is said of each text, all of them in one repository."""
    texts = {name: body for name, (body, _, _) in TOLD.items()} | FINE
    repository = PolicyRepository(tmp_path_factory.mktemp("texts") / "repository").site(
        policies=[f"p{number}" for number in range(len(texts))]
    )
    for number, body in enumerate(texts.values()):
        repository.publish(f"p{number}", effective=DAY, text=f"## Scope {{#scope}}\n\n{body}\n")
    findings = findings_of(repository)
    return {
        name: [each for each in findings if each.path.startswith(f"p{number}/")] for number, name in enumerate(texts)
    }


@pytest.mark.parametrize("name", TOLD)
def test_what_would_be_read_otherwise_is_told_with_its_line(name: str, told: dict[str, list[Finding]]) -> None:
    _, rule, count = TOLD[name]
    assert [finding.rule for finding in told[name]] == [rule] * count, told[name]
    for finding in told[name]:
        assert finding.line is not None
        assert finding.line > 1
        assert finding.message.endswith(".")
        assert finding.remedy.endswith(".")


@pytest.mark.parametrize("name", FINE)
def test_what_is_read_as_it_is_meant_is_not_told(name: str, told: dict[str, list[Finding]]) -> None:
    assert told[name] == []


def test_a_number_that_a_forge_counts_over_is_told_where_texts_are_read_as_one_reads_them(tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path).site(policies=["terms"], content={"markdown": "github"})
    text = "## A {#a}\n\n1. One.\n2. Two.\n2. Three.\n5. Four.\n\n## B {#b}\n\n3. a\n3. b\n\nOn.\n\n1. c\n2. d\n"
    repository.publish("terms", effective=DAY, text=text)
    assert [(finding.rule, finding.message) for finding in findings_of(repository)] == [
        ("preview", "“Three.” is number 2 in the file, and number 3 on the page and in the preview."),
        ("preview", "“Four.” is number 5 in the file, and number 4 on the page and in the preview."),
    ]
