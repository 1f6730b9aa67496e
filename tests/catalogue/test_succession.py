"""A version follows the one that is in force when it takes effect, as known then."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType

from policy_site.catalogue import predecessor
from policy_site.catalogue.succession import link
from policy_site.model import Policy, Significance, Version


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def version(
    label: str,
    published: str,
    effective: str | None = None,
    *,
    withdrawn: str | None = None,
    stated: str | None = None,
    earlier: tuple[Version, ...] = (),
    twins: tuple[str, ...] = (),
) -> Version:
    effective = effective or label
    return Version(
        policy="privacy",
        label=label,
        published_at=day(published),
        published_date=day(published).date(),
        effective_at=day(effective),
        effective_date=day(effective).date(),
        significance=Significance.MINOR,
        is_significance_declared=True,
        editions=MappingProxyType({}),
        withdrawn_at=day(withdrawn) if withdrawn else None,
        stated_at=day(stated) if stated else None,
        earlier=earlier,
        twins=twins,
    )


def policy_of(*versions: Version, as_of: str = "2030-01-01") -> Policy:
    return Policy("privacy", "en", link(versions, day(as_of)))


def before(policy: Policy, label: str, at: str | None = None) -> str | None:
    found = predecessor(policy, policy.version(label), day(at) if at else None)
    return found.label if found else None


FIRST = version("2025-01-01", "2024-12-01")


def test_a_version_follows_the_one_that_takes_effect_before_it() -> None:
    policy = policy_of(FIRST, version("2025-06-01", "2025-05-01"))
    assert (before(policy, "2025-01-01"), before(policy, "2025-06-01")) == (None, "2025-01-01")


def test_nothing_follows_a_version_that_was_withdrawn_before_it_applied() -> None:
    withdrawn = version("2025-06-01", "2025-05-01", withdrawn="2025-05-20")
    policy = policy_of(FIRST, withdrawn, version("2025-07-01", "2025-06-01"))
    assert before(policy, "2025-07-01") == "2025-01-01"
    assert policy.version("2025-07-01").previous == "2025-01-01"


def test_a_version_withdrawn_while_it_applied_gives_way_to_the_one_before() -> None:
    withdrawn = version("2025-06-01", "2025-05-01", withdrawn="2025-06-20")
    policy = policy_of(FIRST, withdrawn, version("2025-07-01", "2025-06-01"))
    assert before(policy, "2025-07-01") == "2025-01-01"
    assert before(policy, "2025-07-01", at="2025-06-10") == "2025-06-01", "nobody knew of the withdrawal yet"


def test_a_version_withdrawn_after_its_successor_took_effect_still_is_its_predecessor() -> None:
    withdrawn = version("2025-06-01", "2025-05-01", withdrawn="2025-08-01")
    policy = policy_of(FIRST, withdrawn, version("2025-07-01", "2025-06-01"))
    assert before(policy, "2025-07-01") == "2025-06-01"
    assert before(policy, "2025-07-01", at="2025-09-01") == "2025-06-01"


def test_a_version_put_in_between_counts_from_when_it_was_known() -> None:
    policy = policy_of(FIRST, version("2025-07-01", "2025-05-01"), version("2025-06-01", "2025-05-20"))
    assert before(policy, "2025-07-01", at="2025-05-01") == "2025-01-01"
    assert before(policy, "2025-07-01", at="2025-05-20") == "2025-06-01"
    assert before(policy, "2025-06-01") == "2025-01-01"


def test_a_version_added_to_the_record_later_changes_no_old_comparison() -> None:
    policy = policy_of(version("2025-02-01", "2026-01-01"), FIRST, version("2025-07-01", "2025-05-01"))
    assert before(policy, "2025-07-01") == "2025-01-01"
    assert policy.version("2025-07-01").previous == "2025-01-01"


def test_the_first_version_ever_told_stands_on_its_page_after_an_older_one_found_later() -> None:
    policy = policy_of(version("2020-01-01", "2026-01-01"), FIRST)
    assert before(policy, "2025-01-01") is None
    assert policy.version("2025-01-01").previous == "2020-01-01"


def test_a_version_rescheduled_past_another_changes_places_from_then_on() -> None:
    said = version("fees", "2025-05-01", "2025-06-01")
    moved = version("fees", "2025-05-01", "2025-08-01", stated="2025-05-15", earlier=(said,))
    policy = policy_of(FIRST, moved, version("guests", "2025-05-01", "2025-07-01"))
    assert before(policy, "guests", at="2025-05-01") == "fees"
    assert before(policy, "guests", at="2025-05-15") == "2025-01-01"
    assert before(policy, "fees", at="2025-05-01") == "2025-01-01"
    assert before(policy, "fees") == "guests"


def test_two_versions_of_one_day_follow_one_another_in_the_order_of_their_publication() -> None:
    policy = policy_of(FIRST, version("a", "2025-05-02", "2025-06-01"), version("b", "2025-05-01", "2025-06-01"))
    assert (before(policy, "a"), before(policy, "b")) == ("b", "2025-01-01")


def test_a_version_repeats_an_earlier_one_only_where_that_one_applied() -> None:
    again = version("2025-08-01", "2025-07-01", twins=("2025-01-01", "2025-06-01"))
    withdrawn = version("2025-06-01", "2025-05-01", withdrawn="2025-05-20", twins=("2025-01-01", "2025-08-01"))
    policy = policy_of(FIRST, withdrawn, again)
    assert policy.version("2025-08-01").identical_to == "2025-01-01"
    applied = version("2025-06-01", "2025-05-01", withdrawn="2025-06-20", twins=("2025-01-01", "2025-08-01"))
    assert policy_of(FIRST, applied, again).version("2025-08-01").identical_to == "2025-06-01"
