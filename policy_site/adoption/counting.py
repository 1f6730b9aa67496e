"""How many versions each way to them would give, counted by the words that readers would see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from policy_site.catalogue import Shelf, Wording, compile_catalogue
from policy_site.settings import Settings
from policy_site.sources import find_date, find_other_date, parse_text


@dataclass(frozen=True, slots=True)
class Count:
    """What one policy's history gives, in its authoritative language."""

    policy: str
    revisions: int
    """Texts that differ from the one before in any sign."""
    wordless: int
    """Those of them that changed no word."""
    dates: int
    """Different dates that texts name."""
    undated: int
    """Versions by date that have their day from their commit: other words under an old date, or under none."""
    disagreeing: int
    """Texts that name two different dates at once."""
    versions: Mapping[str, int]
    """Versions by way."""


def count_versions(
    shelves: Sequence[Shelf], settings: Settings, *, wording: Wording, month_names: Mapping[str, int], as_of: datetime
) -> tuple[Count, ...]:
    """Count what each way gives for each policy."""
    ways = ["revision", "day", *(["date"] if settings.versions.date_patterns or settings.versions.date_keys else [])]
    if any(shelf.tags for shelf in shelves):
        ways.append("tag")
    counted: dict[str, dict[str, int]] = {shelf.policy: {} for shelf in shelves}
    for way in ways:
        catalogue = compile_catalogue(
            shelves,
            settings=_by(way, settings),
            as_of=as_of,
            wording=wording,
            month_names=month_names,
            is_complete=True,
        )
        for policy in catalogue.policies:
            counted[policy.id][way] = len(policy.versions)
    return tuple(_count(shelf, settings, counted[shelf.policy], wording, month_names) for shelf in shelves)


def _by(way: str, settings: Settings) -> Settings:
    versions = settings.versions.model_copy(update={"source": way})
    policies = tuple(policy.model_copy(update={"source": None}) for policy in settings.policies)
    return settings.model_copy(update={"versions": versions, "policies": policies})


def _count(
    shelf: Shelf, settings: Settings, versions: Mapping[str, int], wording: Wording, month_names: Mapping[str, int]
) -> Count:
    texts = [parse_text(revision, is_strict=False) for revision in shelf.texts.get(settings.authoritative_locale, ())]
    words = [wording(text) for text in texts]
    days = {find_date(text, settings=settings, month_names=month_names) for text in texts} - {None}
    wordless = sum(old == new for old, new in pairwise(words))
    others = sum(find_other_date(text, settings=settings, month_names=month_names) is not None for text in texts)
    by_date = versions.get("date", 0)
    return Count(
        policy=shelf.policy,
        revisions=len(texts),
        wordless=wordless,
        dates=len(days),
        undated=max(by_date - len(days), 0),
        disagreeing=others,
        versions=versions,
    )
