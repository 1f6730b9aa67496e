"""What is said around the words of a redline, in the reader's language."""

from __future__ import annotations

from policy_site import localization
from policy_site.redlines.phrases import Phrases


def redline_phrases(phrases: localization.Phrases) -> Phrases:
    """Return the phrases that a redline needs; ``{…}`` is what its renderer fills in."""
    old, new, heading = "{old}", "{new}", "{heading}"
    return Phrases(
        # Translators: Read aloud before the words that were deleted.
        deleted=phrases.gettext("Deleted:"),
        deletion_ends=phrases.gettext("End of deletion."),
        # Translators: Read aloud before the words that were added.
        added=phrases.gettext("Added:"),
        addition_ends=phrases.gettext("End of addition."),
        moved_to=phrases.gettext("Moved to “%(heading)s”", heading=heading),
        moved_within=phrases.gettext("Moved within this section"),
        moved_from=phrases.gettext("Moved here from “%(heading)s”", heading=heading),
        moved_here=phrases.gettext("Moved here from elsewhere in this section"),
        move_ends=phrases.gettext("End of the moved part."),
        renumbered=phrases.gettext("Renumbered from %(old)s to %(new)s", old=old, new=new),
        split=phrases.gettext("A new paragraph begins here."),
        merged=phrases.gettext("The paragraphs before and after this place were joined."),
        link=phrases.gettext("Link changed from %(old)s to %(new)s", old=old, new=new),
        link_added=phrases.gettext("Link to %(new)s added", new=new),
        link_removed=phrases.gettext("Link to %(old)s removed", old=old),
        image=phrases.gettext("Image changed from %(old)s to %(new)s", old=old, new=new),
        formatting=phrases.gettext("Formatting changed"),
        heading_level=phrases.gettext("Heading level changed from %(old)s to %(new)s", old=old, new=new),
        # Translators: The address of a section within its page: #old and #new.
        id=phrases.gettext("Address changed from #%(old)s to #%(new)s", old=old, new=new),
        block_kind=phrases.gettext("Kind of paragraph changed"),
        previous=phrases.gettext("Previous change"),
        next=phrases.gettext("Next change"),
        unnamed=phrases.gettext("Introduction"),
    )
