"""A review for machines."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from enum import Enum
from typing import Any

from policy_site.review.sentences import overview
from policy_site.review.values import Review

_OURS = frozenset({"subject", "settles"})
"""Of a finding: by which it is told once."""


def to_json(review: Review) -> dict[str, Any]:
    """Return a review as JSON values; days and instants as ISO 8601."""
    written: dict[str, Any] = _plain(asdict(review))
    return {
        "overview": overview(review),
        "touches_no_word": review.touches_no_word,
        "would_build": not review.refusals
        and not review.conflicts
        and not any(finding.severity.value == "error" for finding in review.findings),
        **written,
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON has no common type
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items() if key not in _OURS}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
