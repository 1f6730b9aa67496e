"""The words that a rendering adds, given by the caller in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.redlines.tree import Note, NoteKind


@dataclass(frozen=True, slots=True)
class RedlinePhrases:
    """What is said around the words of a policy. ``{…}`` are filled in; a phrase may leave them out."""

    deleted: str = "Deleted:"
    deletion_ends: str = "End of deletion."
    added: str = "Added:"
    addition_ends: str = "End of addition."
    moved_to: str = "Moved to “{heading}”"
    moved_within: str = "Moved within this section"
    moved_words: str = "Show the moved words"
    moved_from: str = "Moved here from “{heading}”"
    moved_here: str = "Moved here from elsewhere in this section"
    move_ends: str = "End of the moved part."
    renumbered: str = "Renumbered from {old} to {new}"
    split: str = "New paragraph begins here."
    merged: str = "The paragraphs before and after this place were joined."
    link: str = "Link changed from {old} to {new}"
    link_added: str = "Link added to {new}"
    link_removed: str = "Link to {old} removed"
    image: str = "Image changed from {old} to {new}"
    formatting: str = "Formatting: {old} → {new}"
    format_none: str = "plain"
    format_b: str = "bold"
    format_strong: str = "bold"
    format_em: str = "italic"
    format_i: str = "italic"
    format_code: str = "code"
    format_kbd: str = "keyboard key"
    format_del: str = "crossed out"
    format_s: str = "crossed out"
    format_ins: str = "underlined"
    format_u: str = "underlined"
    format_mark: str = "highlighted"
    format_small: str = "small print"
    format_sub: str = "subscript"
    format_sup: str = "superscript"
    heading_level: str = "Heading level changed from {old} to {new}"
    id: str = "Address changed from #{old} to #{new}"
    block_kind: str = "Kind of paragraph changed"
    to_item: str = "The paragraph became an item of a list"
    to_paragraph: str = "The item of a list became a paragraph"
    list_level: str = "List level {old} → {new}"
    list_numbered: str = "Bullets became numbers: {new}"
    list_bulleted: str = "Numbers became bullets"
    item_number: str = "Number {old} → {new}"
    quoted: str = "Became a quotation"
    unquoted: str = "No longer a quotation"
    span: str = "Columns × rows of the cell: {old} → {new}"  # noqa: RUF001 - the sign for times
    title: str = "Title changed from “{old}” to “{new}”"
    own_deleted: str = "Crossed out in the policy itself:"
    own_added: str = "Underlined in the policy itself:"
    matter_email: str = "Email addresses"
    matter_link: str = "Links"
    matter_date: str = "Dates"
    matter_age: str = "Ages"
    matter_period: str = "Periods"
    matter_percentage: str = "Percentages"
    matter_amount: str = "Amounts"
    matter_reference: str = "Cross-references"
    matter_number: str = "Numbers"
    matter_negation: str = "Negations"
    matter_modal: str = "May, must, shall"
    matter_party: str = "Companies and recipients"
    matter_term: str = "Defined terms"
    previous: str = "Previous change"
    next: str = "Next change"
    unnamed: str = "the beginning"
    """Name of a section without a heading."""

    def of(self, note: Note) -> str:
        """Return what is said of a note."""
        phrase: str = getattr(self, note.kind.replace("-", "_"))
        old, new = self.values_of(note)
        return fill(phrase, old=old, new=new)

    def values_of(self, note: Note) -> tuple[str, str]:
        """Return what a note says was and is there; formatting in words, not in the names of elements."""
        if note.kind is not NoteKind.FORMATTING:
            return note.old, note.new
        return self._formats(note.old), self._formats(note.new)

    def _formats(self, names: str) -> str:
        return ", ".join(getattr(self, f"format_{name}") for name in names.split() or ("none",))


def matter_of(phrases: RedlinePhrases, kind: str) -> str:
    """Return what a kind of evidence is called."""
    name: str = getattr(phrases, f"matter_{kind}")
    return name


def fill(phrase: str, **values: str) -> str:
    """Put values in the places of a phrase; braces in a value stay as they are."""
    parts = phrase.split("{")
    filled = parts[0]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        filled += values[name] + rest if brace and name in values else "{" + part
    return filled


ENGLISH = RedlinePhrases()
"""The phrases of the terminal, and of callers that have no other."""
