"""The ways of grouping revisions into versions that ``versions.source`` of ``site.toml`` may name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way, as everybody but the catalogue has to know it."""

    name: str
    """What ``site.toml`` calls it; its function is ``group`` in ``catalogue/NAME.py``."""
    is_ours: bool
    """The content is written for this program. Then an unknown key of front matter is a fault, sections meet by the
    ids that authors gave them, and what is published is never reworded. Otherwise none of it can be demanded, and what
    looks wrong is a hint."""
    has_notes: bool
    """Release notes and an archive stand beside the texts."""
    reads_date: bool
    """The date that a text names itself is read as ``site.toml`` says, and no difference of words."""


GROUPINGS: tuple[Grouping, ...] = (
    Grouping("release", is_ours=True, has_notes=True, reads_date=False),
    Grouping("date", is_ours=False, has_notes=False, reads_date=True),
    Grouping("revision", is_ours=False, has_notes=False, reads_date=False),
    Grouping("day", is_ours=False, has_notes=False, reads_date=False),
    Grouping("tag", is_ours=False, has_notes=False, reads_date=False),
)
"""Every way; add yours here. The first is the one of a site that names none."""


def grouping(name: str) -> Grouping:
    """Return the way of this name; raise :class:`ValueError`, which tells the names there are, where there is none."""
    for way in GROUPINGS:
        if way.name == name:
            return way
    *most, last = (repr(way.name) for way in GROUPINGS)
    raise ValueError(f"Input should be {', '.join(most)} or {last}")
