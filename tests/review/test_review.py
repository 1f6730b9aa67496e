"""What merging would do, told before anybody merges."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from policy_site.commands import main
from policy_site.review.markdown import LIMIT, MARKER, safe
from tests.support.builder import PolicyRepository

_DAY = "2026-03-20"
_TEXT = "## Data {{#data}}\n\nWe keep names for {days} days.\n\n## Rights {{#rights}}\n\nYou may object.\n"


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    """Return a privacy policy in English and German, in force since 2025, on a branch for a change of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    policies = PolicyRepository(tmp_path / "repository").site(languages=["en", "de"])
    policies.publish("privacy", effective="2025-03-01", text=_TEXT.format(days=30))
    german = "## Daten {#data}\n\nWir behalten Namen 30 Tage.\n\n## Rechte {#rights}\n\nSie dürfen widersprechen.\n"
    policies.publish("privacy", effective="2025-03-01", language="de", text=german, when="2025-01-16T12:30")
    policies.branch("change")
    monkeypatch.chdir(policies.root)
    return policies


def announce(policies: PolicyRepository, **facts: Any) -> None:
    """Announce sixty days instead of thirty, from June on."""
    policies.publish(
        "privacy",
        effective=facts.pop("effective", "2026-06-01"),
        published=facts.pop("published", "2026-04-01"),
        when=_DAY,
        text=facts.pop("text", _TEXT.format(days=60)),
        changes=[{"category": "retention", "sections": ["data"]}],
        **facts,
    )


def review(
    capsys: pytest.CaptureFixture[str], *arguments: str, base: str = "main", head: str = "HEAD"
) -> dict[str, Any]:
    assert main(["review", base, head, "--format", "json", "--as-of", _DAY, "--quiet", *arguments]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def comment(capsys: pytest.CaptureFixture[str], head: str = "HEAD") -> str:
    assert main(["review", "main", head, "--as-of", _DAY, "--quiet"]) == 0
    return capsys.readouterr().out


def test_a_version_is_told_with_its_days_its_sections_and_what_the_words_say(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    told = review(capsys)
    (policy,) = told["policies"]
    (version,) = policy["versions"]
    assert (version["label"], version["move"], version["significance"]) == ("2026-06-01", "new", "significant")
    assert (version["published"], version["effective"], version["promised_days"]) == ("2026-04-01", "2026-06-01", 30)
    assert version["predecessor"] == "2025-03-01"
    assert [(section["id"], section["is_declared"]) for section in version["sections"]] == [("data", True)]
    assert version["sections"][0]["evidence"] == ["period: 30 days → 60 days"]
    assert [(event["kind"], event["day"]) for event in policy["events"]] == [
        ("policy.version.published", "2026-04-01"),
        ("policy.version.effective", "2026-06-01"),
    ]
    assert told["would_build"]
    text = comment(capsys)
    assert text.startswith(MARKER)
    assert "takes effect on 1 June 2026" in text
    assert "announced on 1 April 2026, 61 days before; site.toml promises 30" in text
    assert "1 notice will be sent to everybody" in text


def test_the_words_that_each_language_gets_are_shown(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies, words={"summary": "We keep names for 60 days."})
    policies.write(
        "content/privacy/releases/2026-06-01.de.md", "## Was neu ist {#summary}\n\nWir behalten Namen 60 Tage.\n"
    )
    policies.commit(when=f"{_DAY}T13:00")
    event = review(capsys)["policies"][0]["events"][0]
    told = {notice["language"]: (notice["summary"], notice["is_fallback"]) for notice in event["notices"]}
    assert told == {"en": ("We keep names for 60 days.", False), "de": ("Wir behalten Namen 60 Tage.", False)}
    assert event["is_notice"]


def test_translations_that_go_stale_are_named_with_their_sections(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    (stale,) = review(capsys)["policies"][0]["stale"]
    assert (stale["language"], stale["sections"]) == ("de", ["Data"])
    assert stale["words"] > 0


@pytest.mark.parametrize(
    "text",
    [
        _TEXT.format(days=30).replace("for 30", "for\n30"),
        _TEXT.format(days=30).replace("\n", "\r\n"),
        _TEXT.format(days=30).replace("## Data", "##   Data"),
        _TEXT.format(days=30) + "\n\n\n",
    ],
)
def test_what_touches_no_word_is_said_in_one_line(
    text: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    file = policies.content / "privacy/en.md"
    front_matter = file.read_text(encoding="utf-8").split("---\n")[1]
    policies.write("content/privacy/en.md", f"---\n{front_matter}---\n{text}".encode())
    policies.commit(when=_DAY)
    told = review(capsys)
    assert told["touches_no_word"]
    lines = [line for line in comment(capsys).splitlines() if line and not line.startswith("<")]
    assert lines == [
        "## If you merge",
        "No word, link or fact changes for readers: they are shown and told the same as before.",
    ]


def test_a_branch_that_is_behind_is_told_as_merging_it_now(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    policies.branch("main").write("content/privacy/ar.md", "not of this site").commit(when=f"{_DAY}T14:00")
    policies.branch("change")
    told = review(capsys)
    assert told["is_behind"]
    assert not told["conflicts"]
    assert [version["label"] for version in told["policies"][0]["versions"]] == ["2026-06-01"]
    assert "behind the one it goes into" in comment(capsys)


def test_what_both_sides_changed_is_a_conflict_and_no_guess(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    policies.branch("main").publish("privacy", effective="2026-07-01", text=_TEXT.format(days=90), when=f"{_DAY}T14:00")
    policies.branch("change")
    told = review(capsys)
    assert told["conflicts"] == ["privacy/en.md"]
    assert not told["would_build"]
    assert main(["review", "main", "--strict", "--quiet", "--as-of", _DAY]) == 1
    assert "both changed `privacy/en.md`" in capsys.readouterr().out


def test_a_merge_commit_a_rebased_and_a_fast_forward_branch_tell_the_same(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    ahead = review(capsys)["policies"]
    policies.branch("main").write("README.md", "More.").commit(when=f"{_DAY}T13:00")
    merge = policies.merge("change", when=f"{_DAY}T14:00")
    assert review(capsys, base=f"{merge}^1", head=merge)["policies"] == ahead
    policies.git("checkout", "--quiet", "change")
    policies.git("rebase", "--quiet", f"{merge}^1")
    assert review(capsys, base=f"{merge}^1")["policies"] == ahead


def test_findings_are_those_that_the_branch_brings(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies, effective="2026-04-10", published=_DAY)
    told = review(capsys)
    assert [finding["rule"] for finding in told["findings"] if finding["severity"] == "error"] == ["notice-period"]
    assert not told["would_build"]
    text = comment(capsys)
    assert "Do not merge yet: 1 error" in text
    assert "this is too short" in text


def test_moves_of_a_version_are_named(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    announce(policies, published="2026-03-01")
    policies.branch("main").merge("change", when="2026-03-02")
    note = "content/privacy/releases/2026-06-01.md"
    told = (policies.root / note).read_text(encoding="utf-8")
    policies.branch("later").write(note, told.replace("effective: 2026-06-01", "effective: 2026-07-01"))
    policies.commit(when=_DAY)
    policies.branch("main").branch("withdrawn").write(
        note, told.replace("effective:", f"withdrawn: {_DAY}\neffective:")
    )
    policies.commit(when=_DAY)
    policies.branch("main").branch("corrected").write(note, told.replace("You can close", "Close"))
    policies.commit(when=_DAY)
    found = {name: review(capsys, head=name)["policies"][0] for name in ("later", "withdrawn", "corrected")}
    assert [policy["versions"][0]["move"] for policy in found.values()] == ["rescheduled", "withdrawn", "corrected"]
    assert "policy.version.rescheduled" in [event["kind"] for event in found["later"]["events"]]
    assert comment(capsys, "later").count("takes effect on 1 July 2026, and no longer on 1 June 2026") == 2


def test_the_published_change_feed_is_held_against_it(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.branch("main")
    assert main(["build", "--as-of", "2026-01-01", "--quiet", "--jobs", "1"]) == 0
    policies.branch("change")
    policies.delete("content/privacy/releases/2025-03-01.md").commit(when=_DAY)
    capsys.readouterr()
    told = review(capsys, "--previous", "build/site")
    assert [finding["rule"] for finding in told["refusals"]]
    assert not told["would_build"]


def test_a_shallow_clone_says_how_to_complete_it(
    policies: PolicyRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    policies.branch("main").write("README.md", "More.").commit(when=f"{_DAY}T13:00")
    policies.branch("change")
    clone = policies.clone(tmp_path / "clone", "--depth", "1", "--no-single-branch")
    monkeypatch.chdir(clone)
    assert main(["review", "origin/main", "origin/change", "--quiet"]) == 2
    assert "git fetch --unshallow" in capsys.readouterr().err


def test_settings_that_change_are_named_and_used(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.site(languages=["en", "de", "fr"]).commit(when=_DAY)
    told = review(capsys)
    assert told["settings_changed"] == ["languages"]
    assert not told["touches_no_word"]


def test_the_comment_stays_below_what_a_host_takes(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "".join(f"## Part {number} {{#part-{number}}}\n\n{'words ' * 400}\n\n" for number in range(300))
    announce(policies, text=text, words={"summary": "\n\n".join(["Much more. " * 40] * 200)})
    told = comment(capsys)
    assert len(told) <= LIMIT
    assert "did not fit here" in told
    assert told.count("<details>") == told.count("</details>")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("@legal #12 <b>x</b>", "&#64;legal &#35;12 &#60;b&#62;x&#60;/b&#62;"),
        ("[a](https://evil.example)", r"\[a\](https&#58;//evil.example)"),
        ("![x](y) `code` **bold**", r"!\[x\](y) \`code\` \*\*bold\*\*"),
        ("- list\n1. one\n> quote", "\\- list\n1\\. one\n&#62; quote"),
        ("&lt;script&gt; www.evil.example", "&#38;lt;script&#38;gt; www&#46;evil.example"),
    ],
)
def test_words_of_the_content_are_shown_and_obeyed_by_nothing(written: str, shown: str) -> None:
    assert safe(written) == shown


def test_the_page_needs_nothing_beside_it_and_holds_the_redline(
    policies: PolicyRepository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies, words={"summary": "<script>alert(1)</script> **60** days."})
    page = tmp_path / "out" / "review.html"
    assert main(["review", "main", "--as-of", _DAY, "--format", "html", "--output", str(page)]) == 0
    assert str(page) in capsys.readouterr().out
    html = page.read_text(encoding="utf-8")
    assert "<ins" in html
    assert "<script" not in html
    assert not re.search(r'(?:src|href)="(?!#)', html)
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ["nowhere", "", "-x", "main..change", "HEAD^{tree}"])
def test_what_is_no_revision_is_said(name: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert policies.head
    assert main(["review", "--quiet", "--", name]) == 2
    assert "There is no revision" in capsys.readouterr().err


_LONG = "".join(f"## Part {number} {{{{#p-{number}}}}}\n\nClause {number} of {{days}}.\n\n" for number in range(30))
_LINK = "[To our current notice](https://example.org/privacy).\n\n"


@pytest.mark.parametrize(
    ("shown_in", "above", "said"),
    [
        ("privacy/preview.md", _LINK, "with 1 line changed"),
        ("privacy/versions/2026-06-01.en.md", "", "word for word"),
        ("terms/en.md", "", "word for word"),
    ],
)
def test_a_text_that_was_to_be_read_elsewhere_is_named(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str], shown_in: str, above: str, said: str
) -> None:
    """The preview becomes the text in force; so may the text of a version, or that of another policy."""
    policies.git("checkout", "-q", "main")
    policies.publish("privacy", effective="2025-09-01", text=_LONG.format(days="May"))
    if shown_in.startswith("terms"):
        policies.site(languages=["en", "de"], policies=["privacy", "terms"])
    policies.write(f"content/{shown_in}", f"---\ntitle: Privacy\n---\n{above}{_LONG.format(days='June')}").commit()
    policies.git("checkout", "-q", "-B", "change")
    announce(policies, text=_LONG.format(days="June"))
    told = review(capsys)
    sentence = f"The text of {shown_in} becomes the text of privacy/en.md, {said}."
    assert sentence in told["overview"]
    assert safe(sentence) in comment(capsys)


@pytest.mark.parametrize("other", ["July", "May"])
def test_a_text_like_another_is_not_said_to_be_it(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str], other: str
) -> None:
    policies.git("checkout", "-q", "main")
    policies.publish("privacy", effective="2025-09-01", text=_LONG.format(days="May"))
    policies.write("content/privacy/preview.md", _LONG.format(days=other)).commit()
    policies.git("checkout", "-q", "-B", "change")
    announce(policies, text=_LONG.format(days="June"))
    assert "becomes the text" not in review(capsys)["overview"]
