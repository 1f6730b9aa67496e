"""A version older than the site, recorded with its true dates."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from policy_site.drafting.front_matter import with_fact
from policy_site.drafting.values import Draft, Shelf
from policy_site.errors import UsageError
from policy_site.localization import load_phrases


def draft_backfill(
    shelf: Shelf, *, text: str, effective: date, published: date | None, label: str, title: str
) -> Draft:
    """Put an old text into the archive, with a release note that has its dates."""
    label = label or effective.isoformat()
    if label in shelf.labels:
        raise UsageError(f"The label {label!r} is in use.", remedy="Name another with --label.")
    if effective > shelf.today:
        raise UsageError(
            f"{effective.isoformat()} lies ahead.", remedy="Use `policy-site release` for what is to come."
        )
    heading = load_phrases(shelf.authoritative, shelf.publication.catalogues).gettext("What changed")
    told = (published or effective).isoformat()
    note = (
        f"---\npublished: {told}\neffective: {effective.isoformat()}\nsignificance: minor\n"
        f"---\n\n## {heading} {{#summary}}\n\n\n"
    )
    archived = (
        with_fact(with_fact(text, "title", title), "version", label) if title else with_fact(text, "version", label)
    )
    return Draft(
        summary=f"Version {label} of {shelf.policy_id}, which applied from {effective.isoformat()}, is recorded.",
        files=MappingProxyType(
            {f"{shelf.folder}/archive/{label}.{shelf.authoritative}.md": archived, shelf.note_path(label): note}
        ),
        remarks=(
            "Nobody is sent anything about it: it is recorded, with its own dates.",
            f"Write into {shelf.note_path(label)} what changed then, and its significance and categories.",
        ),
        label=label,
        facts=MappingProxyType({"label": label, "effective": effective.isoformat(), "published": told}),
    )
