"""Revisions and release notes become versions; what stands where is computed at an instant."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from policy_site.catalogue import (
    Shelf,
    applied_until,
    compile_catalogue,
    current_edition,
    edition_for,
    standing,
    upcoming,
    version_in_force,
)
from policy_site.model import Fidelity, Policy, Revision, Significance, Standing
from policy_site.settings import Settings
from policy_site.sources import Text

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def words_of(text: Text) -> str:
    """Name a wording as the renderer would: white space is no word."""
    return " ".join(text.body.split())


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


def revision(day: str | None, text: str, path: str = "privacy/en.md") -> Revision:
    name = f"{abs(hash((day, text, path))):064x}"
    return Revision(path, text, name, name[:40] if day else None, at(day) if day else None)


def text_of(version: str, words: str) -> str:
    return f"---\ntitle: Privacy\nversion: {version}\n---\n{words}\n"


def note_of(effective: str, published: str | None = None, more: str = "") -> str:
    announced = f"published: {published}\n" if published else ""
    return f"---\neffective: {effective}\n{announced}{more}---\n## What changed {{#summary}}\n\nWords.\n"


def catalogue(
    texts: Sequence[Revision],
    notes: Mapping[str, Sequence[Revision]] | None = None,
    *,
    source: str = "release",
    as_of: datetime = NOW,
    is_complete: bool = True,
    translations: Sequence[Revision] = (),
    archive: Mapping[tuple[str, str], Revision] | None = None,
    **versions: object,
) -> tuple[Policy, list[str]]:
    settings = Settings.model_validate(
        {
            "title": "x",
            "base_url": "https://example.org/",
            "languages": ["en", "de"],
            "policies": [{"id": "privacy"}],
            "versions": {"source": source, **versions},
        }
    )
    found = {"en": tuple(texts), "de": tuple(translations)}
    shelf = Shelf(
        policy="privacy",
        texts=MappingProxyType({locale: revisions for locale, revisions in found.items() if revisions}),
        notes=MappingProxyType({label: tuple(revisions) for label, revisions in (notes or {}).items()}),
        archive=archive or {},
    )
    compiled = compile_catalogue(
        [shelf],
        settings=settings,
        as_of=as_of,
        wording=words_of,
        month_names={"may": 5},
        is_complete=is_complete,
    )
    return compiled.policies[0], [finding.message for finding in compiled.findings]


# --- by release note -------------------------------------------------------------------------------------------------

FIRST, SECOND = "2025-02-01", "2026-03-01"


def two_releases() -> tuple[list[Revision], dict[str, list[Revision]]]:
    texts = [
        revision("2025-01-01", text_of(FIRST, "We keep data 90 days.")),
        revision("2026-01-15", text_of(SECOND, "We keep data 60 days.")),
    ]
    notes = {
        FIRST: [revision("2025-01-01", note_of(FIRST), "n1")],
        SECOND: [revision("2026-01-15", note_of(SECOND), "n2")],
    }
    return texts, notes


def test_a_release_note_makes_a_version_with_the_text_that_names_it() -> None:
    policy, findings = catalogue(*two_releases())
    assert findings == []
    assert [version.label for version in policy.versions] == [FIRST, SECOND]
    first, second = policy.versions
    assert first.editions["en"].body == "We keep data 90 days.\n"
    assert (second.previous, second.effective_date) == (FIRST, date(2026, 3, 1))
    assert second.published_at == at("2026-01-15"), "the day it was merged"


def test_an_as_of_catalogue_knows_nothing_of_later_publications() -> None:
    texts, notes = two_releases()
    policy, _ = catalogue(texts, notes, as_of=at("2026-01-14"))
    assert [version.label for version in policy.versions] == [FIRST]
    policy, _ = catalogue(texts, notes, as_of=at("2026-01-16"))
    assert [standing(policy, version, at("2026-01-16")) for version in policy.versions] == [
        Standing.IN_FORCE,
        Standing.UPCOMING,
    ]


def test_a_declared_publication_day_keeps_a_merged_version_back() -> None:
    texts, notes = two_releases()
    notes[SECOND] = [revision("2026-01-15", note_of(SECOND, published="2026-02-01"), "n2")]
    policy, _ = catalogue(texts, notes, as_of=at("2026-01-31"))
    assert [version.label for version in policy.versions] == [FIRST]


def test_a_technical_edit_is_taken_over_and_makes_no_version() -> None:
    texts, notes = two_releases()
    texts.append(revision("2026-04-01", text_of(SECOND, "We keep\ndata 60  days.")))
    policy, findings = catalogue(texts, notes)
    assert findings == []
    assert len(policy.versions) == 2
    assert policy.versions[1].editions["en"].body == "We keep\ndata 60  days.\n"


def test_a_wording_that_changed_without_a_release_is_an_error_and_is_not_shown() -> None:
    texts, notes = two_releases()
    texts.append(revision("2026-04-01", text_of(SECOND, "We keep data 600 days.")))
    policy, findings = catalogue(texts, notes)
    assert any("wording changed after version '2026-03-01'" in finding for finding in findings)
    assert policy.versions[1].editions["en"].body == "We keep data 60 days.\n"


def test_a_wording_that_was_restored_is_forgiven() -> None:
    texts, notes = two_releases()
    texts.append(revision("2026-04-01", text_of(SECOND, "We keep data 600 days.")))
    texts.append(revision("2026-04-02", text_of(SECOND, "We keep data 60 days.")))
    assert catalogue(texts, notes)[1] == []


def test_a_text_may_be_edited_until_it_is_published() -> None:
    texts, notes = two_releases()
    notes[SECOND] = [revision("2026-01-15", note_of(SECOND, published="2026-02-01"), "n2")]
    texts.append(revision("2026-01-20", text_of(SECOND, "We keep data 30 days.")))
    policy, findings = catalogue(texts, notes)
    assert findings == []
    assert policy.versions[1].editions["en"].body == "We keep data 30 days.\n"


def test_a_label_without_a_note_and_a_note_without_a_text_are_errors() -> None:
    texts, notes = two_releases()
    lost = {FIRST: notes[FIRST], "2026-05-05": [revision("2026-01-15", note_of("2026-05-05"), "n3")]}
    _, findings = catalogue(texts, lost)
    assert any("labelled version '2026-03-01', but its release note seems to be" in finding for finding in findings)
    assert any("No text carries the version label '2026-05-05'" in finding for finding in findings)


def test_a_label_in_use_twice_is_an_error() -> None:
    texts, notes = two_releases()
    archive = {(FIRST, "en"): revision(None, text_of(FIRST, "Other words."), "privacy/archive/x")}
    _, findings = catalogue(texts, notes, archive=archive)
    assert any(f"label {FIRST!r} is used twice" in finding for finding in findings)


def test_an_archived_text_is_older_than_the_repository() -> None:
    texts, notes = two_releases()
    archive = {("2020-01-01", "en"): revision(None, "---\ntitle: Old\n---\nOld words.\n", "privacy/archive/x")}
    notes["2020-01-01"] = [revision("2025-01-01", note_of("2020-01-01", published="2019-12-01"), "n0")]
    policy, findings = catalogue(texts, notes, archive=archive)
    assert findings == []
    assert policy.versions[0].editions["en"].title == "Old"
    assert policy.versions[0].published_at == datetime(2019, 12, 1, tzinfo=UTC)


def test_with_an_incomplete_history_a_version_may_stand_without_its_text() -> None:
    texts, notes = two_releases()
    policy, findings = catalogue(texts[1:], notes, is_complete=False)
    assert findings == []
    assert [sorted(version.editions) for version in policy.versions] == [[], ["en"]]


def test_a_version_that_repeats_an_earlier_wording_says_so() -> None:
    texts, notes = two_releases()
    third = "2026-06-01"
    texts.append(revision("2026-05-01", text_of(third, "We keep data 90 days.")))
    notes[third] = [revision("2026-05-01", note_of(third), "n3")]
    policy, _ = catalogue(texts, notes)
    assert [version.identical_to for version in policy.versions] == [None, None, FIRST]


def test_a_withdrawn_version_never_comes_into_force() -> None:
    texts, notes = two_releases()
    notes[SECOND] = [revision("2026-01-15", note_of(SECOND, more="withdrawn: 2026-02-10\n"), "n2")]
    policy, _ = catalogue(texts, notes)
    second = policy.versions[1]
    assert standing(policy, second, at("2026-02-09")) is Standing.UPCOMING
    assert standing(policy, second, at("2026-02-11")) is Standing.WITHDRAWN
    in_force = version_in_force(policy, at("2026-04-01"))
    assert in_force is not None
    assert in_force.label == FIRST


def test_a_corrected_note_is_what_readers_get_and_what_it_said_before_is_kept() -> None:
    texts, notes = two_releases()
    notes[SECOND].append(revision("2026-02-01", note_of("2026-03-15"), "n2"))
    notes[SECOND].append(revision("2026-02-02", note_of("2026-03-15").replace("Words", "Better words"), "n2"))
    policy, findings = catalogue(texts, notes)
    assert findings == []
    version = policy.versions[1]
    assert version.effective_date == date(2026, 3, 15)
    assert version.note is not None
    assert version.note.words["en"].summary == "Better words."
    assert [state.effective_date for state in version.earlier] == [date(2026, 3, 1), date(2026, 3, 15)]
    assert [state.stated_at for state in (*version.earlier, version)] == [None, at("2026-02-01"), at("2026-02-02")]
    assert version.published_at == at("2026-01-15")
    before, _ = catalogue(texts, notes, as_of=at("2026-01-20"))
    assert before.versions[1].effective_date == date(2026, 3, 1)
    assert before.versions[1].earlier == ()


def test_a_note_may_be_edited_until_the_version_is_published() -> None:
    texts, notes = two_releases()
    notes[SECOND] = [
        revision("2026-01-10", note_of("2026-02-25", published="2026-02-01"), "n2"),
        revision("2026-01-20", note_of(SECOND, published="2026-02-02"), "n2"),
    ]
    policy, _ = catalogue(texts, notes)
    version = policy.versions[1]
    assert (version.earlier, version.effective_date) == ((), date(2026, 3, 1))
    assert version.published_at == datetime(2026, 2, 2, tzinfo=UTC)


# --- translations ----------------------------------------------------------------------------------------------------


def test_fidelity_says_what_a_reader_of_another_language_gets() -> None:
    texts, notes = two_releases()
    german = [revision("2025-01-03", text_of(FIRST, "Wir behalten Daten 90 Tage."), "privacy/de.md")]
    policy, _ = catalogue(texts, notes, translations=german)
    first, second = policy.versions
    assert edition_for(policy, first, "de")[1] is Fidelity.FAITHFUL
    assert edition_for(policy, first, "en")[1] is Fidelity.AUTHORITATIVE
    missing, fidelity = edition_for(policy, second, "de")
    assert (fidelity, missing and missing.locale) == (Fidelity.MISSING, "en")
    behind, fidelity = current_edition(policy, second, "de")
    assert (fidelity, behind and behind.version) == (Fidelity.BEHIND, FIRST)


def test_a_translation_may_be_revised_and_every_revision_is_kept() -> None:
    texts, notes = two_releases()
    german = [
        revision("2026-01-16", text_of(SECOND, "Wir behalten Daten 60 Tage."), "privacy/de.md"),
        revision("2026-02-20", text_of(SECOND, "Wir speichern Daten 60 Tage."), "privacy/de.md"),
    ]
    policy, _ = catalogue(texts, notes, translations=german)
    edition = policy.versions[1].editions["de"]
    assert edition.body == "Wir speichern Daten 60 Tage.\n"
    assert [earlier.digest for earlier in edition.earlier] == [german[0].digest]
    earlier, _ = catalogue(texts, notes, translations=german, as_of=at("2026-02-01"))
    assert earlier.versions[1].editions["de"].body == "Wir behalten Daten 60 Tage.\n"


def test_a_translation_that_comes_late_is_shown_from_then_on() -> None:
    texts, notes = two_releases()
    german = [revision("2026-03-20", text_of(SECOND, "Wir behalten Daten 60 Tage."), "privacy/de.md")]
    policy, _ = catalogue(texts, notes, translations=german)
    assert policy.versions[1].editions["de"].published_at == at("2026-03-20")
    earlier, _ = catalogue(texts, notes, translations=german, as_of=at("2026-03-01"))
    assert "de" not in earlier.versions[1].editions


# --- by date ---------------------------------------------------------------------------------------------------------

PATTERN = r"Effective (?P<date>\d{4}-\d\d-\d\d)"


def by_date(*texts: tuple[str, str], translations: Sequence[Revision] = ()) -> tuple[Policy, list[str]]:
    revisions = [revision(day, f"# Privacy\n{body}\n") for day, body in texts]
    return catalogue(revisions, source="date", date_patterns=[PATTERN], translations=translations)


def told(policy: Policy) -> list[tuple[str, str, str]]:
    """Return each version: its label, the day on which it begins to apply, the day of its publication."""
    return [(one.label, one.effective_date.isoformat(), one.published_date.isoformat()) for one in policy.versions]


def test_other_words_under_one_date_are_a_version_from_their_commit_and_this_is_told() -> None:
    policy, findings = by_date(
        ("2025-01-01", "Effective 2025-01-02 One."),
        ("2025-01-05", "Effective 2025-01-02 Two."),
        ("2025-02-01", "Effective 2025-02-02 Three."),
        ("2025-02-03", "Effective   2025-02-02\nThree."),
    )
    assert told(policy) == [
        ("2025-01-02", "2025-01-02", "2025-01-01"),
        ("2025-01-02-2", "2025-01-05", "2025-01-05"),
        ("2025-02-02", "2025-02-02", "2025-02-01"),
    ]
    assert [version.editions["en"].body.split()[-1] for version in policy.versions] == ["One.", "Two.", "Three."]
    (finding,) = findings
    assert finding.startswith("The wording changed once under the date 2025-01-02, without a new date.")


def test_a_text_that_loses_its_date_applies_from_its_commit() -> None:
    policy, findings = by_date(
        ("2025-01-01", "Effective 2025-01-02 One."),
        ("2025-02-01", "One."),
        ("2025-03-01", "One, better."),
        ("2025-04-01", "One, best."),
        ("2025-05-01", "Effective 2025-05-02 Two."),
    )
    assert [label for label, _, _ in told(policy)] == ["2025-01-02", "2025-03-01", "2025-04-01", "2025-05-02"]
    assert findings[0] == "This text lost the date of the one before. It counts from the day of its commit."


def test_a_mistyped_date_that_is_corrected_makes_no_version_and_withdraws_none() -> None:
    policy, findings = by_date(
        ("2025-01-01", "Effective 2025-01-02 One."),
        ("2025-02-01", "Effective 2052-02-02 Two."),
        ("2025-02-03", "Effective 2025-02-02 Two."),
    )
    assert told(policy) == [("2025-01-02", "2025-01-02", "2025-01-01"), ("2025-02-02", "2025-02-02", "2025-02-01")]
    assert Standing.WITHDRAWN not in [standing(policy, version, NOW) for version in policy.versions]
    assert "2052-02-02, years after its commit" in findings[0]
    assert "2025-02-02. It is taken for the corrected one" in findings[1]


def test_a_text_that_is_taken_back_is_told_as_readers_saw_it() -> None:
    policy, _ = by_date(
        ("2025-01-01", "Effective 2025-01-02 One."),
        ("2025-02-01", "Effective 2025-02-02 Two."),
        ("2025-03-01", "Effective 2025-01-02 One."),
        ("2025-04-01", "Effective 2025-02-02 Two."),
    )
    assert told(policy) == [
        ("2025-01-02", "2025-01-02", "2025-01-01"),
        ("2025-02-02", "2025-02-02", "2025-02-01"),
        ("2025-01-02-2", "2025-03-01", "2025-03-01"),
        ("2025-02-02-2", "2025-04-01", "2025-04-01"),
    ]
    assert [version.identical_to for version in policy.versions] == [None, None, "2025-01-02", "2025-02-02"]
    assert [standing(policy, version, NOW) for version in policy.versions] == [
        *[Standing.SUPERSEDED] * 3,
        Standing.IN_FORCE,
    ]


def test_words_that_took_the_place_of_announced_ones_withdraw_them() -> None:
    policy, _ = by_date(
        ("2025-01-01", "Effective 2025-01-02 One."),
        ("2025-02-01", "Effective 2025-06-01 Two."),
        ("2025-03-01", "Effective 2025-01-02 One."),
    )
    assert [standing(policy, version, NOW) for version in policy.versions] == [
        Standing.SUPERSEDED,
        Standing.IN_FORCE,
        Standing.WITHDRAWN,
    ]


def test_a_version_with_a_new_date_and_old_words_is_identical() -> None:
    policy, _ = by_date(("2025-01-01", "Effective 2025-01-02 One."), ("2025-02-01", "Effective 2025-02-02 One."))
    assert policy.versions[1].identical_to == "2025-01-02"


def test_a_translation_with_a_date_of_its_own_is_reported_and_kept() -> None:
    german = [revision("2025-01-03", "# Datenschutz\nEffective 2025-01-12 Eins.\n", "privacy/de.md")]
    policy, findings = by_date(("2025-01-01", "Effective 2025-01-02 One."), translations=german)
    assert policy.versions[0].editions["de"].title == "Datenschutz"
    assert findings == ["This translation names 2025-01-12, a date that no version of the authoritative text has."]


def test_a_text_without_a_title_takes_the_policys_name() -> None:
    policy, _ = catalogue([revision("2025-01-01", "Words alone.\n")], source="revision")
    assert policy.versions[0].editions["en"].title == "privacy"


# --- by revision -----------------------------------------------------------------------------------------------------


def test_each_change_of_wording_is_a_version_and_nothing_else_is() -> None:
    texts = [
        revision("2025-01-01", "# Privacy\nOne.\n"),
        revision("2025-01-02", "# Privacy\n\nOne.\n"),
        revision("2025-01-03", "# Privacy\nTwo.\n"),
        revision("2025-01-03", "# Privacy\nThree.\n"),
    ]
    policy, _ = catalogue(texts, source="revision")
    assert [version.label for version in policy.versions] == ["2025-01-01", "2025-01-03", "2025-01-03-2"]
    assert policy.versions[0].editions["en"].body == "\nOne.\n"


# --- what holds for every history ------------------------------------------------------------------------------------

days = st.dates(date(2020, 1, 1), date(2026, 11, 1)).map(date.isoformat)
wordings = st.sampled_from(["One.", "One. ", "Two.", "Three."])


@given(st.lists(st.tuples(days, days, wordings), min_size=1, max_size=12), st.sampled_from(["date", "revision"]))
def test_one_version_is_in_force_from_the_first_effective_day_on(
    history: list[tuple[str, str, str]], source: str
) -> None:
    history.sort()
    revisions = [revision(day, f"Effective {effective} {words}\n") for day, effective, words in history]
    patterns = [PATTERN] if source == "date" else []
    policy, _ = catalogue(revisions, source=source, date_patterns=patterns)
    labels = [version.label for version in policy.versions]
    assert len(set(labels)) == len(labels)
    assert [version.effective_at for version in policy.versions] == sorted(
        version.effective_at for version in policy.versions
    )
    for number, version in enumerate(policy.versions):
        assert version.previous in labels[:number] if number else version.previous is None
    standings = [standing(policy, version, NOW) for version in policy.versions]
    assert standings.count(Standing.IN_FORCE) == 1
    held = [edition.revision for version in policy.versions for edition in version.editions.values()]
    assert len({id(entry) for entry in held}) == len(held), "no revision is the text of two versions"


@given(st.lists(st.tuples(days, wordings), min_size=1, max_size=8), days)
def test_standing_agrees_with_the_dates_at_every_instant(history: list[tuple[str, str]], day: str) -> None:
    revisions = [revision(written, f"{words} {number}\n") for number, (written, words) in enumerate(sorted(history))]
    policy, _ = catalogue(revisions, source="revision")
    instant = at(day)
    for version, following in itertools.zip_longest(policy.versions, policy.versions[1:]):
        here = standing(policy, version, instant)
        assert (here is Standing.UPCOMING) == (instant < version.effective_at)
        if following is not None and following.effective_at <= instant:
            assert here is Standing.SUPERSEDED or following.effective_at == version.effective_at
            if following.effective_at > version.effective_at:
                assert applied_until(policy, version, instant) == following.effective_at
    assert all(version.published_at <= instant for version in upcoming(policy, instant))


@given(st.permutations(["2025-01-01", "2025-06-01", "2026-01-01", "2026-06-01"]), st.integers(0, 1000))
def test_a_later_look_never_takes_a_version_away(effective: list[str], days_on: int) -> None:
    texts = [revision(f"2024-0{number + 1}-01", text_of(label, label)) for number, label in enumerate(effective)]
    notes = {
        label: [revision(f"2024-0{number + 1}-01", note_of(label), label)] for number, label in enumerate(effective)
    }
    earlier, _ = catalogue(texts, notes, as_of=at("2024-02-15"))
    later, _ = catalogue(texts, notes, as_of=at("2024-02-15") + timedelta(days=days_on))
    assert {version.label for version in earlier.versions} <= {version.label for version in later.versions}


def test_significance_of_an_adopted_repository_is_not_declared() -> None:
    policy, _ = by_date(("2025-01-01", "Effective 2025-01-02 One."))
    version = policy.versions[0]
    assert (version.significance, version.is_significance_declared) == (Significance.MINOR, False)


def test_a_translation_that_will_be_shown_later_is_a_transition() -> None:
    texts, notes = two_releases()
    imported = [revision("2026-06-10", text_of(SECOND, "Wir behalten Daten 60 Tage."), "privacy/de.md")]
    notes[FIRST] = [revision("2026-06-01", note_of(FIRST, published="2025-01-01"), "n1")]
    notes[SECOND] = [revision("2026-06-01", note_of(SECOND, published="2026-01-15"), "n2")]
    late = [texts[0], revision("2026-06-01", text_of(SECOND, "We keep data 60 days."))]
    settings = Settings.model_validate(
        {"title": "x", "base_url": "https://x.org", "languages": ["en", "de"], "policies": [{"id": "privacy"}]}
    )
    shelf = Shelf("privacy", {"en": tuple(late), "de": tuple(imported)}, notes={k: tuple(v) for k, v in notes.items()})
    compiled = compile_catalogue(
        [shelf], settings=settings, as_of=at("2026-03-02"), wording=words_of, month_names={}, is_complete=True
    )
    assert compiled.next_transition == datetime(2026, 6, 10, 12, tzinfo=UTC), "when it was merged, not dated back"
