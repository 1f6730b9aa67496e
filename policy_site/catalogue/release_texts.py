"""The texts that release notes are about: which label each belongs to, and what is wrong with those of today.

The label decides, not the file: it stands in the front matter of ``en.md``, and in the name of a file in
``versions/`` or ``archive/``. So two versions can be announced at a time, each in a file of its own, while ``en.md``
holds the text in force.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches

from policy_site.catalogue.grouping import Shelf, Wording, finding
from policy_site.model import Finding, Revision
from policy_site.sources import Text, parse_text

RULE = "version-label"
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def read_text(revision: Revision) -> Text:
    """Take a text apart whose front matter is ours."""
    return parse_text(revision, is_strict=True)


def texts_by_label(shelf: Shelf, locale: str) -> Mapping[str, list[Revision]]:
    """Return the revisions of each version's text in a language, oldest first."""
    labelled: dict[str, list[Revision]] = {}
    for (label, archived_locale), revision in sorted(shelf.archive.items()):
        if archived_locale == locale:
            labelled.setdefault(label, []).append(revision)
    for revision in shelf.texts.get(locale, ()):
        if label := read_text(revision).version:
            labelled.setdefault(label, []).append(revision)
    for (label, own_locale), revisions in sorted(shelf.version_texts.items()):
        if own_locale == locale:
            others = labelled.get(label, [])
            labelled[label] = _in_line(others, revisions) if others else list(revisions)
    return labelled


def _in_line(first: Sequence[Revision], second: Sequence[Revision]) -> list[Revision]:
    """Lay two rows of revisions, each in the order of the branch, on one line of time."""
    timed: list[tuple[datetime, int, Revision]] = []
    for row, revisions in enumerate((first, second)):
        latest = _FIRST
        for revision in revisions:
            is_archived = revision.commit is None and revision.committed_at is None and not timed
            latest = _FIRST if is_archived else max(latest, revision.committed_at or _LAST)
            timed.append((latest, row, revision))
    return [revision for _, _, revision in sorted(timed, key=lambda entry: entry[:2])]


def living_texts(shelf: Shelf, locale: str) -> tuple[Revision, ...]:
    """Return the texts in a language that are there now, without those of the archive."""
    common = shelf.texts.get(locale, ())
    own = [shelf.version_texts[key][-1] for key in sorted(shelf.version_texts_at_tip) if key[1] == locale]
    return (*(common[-1:] if locale not in shelf.missing_at_tip else ()), *own)


def report_texts(shelf: Shelf, *, authoritative: str, wording: Wording) -> Iterator[Finding]:
    """Look at the texts as they are now: old ones can no longer be mended."""
    for locale, revisions in sorted(shelf.texts.items()):
        tip = revisions[-1]
        text = read_text(tip)
        yield from text.findings
        if locale not in shelf.missing_at_tip and not text.findings:
            yield from _report_common_text(shelf, tip, text, authoritative=authoritative)
    for label, locale in sorted(shelf.version_texts_at_tip):
        yield from _report_own_text(shelf, label, shelf.version_texts[label, locale][-1])
    if not living_texts(shelf, authoritative):
        yield _missing_text(shelf, authoritative)
    yield from _report_labels(shelf, wording)


def _report_common_text(shelf: Shelf, tip: Revision, text: Text, *, authoritative: str) -> Iterator[Finding]:
    if not tip.text.strip():
        yield finding(tip.path, "This file is empty.", "Restore the text, or delete the file.", rule="empty-text")
        return
    if not text.version and not text.front_matter:
        message = "This text does not begin with its title and its version label."
        remedy = "Write `---`, `title: …`, `version: …` and `---` above it, each on its own line."
        yield finding(tip.path, message, remedy, rule=RULE, line=1, settles=_notes_of(shelf))
        return
    if not text.version:
        message = "This text has no version label."
        remedy = "Write `version:` and the label of its release note between the lines of hyphens at the top."
        yield finding(tip.path, message, remedy, rule=RULE, line=1, settles=_notes_of(shelf))
    elif text.version not in shelf.notes and not _note_of_short_days(shelf, text.version) and _is_first(shelf, tip):
        yield _without_note(shelf, tip, text, authoritative=authoritative)
    if not text.title and not any(one.rule == "title" for one in text.findings):
        yield _without_title(tip)


def _notes_of(shelf: Shelf) -> tuple[str, ...]:
    """Return the names of the findings about notes that no text is labelled for."""
    return tuple(f"{RULE} {notes[-1].path}" for _, notes in sorted(shelf.notes.items()))


def _without_note(shelf: Shelf, tip: Revision, text: Text, *, authoritative: str) -> Finding:
    """Return what is wrong with a text whose version has no release note; one note without a text is the one meant."""
    label, locale = text.version, next(key for key, revisions in shelf.texts.items() if revisions[-1] == tip)
    line = line_of_label(tip)
    settles = [f"required-languages {shelf.policy}/{locale}"]
    strays = [other for other in shelf.notes if not texts_by_label(shelf, authoritative).get(other)]
    near = next(iter(get_close_matches(label, shelf.notes, n=1)), "")
    if len(strays) == 1 and locale == authoritative:
        note = shelf.notes[strays[0]][-1].path
        message = f"This text is labelled version {label!r}, but its release note seems to be {note}."
        remedy = f"Write `version: {strays[0]}` here, or rename the release note to {shelf.policy}/releases/{label}.md."
        settles.append(f"{RULE} {note}")
    else:
        message = f"This text is labelled version {label!r}, but that version has no release note."
        remedy = f"Write {shelf.policy}/releases/{label}.md, or correct the label."
        if near and locale != authoritative:
            remedy = f"Write `version: {near}`, or add {shelf.policy}/releases/{label}.md."
    return finding(
        tip.path,
        message,
        remedy,
        rule=RULE,
        line=line,
        subject=f"{shelf.policy}/releases/{label}.md",
        settles=tuple(settles),
    )


def line_of_label(revision: Revision) -> int:
    """Return the line on which a text says which version it is; the first one where it says nothing."""
    return 1 + revision.text[: max(revision.text.find("version:"), 0)].count("\n")


def _is_first(shelf: Shelf, tip: Revision) -> bool:
    """Say whether a text is the first of those that name a version without a note: one fault is told once."""
    tips = [revisions[-1] for locale, revisions in sorted(shelf.texts.items()) if locale not in shelf.missing_at_tip]
    label = read_text(tip).version
    return next((one for one in tips if read_text(one).version == label), tip) == tip


def _note_of_short_days(shelf: Shelf, label: str) -> str:
    """Return the label of a note whose day is written without its zeros, as in 2027-1-15; empty where there is none."""
    return next((other for other in shelf.notes if other != label and full_days(other) == label), "")


def full_days(label: str) -> str:
    """Return a label with the zeros of its day: ``2027-1-15`` is meant as ``2027-01-15``."""
    return re.sub(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", _with_zeros, label)


def _with_zeros(found: re.Match[str]) -> str:
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"


def _report_own_text(shelf: Shelf, label: str, tip: Revision) -> Iterator[Finding]:
    text = read_text(tip)
    yield from text.findings
    if text.version not in ("", label):
        message = f"This file is named after version {label!r}, but its label says {text.version!r}."
        remedy = "Correct one of the two, or remove `version:`: a file named after a version does not need it."
        yield finding(tip.path, message, remedy, rule=RULE, line=1)
    elif label not in shelf.notes:
        message = f"This file is named after version {label!r}, but that version has no release note."
        remedy = f"Write {shelf.policy}/releases/{label}.md, or rename this file."
        yield finding(tip.path, message, remedy, rule=RULE, line=1, subject=f"{shelf.policy}/releases/{label}.md")
    if not text.findings and not text.title:
        yield _without_title(tip)


def _without_title(tip: Revision) -> Finding:
    return finding(
        tip.path, "This text has no title.", "Write `title:` and the title at the top.", rule="title", line=1
    )


def _missing_text(shelf: Shelf, authoritative: str) -> Finding:
    revisions = shelf.texts.get(authoritative, ())
    path = revisions[-1].path if revisions else f"{shelf.policy}/{authoritative}.md"
    message = f"The policy {shelf.policy!r} has no text in its authoritative language, {authoritative!r}."
    return finding(path, message, "Add this file, or remove the policy from site.toml.", rule="missing-text")


def _report_labels(shelf: Shelf, wording: Wording) -> Iterator[Finding]:
    for (label, locale), revision in sorted(shelf.archive.items()):
        own = shelf.version_texts.get((label, locale), ())
        clashing = [*(text for text in shelf.texts.get(locale, ()) if read_text(text).version == label), *own]
        if clashing:
            message = f"The version label {label!r} is used twice: here and in {clashing[-1].path}."
            remedy = "Give one of the two texts a different label, and a release note of that name."
            yield finding(revision.path, message, remedy, rule=RULE)
        before = shelf.archive_before.get((label, locale), revision)
        if wording(read_text(before)) != wording(read_text(revision)):
            message = f"The wording of the archived version {label!r} changed after it was added."
            remedy = f"Restore it: `git checkout {(before.commit or '')[:12]} -- {before.path}`."
            yield finding(revision.path, message, remedy, rule="wording-without-release")
        if label not in shelf.notes:
            message = f"The archived version {label!r} has no release note."
            remedy = f"Write {shelf.policy}/releases/{label}.md with its dates."
            yield finding(revision.path, message, remedy, rule=RULE)
    for label, locale in sorted(shelf.version_texts_at_tip):
        own_text = shelf.version_texts[label, locale][-1]
        common = shelf.texts[locale][-1] if locale in shelf.texts and locale not in shelf.missing_at_tip else None
        is_named_twice = common is not None and read_text(common).version == label
        if common and is_named_twice and wording(read_text(common)) != wording(read_text(own_text)):
            message = f"{common.path} is also labelled version {label!r}, but its wording is different."
            remedy = f"Correct the label in {common.path}, or delete one of the two files."
            yield finding(own_text.path, message, remedy, rule=RULE, line=1)
    folded: dict[str, str] = {}
    for label in sorted(shelf.notes):
        other = folded.setdefault(label.casefold(), label)
        if other != label:
            message = (
                f"The version labels {other!r} and {label!r} differ only in capital letters and would get the same"
                " address."
            )
            yield finding(shelf.notes[label][-1].path, message, "Rename one of them.", rule=RULE)
