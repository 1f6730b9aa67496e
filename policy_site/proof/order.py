"""Whether published events stand in the order that git gives, as far as git can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from policy_site.events.chain import FEED_ADDRESS
from policy_site.events.derivation import derive_events
from policy_site.history import History
from policy_site.proof.differences import Cause, Difference
from policy_site.publication import Publication, section_changes


def compare_order(
    records: Sequence[Mapping[str, Any]], publication: Publication, history: History
) -> Iterator[Difference]:
    """Say where two neighbours of one instant were exchanged.

    A build takes the order of what is published as it finds it, since what is merged later under an earlier day comes
    last. Of two events at one instant, the one that git gives first may come second only if git got it after that
    instant.
    """
    natural = derive_events(
        publication.policies,
        as_of=publication.as_of,
        section_changes=lambda policy, version, settled_as: section_changes(
            policy, version, publication.documents, settled_as=settled_as
        ),
        tag=publication.settings.tag,
    )
    places = {event.id: event.seq for event in natural}
    for before, after in pairwise(records):
        if before["notice_at"] != after["notice_at"] or not {before["id"], after["id"]} <= places.keys():
            continue
        if places[before["id"]] > places[after["id"]] and not _came_late(after, history):
            fact = f"Events {before['seq']} and {after['seq']} stand in another order than git gives."
            yield Difference(Cause.ALTERED, FEED_ADDRESS, fact)


def _came_late(record: Mapping[str, Any], history: History) -> bool:
    """Say whether git got the text of an event, or the release note, after the instant of the event."""
    at = datetime.fromisoformat(record["notice_at"])
    commit = (record.get("source") or {}).get("commit")
    return any(
        revision.committed_at is not None and revision.committed_at > at
        for _, revision in history.sequence
        if revision.path.startswith(f"{record['policy']}/")
        and (revision.commit == commit or str(record["version"]) in revision.path)
    )
