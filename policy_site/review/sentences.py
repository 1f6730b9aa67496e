"""The sentences of a review, the same in the comment and on the page."""

from __future__ import annotations

from datetime import date

from policy_site.model import EventKind
from policy_site.review.values import EventReview, Move, PolicyReview, Review, TextReview, VersionReview

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_KINDS = {
    EventKind.PUBLISHED: "announced",
    EventKind.RECORDED: "added to the record of the past",
    EventKind.EFFECTIVE: "takes effect",
    EventKind.CORRECTED: "release note corrected",
    EventKind.RESCHEDULED: "moved to another day",
    EventKind.WITHDRAWN: "withdrawn",
    EventKind.TRANSLATED: "translated",
    EventKind.REVIEWED: "looked through",
    EventKind.RETIRED: "policy ends",
}
NO_WORD = "No word, link or fact changes for readers: they are shown and told the same as before."


def day_in_words(day: date) -> str:
    """Write a day as lawyers do: 1 March 2027."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def kind_in_words(event: EventReview) -> str:
    """Say what an event tells."""
    words = _KINDS.get(event.kind, event.kind.value)
    return f"{words} ({event.language})" if event.language else words


def count(number: int, noun: str) -> str:
    """Write a number of things: 1 day, 2 days."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def headline(version: VersionReview) -> str:
    """Say in one sentence what merging does to a version."""
    level = f"{version.significance.value}{'' if version.is_significance_declared else ' (set for the whole site)'}"
    if version.move is Move.WITHDRAWN:
        return f"Version {version.label} is withdrawn: it was to apply from {day_in_words(version.effective)}."
    if version.move is Move.RESCHEDULED and version.effective_before:
        return (
            f"Version {version.label} takes effect on {day_in_words(version.effective)}, and no longer on"
            f" {day_in_words(version.effective_before)}."
        )
    if version.move is Move.CORRECTED:
        return f"The release note of version {version.label} is corrected; the text stays as it is."
    if version.move is Move.TRANSLATED:
        return f"A translation of version {version.label} gets a new text or new words."
    if version.move is Move.REWORDED:
        told = words_sentence(version.words_added, version.words_deleted)
        told = "no word changes, but links do" if version.changes_links_only else told
        return f"The text of version {version.label} changes under its label: {told}."
    return f"Version {version.label}, {level}, takes effect on {day_in_words(version.effective)}."


def notice_sentence(version: VersionReview) -> str:
    """Say how long before readers are told; empty where nobody has to be."""
    if version.move in (Move.WITHDRAWN, Move.CORRECTED, Move.TRANSLATED, Move.REWORDED):
        return ""
    if version.effective < version.published:
        return f"It is announced on {day_in_words(version.published)}, after its effective date."
    told = f"It is announced on {day_in_words(version.published)}, {count(version.notice_days, 'day')} before"
    if version.promised_days is None:
        return f"{told}."
    if version.notice_days < version.promised_days:
        reason = ", and the release note records an exception" if version.has_exception else ": this is too short"
        return f"{told}; site.toml promises {version.promised_days}{reason}."
    return f"{told}; site.toml promises {version.promised_days}."


def compared_with(version: VersionReview) -> str:
    """Say what a version is compared with, and how much changes."""
    told = words_sentence(version.words_added, version.words_deleted)
    if version.move is Move.REWORDED:
        return f"Against the text that stands there now, {told}"
    return f"Against version {version.predecessor}, which applies until then, {told}"


def words_sentence(added: int, deleted: int) -> str:
    """Say how much changes."""
    if not added and not deleted:
        return "no word changes"
    return f"{count(added, 'word')} added, {count(deleted, 'word')} deleted"


def text_sentence(text: TextReview) -> str:
    """Say what becomes of one file."""
    if text.is_gone:
        return "is deleted"
    if text.is_new:
        return f"is new, {count(text.words_added, 'word')}"
    if text.is_form_only:
        return "is written in another form; readers see the same"
    if text.changes_links_only:
        return "no word changes; links do"
    return words_sentence(text.words_added, text.words_deleted)


def known_sentence(text: TextReview) -> str:
    """Say that a new text was to be read elsewhere before; empty where it was not."""
    if not text.known_from:
        return ""
    how = (
        "word for word"
        if not text.known_lines_differing
        else f"with {count(text.known_lines_differing, 'line')} changed"
    )
    return f"The text of {text.known_from} becomes the text of {text.path}, {how}."


def audience_sentence(event: EventReview) -> str:
    """Say by which ways people hear of an event."""
    if event.is_notice:
        return "sent to everybody: by the notices feed, and by email and webhooks where the notifier is set up"
    return "listed in the changes feed; no notice is sent"


def policy_sentence(policy: PolicyReview) -> str:
    """Say what happens to a policy where no version of it does."""
    if policy.is_form_only:
        return NO_WORD
    return "No version is added or changed: see the findings."


def overview(review: Review) -> str:
    """Say in one line what merging does."""
    if review.touches_no_word:
        return NO_WORD
    moves = [version for policy in review.policies for version in policy.versions]
    if not moves:
        return "No version would take effect by this merge."
    first = min(moves, key=lambda version: version.effective)
    more = f" {len(moves) - 1} more below." if len(moves) > 1 else ""
    known = [known_sentence(text) for policy in review.policies for text in policy.texts]
    return " ".join(filter(None, (headline(first), notice_sentence(first), *known))) + more
