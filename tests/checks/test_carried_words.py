"""Words come into force when they were announced to, and stay until a note says that they go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policy_site.model import Finding
from tests.support.builder import PolicyRepository, release_words
from tests.support.publishing import findings_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIRST, SOON, ANNOUNCED, LATER = "2025-01-01", "2026-06-10", "2026-08-01", "2026-10-01"
BASE: Mapping[str, str] = {
    "data": "We collect your name and your adress.",
    "keeping": "We keep your data for 90 days after you leave.",
    "pets": "No pets.",
}


def text(**sections: str | None) -> str:
    merged = {**BASE, **sections}
    return "".join(f"## {name.capitalize()} {{#{name}}}\n\n{words}\n\n" for name, words in merged.items() if words)


@pytest.fixture
def policies(tmp_path: Path) -> PolicyRepository:
    repository = PolicyRepository(tmp_path / "repository").site()
    repository.publish("privacy", effective=FIRST, text=text(), significance="minor")
    return repository


def release(
    policies: PolicyRepository,
    label: str,
    body: str,
    *changes: tuple[str, str],
    effective: str | None = None,
    published: str = "2026-05-20",
    withdrawn: str | None = None,
) -> None:
    """Publish a version whose text stands in a file of its own."""
    named = "".join(f"  - {{category: {category}, sections: [{section}]}}\n" for category, section in changes)
    facts = f"published: {published}\neffective: {effective or label}\nchanges:\n{named}"
    facts += f"withdrawn: {withdrawn}\n" if withdrawn else ""
    policies.write(f"content/privacy/versions/{label}.en.md", f"---\ntitle: Privacy\n---\n\n{body}")
    policies.write(f"content/privacy/releases/{label}.md", f"---\n{facts}---\n{release_words()}")
    policies.commit(when=f"{published}T12:00:00")


def told(policies: PolicyRepository) -> list[Finding]:
    return [finding for finding in findings_of(policies, as_of=NOW) if finding.rule == "carried-words"]


SHORTER = "We keep your data for 30 days after you leave."


@pytest.mark.parametrize(
    ("announced", "made"),
    [
        ({"keeping": SHORTER}, {"keeping": SHORTER, "data": "We collect your name and your address."}),
        ({"keeping": SHORTER}, {"keeping": "We keep your data for 30 days after you leave us."}),
        ({"pets": None}, {"pets": None, "data": "We collect your name and your address."}),
        ({"guests": "Two guests."}, {"guests": "Two guests.", "data": "We collect your name and your address."}),
        ({"keeping": "We keep your data for 90 days."}, {"keeping": "We keep all your data for 90 days."}),
    ],
    ids=["another section", "the same section", "a section left out", "a section added", "words left out"],
)
def test_announced_words_may_not_come_along_with_another_change(
    policies: PolicyRepository, announced: dict[str, str | None], made: dict[str, str | None]
) -> None:
    section = next(iter(announced))
    release(policies, ANNOUNCED, text(**announced), ("retention", section))
    release(policies, SOON, text(**made), ("editorial", "data"), published="2026-06-01")
    (finding,) = [found for found in told(policies) if SOON in found.path]
    assert (
        f"Section {section!r} has words of version '{ANNOUNCED}', which is announced for {ANNOUNCED}" in finding.message
    )
    assert f"they would apply from {SOON}" in finding.message
    assert "the category retention" in finding.remedy


def test_announced_words_may_be_brought_forward_by_a_note_that_says_so(policies: PolicyRepository) -> None:
    release(policies, ANNOUNCED, text(keeping=SHORTER), ("retention", "keeping"))
    release(policies, SOON, text(keeping=SHORTER), ("retention", "keeping"), published="2026-06-01")
    assert told(policies) == []


def test_another_change_of_the_same_section_is_not_taken_for_the_announced_one(policies: PolicyRepository) -> None:
    release(policies, ANNOUNCED, text(keeping=SHORTER), ("retention", "keeping"))
    sixty = text(keeping="We keep your data for 60 days after you leave.")
    release(policies, SOON, sixty, ("clarification", "keeping"), published="2026-06-01")
    assert [finding for finding in told(policies) if SOON in finding.path] == []


def test_withdrawn_words_do_not_come_back(policies: PolicyRepository) -> None:
    release(policies, ANNOUNCED, text(keeping=SHORTER), ("retention", "keeping"), withdrawn="2026-05-25")
    made = text(keeping=SHORTER, data="We collect your name and your address.")
    release(policies, LATER, made, ("editorial", "data"), published="2026-06-01")
    (finding,) = told(policies)
    assert f"has words of version '{ANNOUNCED}', which was withdrawn" in finding.message


def test_an_announced_text_may_not_take_back_what_was_put_in_between(policies: PolicyRepository) -> None:
    release(policies, ANNOUNCED, text(keeping=SHORTER), ("retention", "keeping"))
    release(policies, SOON, text(pets="Cats only."), ("contract-terms", "pets"), published="2026-06-01")
    (finding,) = told(policies)
    assert finding.path == f"privacy/releases/{ANNOUNCED}.md"
    assert finding.message == f"Section 'pets' loses what version '{SOON}' changed, from {ANNOUNCED} on."


def test_a_follow_up_of_the_same_day_carries_what_was_put_in_between(policies: PolicyRepository) -> None:
    release(policies, ANNOUNCED, text(keeping=SHORTER), ("retention", "keeping"))
    release(policies, SOON, text(pets="Cats only."), ("contract-terms", "pets"), published="2026-06-01")
    both = text(keeping=SHORTER, pets="Cats only.")
    release(policies, f"{ANNOUNCED}-2", both, ("clarification", "pets"), effective=ANNOUNCED, published="2026-06-01")
    assert told(policies) == []


def test_taking_a_change_back_is_allowed_where_the_note_names_it(policies: PolicyRepository) -> None:
    release(policies, SOON, text(pets="Cats only."), ("clarification", "pets"))
    release(policies, ANNOUNCED, text(), ("clarification", "pets"), published="2026-06-01")
    assert told(policies) == []


def test_a_text_made_from_an_old_file_takes_back_what_came_since(policies: PolicyRepository) -> None:
    release(policies, "2026-02-01", text(pets="Cats only."), ("clarification", "pets"), published="2026-01-01")
    release(
        policies,
        "2026-03-01",
        text(pets="Cats only.", keeping=SHORTER),
        ("retention", "keeping"),
        published="2026-02-10",
    )
    release(policies, SOON, text(data="We collect your name and your address."), ("editorial", "data"))
    messages = [finding.message for finding in told(policies)]
    assert messages == [
        f"Section 'keeping' loses what version '2026-03-01' changed, from {SOON} on.",
        f"Section 'pets' loses what version '2026-02-01' changed, from {SOON} on.",
    ]


def test_a_version_written_to_follow_another_brings_nothing_along(policies: PolicyRepository) -> None:
    release(policies, ANNOUNCED, text(keeping=SHORTER), ("price", "data"))
    release(policies, LATER, text(keeping=SHORTER, pets="Cats only."), ("contract-terms", "pets"))
    assert told(policies) == []
