"""What is said around the words of a redline, in the reader's language."""

from __future__ import annotations

from policy_site import localization
from policy_site.redlines.phrases import RedlinePhrases


def redline_phrases(phrases: localization.Phrases) -> RedlinePhrases:
    """Return the phrases that a redline needs; ``{…}`` is what its renderer fills in."""
    old, new, heading = "{old}", "{new}", "{heading}"
    return RedlinePhrases(
        # Translators: Read aloud before the words that were deleted.
        deleted=phrases.gettext("Deleted:"),
        deletion_ends=phrases.gettext("End of deletion."),
        # Translators: Read aloud before the words that were added.
        added=phrases.gettext("Added:"),
        addition_ends=phrases.gettext("End of addition."),
        moved_to=phrases.gettext("Moved to “%(heading)s”", heading=heading),
        moved_within=phrases.gettext("Moved within this section"),
        moved_words=phrases.gettext("Show the moved words"),
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
        # Translators: Kinds of formatting, as "plain → bold, italic".
        formatting=phrases.gettext("Formatting: %(old)s → %(new)s", old=old, new=new),
        # Translators: Kinds of formatting, named after “Formatting:”; this one is said of words without any.
        format_none=phrases.gettext("plain"),
        format_b=phrases.gettext("bold"),
        format_strong=phrases.gettext("bold"),
        format_em=phrases.gettext("italic"),
        format_i=phrases.gettext("italic"),
        # Translators: Set in a typewriter's letters.
        format_code=phrases.gettext("code"),
        format_kbd=phrases.gettext("keyboard key"),
        format_del=phrases.gettext("crossed out"),
        format_s=phrases.gettext("crossed out"),
        format_ins=phrases.gettext("underlined"),
        format_u=phrases.gettext("underlined"),
        format_mark=phrases.gettext("highlighted"),
        format_small=phrases.gettext("small print"),
        format_sub=phrases.gettext("subscript"),
        format_sup=phrases.gettext("superscript"),
        heading_level=phrases.gettext("Heading level changed from %(old)s to %(new)s", old=old, new=new),
        # Translators: The address of a section within its page: #old and #new.
        id=phrases.gettext("Address changed from #%(old)s to #%(new)s", old=old, new=new),
        block_kind=phrases.gettext("Kind of paragraph changed"),
        to_item=phrases.gettext("The paragraph became an item of a list"),
        to_paragraph=phrases.gettext("The item of a list became a paragraph"),
        # Translators: How deep an item of a list stands: 1 is the outermost list.
        list_level=phrases.gettext("List level %(old)s → %(new)s", old=old, new=new),
        list_numbered=phrases.gettext("Bullets became numbers: %(new)s", new=new),
        list_bulleted=phrases.gettext("Numbers became bullets"),
        # Translators: The number of an item of a list, as it was and as it is.
        item_number=phrases.gettext("Number %(old)s → %(new)s", old=old, new=new),
        quoted=phrases.gettext("Became a quotation"),
        unquoted=phrases.gettext("No longer a quotation"),
        # Translators: How many columns and rows a cell of a table reaches over, as "2 by 1" with the sign for times.
        span=phrases.gettext("Columns × rows of the cell: %(old)s → %(new)s", old=old, new=new),  # noqa: RUF001
        title=phrases.gettext("Title changed from “%(old)s” to “%(new)s”", old=old, new=new),
        # Translators: Read aloud before words that the policy itself shows as struck out: no change between versions.
        own_deleted=phrases.gettext("Crossed out in the policy itself:"),
        own_added=phrases.gettext("Underlined in the policy itself:"),
        matter_email=phrases.gettext("Email addresses"),
        matter_link=phrases.gettext("Links"),
        matter_date=phrases.gettext("Dates"),
        matter_age=phrases.gettext("Ages"),
        matter_period=phrases.gettext("Periods"),
        matter_percentage=phrases.gettext("Percentages"),
        matter_amount=phrases.gettext("Amounts"),
        matter_reference=phrases.gettext("Cross-references"),
        matter_number=phrases.gettext("Numbers"),
        matter_negation=phrases.gettext("Negations"),
        # Translators: Words that say what someone may, must or must not do.
        matter_modal=phrases.gettext("May, must, shall"),
        matter_party=phrases.gettext("Companies and recipients"),
        matter_term=phrases.gettext("Defined terms"),
        previous=phrases.gettext("Previous change"),
        next=phrases.gettext("Next change"),
        unnamed=phrases.gettext("Introduction"),
    )
