"""A version withdrawn or postponed: its note says so, and the texts say again what applies."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from policy_site.catalogue import standing, version_in_force
from policy_site.drafting.front_matter import with_fact
from policy_site.drafting.values import Draft, Shelf
from policy_site.errors import UsageError
from policy_site.model import Standing, Version
from policy_site.sources.front_matter import split_front_matter


def draft_withdrawal(shelf: Shelf, label: str, day: date) -> Draft:
    """Withdraw a version from ``day`` on; files that hold its words get those of the text in force back."""
    files = {shelf.note_path(label): with_fact(shelf.note(label), "withdrawn", day.isoformat())}
    version = _announced(shelf, label, "withdrawn")
    in_force = version_in_force(shelf.policy, shelf.publication.as_of) if shelf.policy else None
    restored: list[str] = []
    for locale, path in shelf.texts.items():
        written = split_front_matter(shelf.files[path], path=path).facts.get("version")
        if written != label:
            continue
        kept = f"{shelf.folder}/versions/{label}.{locale}.md"
        edition = in_force.editions.get(locale) if in_force else None
        if edition is None or kept in shelf.files:
            continue
        files[kept] = shelf.files[path]
        files[path] = edition.revision.text
        restored.append(path)
    remarks = [
        f"{path} has the words that are in force again; those of {label} are kept in {shelf.folder}/versions/."
        for path in restored
    ]
    if version is not None and version.effective_date <= shelf.today:
        remarks.append(f"Version {label} applied already: the one before it is in force again from {day.isoformat()}.")
    remarks.append("People who were told of the version are told that it does not come, with the merge.")
    return Draft(
        summary=f"Version {label} of {shelf.policy_id} is withdrawn on {day.isoformat()}.",
        files=MappingProxyType(files),
        remarks=tuple(remarks),
        label=label,
        facts=MappingProxyType({"label": label, "withdrawn": day.isoformat()}),
    )


def draft_postponement(shelf: Shelf, label: str, day: date) -> Draft:
    """Let an announced version take effect on another day."""
    note = shelf.note(label)
    version = _announced(shelf, label, "moved")
    if version is not None and version.effective_date <= shelf.today:
        raise UsageError(
            f"Version {label} applies since {version.effective_date.isoformat()}; it cannot be moved.",
            remedy="Withdraw it, or release another version.",
        )
    if day <= shelf.today:
        raise UsageError(f"{day.isoformat()} is not ahead.", remedy="Name a day that lies ahead.")
    before = str(split_front_matter(note, path=label).facts.get("effective", ""))
    if before == day.isoformat():
        raise UsageError(f"Version {label} takes effect on that day already.", remedy="Name another day.")
    remarks = ["The label stays, whatever day it names: addresses never change."]
    if before and day.isoformat() < before:
        remarks.append(
            "Readers were told a later day: record why it is earlier and who approved that, in the release note's"
            " `exception:`."
        )
    remarks.append("People who were told of the version are told the new day, with the merge.")
    return Draft(
        summary=f"Version {label} of {shelf.policy_id} takes effect on {day.isoformat()}, and no longer on {before}.",
        files=MappingProxyType({shelf.note_path(label): with_fact(note, "effective", day.isoformat())}),
        remarks=tuple(remarks),
        label=label,
        facts=MappingProxyType({"label": label, "effective": day.isoformat(), "effective_before": before}),
    )


def _announced(shelf: Shelf, label: str, done: str) -> Version | None:
    """Return a version as it is published, ``None`` for a draft; refuse one that cannot be changed any more."""
    policy = shelf.policy
    version = next((version for version in policy.versions if version.label == label), None) if policy else None
    if policy is None or version is None:
        return None
    where = standing(policy, version, shelf.publication.as_of)
    if where in (Standing.SUPERSEDED, Standing.WITHDRAWN):
        raise UsageError(
            f"Version {label} is {where.value}; it cannot be {done}.",
            remedy="Name a version that is announced or in force: `policy-site log` lists them.",
        )
    return version
