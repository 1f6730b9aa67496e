"""Whatever becomes of a policy, the text in force changes only as people were told, or the site is not built."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_site.catalogue import version_in_force
from policy_site.checks import check, stops_build
from policy_site.console.outlook import look_ahead
from policy_site.model import Event, Policy, Version
from policy_site.publication import Publication
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

START = datetime(2025, 1, 1, 12, tzinfo=UTC)
SECTIONS = ("data", "keeping", "pets")
KINDS = ("announce", "correct", "postpone", "advance", "withdraw", "backfill", "translate")
STYLES = ("commit", "merge", "squash", "fast-forward")
steps = st.tuples(
    st.sampled_from(KINDS), st.sampled_from(SECTIONS), st.integers(0, 3), st.booleans(), st.sampled_from(STYLES)
)


@dataclass
class Life:
    """What a legal team does, step by step; what the site refuses is taken back."""

    policies: PolicyRepository
    day: datetime = START
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    effective: dict[str, datetime] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    refused: int = 0

    def write(self, label: str, words: dict[str, str], effective: datetime, changed: str, **facts: str) -> None:
        body = "".join(f"## {name} {{#{name}}}\n\n{words[name]}\n\n" for name in SECTIONS)
        folder = "archive" if "published" in facts else "versions"
        self.policies.write(f"content/privacy/{folder}/{label}.en.md", f"---\ntitle: Privacy\n---\n{body}")
        more = "".join(f"{name}: {value}\n" for name, value in facts.items())
        changes = f"changes:\n  - {{category: clarification, sections: [{changed}]}}\n" if changed else ""
        note = f"---\neffective: {effective.date()}\n{changes}{more}---\n## What {{#summary}}\n\nWords of {label}.\n"
        self.policies.write(f"content/privacy/releases/{label}.md", note)
        self.texts[label], self.effective[label] = words, effective

    def rewrite_note(self, label: str, old: str, new: str) -> None:
        file = self.policies.content / f"privacy/releases/{label}.md"
        file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    def step(self, number: int, kind: str, section: str, pick: int, from_newest: bool, style: str) -> None:
        """Do one thing on a branch, and merge it where the site can be built with it, now and later."""
        self.day += timedelta(days=5)
        before = self.policies.head
        known = dict(self.texts), dict(self.effective)
        if style != "commit":
            self.policies.branch(f"step-{number}")
        self.change(f"v{number}", kind, section, pick, from_newest=from_newest)
        self.policies.commit(when=self.day - timedelta(days=2 if style in ("merge", "squash") else 0))
        if style != "commit":
            self.policies.branch("main")
            if style == "merge":
                self.policies.merge(f"step-{number}", when=self.day)
            elif style == "squash":
                self.policies.git("merge", "--quiet", "--squash", f"step-{number}")
                self.policies.commit(when=self.day)
            else:
                self.policies.git("merge", "--quiet", "--ff-only", f"step-{number}")
        publication = compiled(self.policies, as_of=self.day)
        findings = (*check(publication), *look_ahead(publication, lambda at: compiled(self.policies, as_of=at)))
        if stops_build(findings, is_strict=False):
            self.policies.git("reset", "--quiet", "--hard", before)
            self.texts, self.effective = known
            self.refused += 1
        else:
            assert publication.events[: len(self.events)] == self.events, "what was told stays told"
            self.events = publication.events

    def change(self, label: str, kind: str, section: str, pick: int, *, from_newest: bool) -> None:
        upcoming = sorted(
            (name for name, at in self.effective.items() if at > self.day), key=self.effective.__getitem__
        )
        in_force = max((name for name, at in self.effective.items() if at <= self.day), key=self.effective.__getitem__)
        chosen = upcoming[pick % len(upcoming)] if upcoming else None
        base = max(self.effective, key=self.effective.__getitem__) if from_newest else in_force
        words = {**self.texts[base], section: f"{section.capitalize()} in the words of {label}, and of nobody else."}
        if kind == "backfill":
            past = datetime(2000 + int(label[1:]), 1, 1, 12, tzinfo=UTC)
            self.write(label, words, past, section, published=f"{past.year - 1}-11-01")
        elif kind == "translate":
            name = chosen or in_force
            body = "".join(f"## {each} {{#{each}}}\n\nWorte.\n\n" for each in SECTIONS)
            self.policies.write(f"content/privacy/versions/{name}.de.md", f"---\ntitle: Datenschutz\n---\n{body}")
        elif chosen and kind in ("postpone", "advance"):
            old = self.effective[chosen]
            new = max(old + timedelta(days=12 if kind == "postpone" else -12), self.day + timedelta(days=1))
            self.rewrite_note(chosen, f"effective: {old.date()}", f"effective: {new.date()}")
            self.effective[chosen] = new
        elif chosen and kind == "withdraw":
            self.rewrite_note(chosen, "effective:", f"withdrawn: {self.day.date()}\neffective:")
            del self.effective[chosen]
        else:
            days = 1 if kind == "correct" else 10 + 7 * pick
            self.write(label, words, self.day + timedelta(days=days), section)


@settings(
    deadline=None,
    max_examples=200 if settings().max_examples > 100 else 4,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(steps, min_size=3, max_size=6))
def test_the_text_in_force_changes_only_as_was_told_property(life: list[tuple[str, str, int, bool, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        policies = PolicyRepository(Path(folder) / "repository").site(languages=["en", "de"])
        lived = Life(policies)
        first = {name: f"{name.capitalize()} as it was first." for name in SECTIONS}
        lived.write("v0", first, START, "")
        policies.commit(when=START - timedelta(days=3))
        for number, step in enumerate(life, start=1):
            lived.step(number, *step)
        end = lived.day + timedelta(days=200)
        publication = compiled(policies, as_of=end)
        assert publication.events[: len(lived.events)] == lived.events
        _assert_told(publication, publication.policy("privacy"))


def _assert_told(publication: Publication, policy: Policy) -> None:
    """At each instant on which another text takes effect, what differs is what its notes declare."""
    read = partial(_read, publication)
    known = [version for version in policy.versions if not version.recorded_at]
    for instant in sorted({max(version.effective_at, version.published_at) for version in known}):
        now, before = version_in_force(policy, instant), version_in_force(policy, instant - timedelta(seconds=1))
        if now is None or before is None or before.recorded_at or now.label == before.label:
            continue
        assert now.published_at <= instant, "readers could read it"
        together = [version for version in known if version.effective_at == now.effective_at]
        declared = {
            section
            for version in together
            for change in (version.note.changes if version.note else ())
            for section in change.sections
        }
        differing = {name for name in SECTIONS if read(now).get(name) != read(before).get(name)}
        assert differing <= declared, (before.label, now.label)


def _read(publication: Publication, version: Version) -> dict[str, str]:
    document = publication.documents[version.editions["en"].digest]
    return {section.id: " ".join(block.text for block in section.blocks) for section in document.sections}
