"""What the rest of the program asks of a redline: which sections changed, and how."""

from __future__ import annotations

from policy_site.model import SectionChange
from policy_site.redlines.tree import Redline


def section_changes(redline: Redline) -> tuple[SectionChange, ...]:
    """Return each section that changed with what matters most of it, in the order in which the redline is read."""
    return tuple(
        SectionChange(section.id, section.heading, section.kind)
        for section in redline.changed_sections
        if section.kind is not None
    )
