"""Who must agree again: people whose accepted version is older than the one since which consent is asked.

The rule is that of ``current.json``: ``accepted.seq < consent_seq``, by the events with which versions took effect; so
one who skipped the version that asked is asked by every later one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from policy_site.errors import UsageError
from policy_site.notifier.audience import Chunk, open_listing
from policy_site.notifier.channels import kind_of
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.ledger.events import policy_records
from policy_site.notifier.planning import follows
from policy_site.notifier.reports import harmless
from policy_site.notifier.settings import NotifierSettings
from policy_site.notifier.settings_tables import Audience

_PUBLISHED, _EFFECTIVE = "policy.version.published", "policy.version.effective"
_WITHDRAWN = "policy.version.withdrawn"
_HEADER = ("audience", "address", "language", "accepted", "why", "name", "account", "version", "by")


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """Since when a policy asks for consent."""

    policy: str
    seqs: Mapping[str, int]
    """Under which number each version is accepted, by its label."""
    seq: int | None
    """``consent_seq``; ``None``: no version in force asks."""
    version: str = ""
    """The label of that version."""
    by: str = ""
    """Until which day it is to be agreed to, where the publisher says so."""

    def why(self, accepted: str | None) -> str:
        """Say why one who accepted this version must agree; empty: they need not."""
        if self.seq is None:
            return ""
        if not accepted:
            return "none on record"
        if accepted not in self.seqs:
            return "unknown version"
        return "older version" if self.seqs[accepted] < self.seq else ""


def consent_rule(ledger: Ledger, policy: str) -> ConsentRule:
    """Return the rule of a policy as it stands now; raise :class:`UsageError` for one that nobody knows."""
    with ledger.snapshot() as connection:
        records = policy_records(connection, policy)
        now = datetime.fromtimestamp(ledger.now(connection), UTC)
    if not records:
        raise UsageError(f"The ledger has no event of the policy {policy[:200]!r}.", remedy="Correct its id.")
    seqs: dict[str, int] = {}
    last: dict[str, Mapping[str, Any]] = {}
    for kind in (_PUBLISHED, _EFFECTIVE):
        seqs |= {str(one["version"]): int(one["seq"]) for one in records if one["type"] == kind}
    for record in records:
        if record["type"].startswith("policy.version."):
            last[str(record["version"])] = record
    asking = [label for label, record in last.items() if label in seqs and _asks(record, now)]
    if not asking:
        return ConsentRule(policy, seqs, None)
    newest = max(asking, key=seqs.__getitem__)
    return ConsentRule(policy, seqs, seqs[newest], newest, str((last[newest]["consent"] or {}).get("by") or ""))


def _asks(record: Mapping[str, Any], now: datetime) -> bool:
    consent = record.get("consent") or {}
    try:
        is_in_force = datetime.fromisoformat(record["effective_at"]) <= now
    except (KeyError, TypeError, ValueError):
        return False
    return bool(consent.get("required")) and is_in_force and record["type"] != _WITHDRAWN


def write_who_must_agree(settings: NotifierSettings, rule: ConsentRule, file: TextIO) -> int:
    """Write who of the lists must agree again as CSV; return how many. Nobody is written to.

    ``why``: ``older version``, ``none on record``, or ``unknown version``, which no event of the feed names.
    Raises :class:`UsageError` for a list that cannot be read.
    """
    table = csv.writer(file)
    table.writerow(_HEADER)
    if rule.seq is None:
        return 0
    written = 0
    seen: set[str] = set()
    for audience in settings.audiences:
        if kind_of(settings.channels[audience.channel]).endpoints or not follows(audience, rule.policy):
            continue
        for chunk in _chunks(audience, rule.policy):
            for one in chunk.recipients:
                why = rule.why(one.accepted)
                if why and one.address not in seen:
                    seen.add(one.address)
                    said = (one.address, one.language, one.accepted or "", why, one.name, one.account)
                    table.writerow([harmless(cell) for cell in (audience.name, *said, rule.version, rule.by)])
                    written += 1
    return written


def _chunks(audience: Audience, policy: str) -> Iterator[Chunk]:
    with open_listing(audience, policy=policy) as listing:
        cursor = None
        while True:
            chunk = listing.chunk_after(cursor, language="und")
            yield chunk
            if chunk.is_last:
                return
            cursor = chunk.cursor


def consent_query(rule: ConsentRule, audience: Audience | None) -> str:
    """Return a query for the company's own database (PostgreSQL, SQLite) that finds the same people.

    ``audience``: one whose query it is written around; without one a table ``person`` with ``accepted`` is meant.
    """
    if rule.seq is None:
        return f"-- No version of {_comment(rule.policy)} in force asks for consent.\nSELECT NULL WHERE 1 = 0;\n"
    versions = ",\n  ".join(f"({_literal(label)}, {seq})" for label, seq in sorted(rule.seqs.items(), key=_by_seq))
    person = ""
    if audience and audience.sql:
        values = {"after": audience.sql.first_cursor, "limit": 2**31 - 1, "policy": rule.policy}
        person = f",\nperson AS (\n{audience.sql.with_values(values).strip().rstrip(';')}\n)"
    return (
        f"-- Who must agree again to {_comment(rule.policy)}: its version {_comment(rule.version)} asks for consent.\n"
        f"WITH version (label, seq) AS (VALUES\n  {versions}){person}\n"
        "SELECT person.* FROM person LEFT JOIN version ON version.label = person.accepted\n"
        f"WHERE version.seq IS NULL OR version.seq < {rule.seq};\n"
    )


def _by_seq(pair: tuple[str, int]) -> int:
    return pair[1]


def _comment(text: str) -> str:
    return " ".join(text.split())


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
