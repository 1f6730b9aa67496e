"""Facts of a policy that stand in `site.toml`; the only door to tomlkit, which keeps comments and order."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Any, cast

import tomlkit

from policy_site.drafting.values import Draft
from policy_site.errors import UsageError


def draft_retirement(text: str, *, path: str, policy: str, day: date) -> Draft:
    """Let a policy end: ``day`` is the first on which it applies to nobody."""
    document, entry = _entry(text, policy)
    entry["retired"] = day
    return Draft(
        summary=f"The policy {policy} ends: from {day.isoformat()} on it applies to nobody.",
        files=MappingProxyType({path: tomlkit.dumps(document)}),
        remarks=(
            "Its pages stay, and say so. The change feed tells it on that day; it cannot be taken back after it.",
        ),
        facts=MappingProxyType({"policy": policy, "retired": day.isoformat()}),
    )


def draft_review(text: str, *, path: str, policy: str, day: date, today: date) -> Draft:
    """Record that people looked through a policy on ``day`` and found nothing to change."""
    if day > today:
        raise UsageError(f"{day.isoformat()} lies ahead.", remedy="Record a review after it was done.")
    document, entry = _entry(text, policy)
    known = [*entry.get("reviewed", [])]
    if day in known:
        raise UsageError(f"A review on {day.isoformat()} is recorded already.", remedy="Nothing is to be done.")
    entry["reviewed"] = sorted([*known, day])
    return Draft(
        summary=f"The policy {policy} was looked through on {day.isoformat()}, and nothing had to change.",
        files=MappingProxyType({path: tomlkit.dumps(document)}),
        remarks=("The change feed tells it with the merge; nobody is sent anything.",),
        facts=MappingProxyType({"policy": policy, "reviewed": day.isoformat()}),
    )


def _entry(text: str, policy: str) -> tuple[tomlkit.TOMLDocument, Any]:
    document = tomlkit.parse(text)
    for entry in cast("list[Any]", document.get("policies", [])):
        if entry.get("id") == policy:
            return document, entry
    raise UsageError(f"site.toml has no policy {policy!r}.", remedy="Name one of [[policies]].")
