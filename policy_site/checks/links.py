"""Links inside the site lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from itertools import islice
from urllib.parse import unquote, urlsplit

from policy_site.catalogue import current_edition
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, GERMAN_BODY, NOTE, TEXT, TRANSLATION, note_with, text_with, translation_with
from policy_site.documents import anchors, links, links_to_nowhere, pictures
from policy_site.history import Wanted
from policy_site.hyperlinks import Kind, Link, bare_address, judge
from policy_site.model import Document, Finding, Policy, Severity, Version
from policy_site.publication import Publication
from policy_site.publication.attachments import Attachment, paths_meant, text_meant
from policy_site.publication.gathering import place_of, sources_of_note
from policy_site.sources import Places
from policy_site.sources.headings import line_of

MAXIMUM = 500
"""Findings for one text: whoever has mended so many is told of the next ones."""


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        for version in policy.versions:
            for edition in version.editions.values():
                if edition.digest in publication.tips:
                    source = Linking(edition.revision.path, edition.revision.text, edition.locale, *place_of(edition))
                    document = publication.documents[edition.digest]
                    found = _Judge(publication, source, own=anchors(document)).findings(document)
                    yield from islice(found, MAXIMUM)
            yield from islice(_in_note(publication, policy, version), MAXIMUM)


def _in_note(publication: Publication, policy: Policy, version: Version) -> Iterator[Finding]:
    """Check the words of a release note in every language that it is written in."""
    note = version.note
    if note is None:
        return
    sources = sources_of_note(policy, version)
    # who was told is told no better by a build that is refused
    is_past = version != policy.versions[-1] and version.effective_at <= publication.as_of
    for locale in note.words:
        said = publication.words.get((policy.id, version.label, locale))
        if said is None or said.is_fallback or version.withdrawn_at is not None:
            continue
        is_own = locale == policy.authoritative_locale
        path = note.path if is_own else f"{note.path.removesuffix('.md')}.{locale}.md"
        words = note.words[locale]
        edition = version.editions.get(locale) or version.editions.get(policy.authoritative_locale)
        own = anchors(publication.documents[edition.digest]) if edition else frozenset()
        own = own.union(*(anchors(document) for document in said.documents))
        for name, document in zip(("summary", "impact", "choices"), said.documents, strict=False):
            line = words.lines.get(name, 1)
            source = Linking(path, getattr(words, name), locale, said.commit, sources, line)
            yield from _Judge(publication, source, own=own, is_past=is_past).findings(document)


@dataclass(frozen=True, slots=True)
class Linking:
    """What links: a text or a release note."""

    path: str
    text: str
    """Where lines are looked for."""
    locale: str
    commit: str | None
    sources: tuple[str, ...]
    """Files that its paths may start from."""
    first_line: int = 1
    """Line of the file on which ``text`` begins."""


class _Judge:
    """Says which links and pictures of one text or note lead nowhere."""

    def __init__(
        self, publication: Publication, source: Linking, *, own: frozenset[str], is_past: bool = False
    ) -> None:
        self._publication = publication
        self._source = source
        self._places = Places(publication.settings)
        is_ours = publication.settings.is_ours
        self._severity = Severity.ERROR if is_ours and not is_past else Severity.WARNING
        self._ids: dict[str, frozenset[str]] = {"": own}

    def findings(self, document: Document) -> Iterator[Finding]:
        """Yield a finding for each address that leads nowhere, in order."""
        for href in links(document):
            if fault := self._fault(href):
                yield self._finding(f"The link {href!r}", *fault, href=href, subject=self._section_meant(href))
        for words in links_to_nowhere(document):
            written = self._address_of(words)
            link = judge(written)
            why = link.fault if link.kind is Kind.REFUSED else "has no address"
            named = f"The link {written!r}" if link.fault else f"The link on the words {words[:60]!r}"
            # the words alone may stand elsewhere, too
            place = next((one for one in (written, f"{words}](", words) if one and one in self._source.text), words)
            yield self._finding(named, why, _REMEDY, href=place)
        for href in pictures(document):
            if fault := self._fault_of_file(href, "does not exist on this site"):
                yield self._of_picture(href, *fault)
        for written in self._foreign_pictures():
            remedy = "Save the picture next to the text, and write its file name."
            yield self._of_picture(written, "is on another site, so it is not shown", remedy)

    def _fault(self, href: str) -> tuple[str, str] | None:
        """Return what is wrong with a link, as the end of a sentence, and the remedy."""
        link = judge(href)
        if meant := bare_address(link):
            return "would be read as the name of a file", f"Write {meant!r}."
        if link.kind is Kind.SITE and self._publication.settings.content.root_links:
            return None
        if link.kind is Kind.SITE:
            return self._fault_of_page(link.address)
        if link.kind not in (Kind.PATH, Kind.HERE):
            return None
        return self._fault_of_place(link, href)

    def _fault_of_place(self, link: Link, href: str) -> tuple[str, str] | None:
        """Judge a link to a section, here or in another text, or to a file."""
        fragment, read = unquote(urlsplit(link.address).fragment), ""
        if link.kind is Kind.PATH and urlsplit(link.address).path:
            locales = (self._source.locale, *self._publication.settings.languages)
            place = text_meant(paths_meant(href, self._source.sources), self._places, locales)
            if place is None:
                return self._fault_of_file(href, "does not match a text or file of this site")
            other = next((policy for policy in self._publication.policies if policy.id == place.policy), None)
            shown = current_edition(other, other.versions[-1], place.locale)[0] if other else None
            if shown is None:
                return "leads to a policy that has no text", _REMEDY
            read = shown.digest
        if read not in self._ids:
            self._ids[read] = anchors(self._publication.documents[read])
        return (
            ("names a section that does not exist", _REMEDY) if fragment and fragment not in self._ids[read] else None
        )

    def _fault_of_file(self, href: str, otherwise: str) -> tuple[str, str] | None:
        attachments = self._publication.attachments
        found = [attachments.get(Wanted(self._source.commit, path)) for path in paths_meant(href, self._source.sources)]
        link = judge(href)
        is_elsewhere = link.kind is Kind.SITE and not link.address.startswith(self._publication.settings.base_path)
        if is_elsewhere or any(isinstance(each, Attachment) for each in found):
            return None
        fault = next((each for each in found if isinstance(each, str)), None)
        if fault:
            return f"names a file that {fault}", "Put another file in its place."
        return otherwise, "Correct the link, or add the file."

    def _fault_of_page(self, address: str) -> tuple[str, str] | None:
        """Judge a path from the root of the host: pages of a language and of a policy are known."""
        settings = self._publication.settings
        path = unquote(urlsplit(address).path)
        if not path.startswith(settings.base_path):
            return None
        first, _, rest = path.removeprefix(settings.base_path).partition("/")
        policy, _, rest = rest.partition("/")
        if first not in settings.languages or not policy or "." in policy:
            return None
        work = next((each for each in self._publication.policies if each.id == policy), None)
        label = rest.split("/")[1] if work and rest.startswith("v/") else ""
        if work is None or (label and label not in {version.label for version in work.versions}):
            return "does not match a page of this site", _REMEDY
        return None

    def _address_of(self, words: str) -> str:
        """Return the address that an author gave to words whose link was dropped; empty where none is found."""
        label = re.escape(words[:60]).replace(r"\ ", r"\s+")
        found = re.search(rf"\[[^\[\]]*{label}[^\[\]]*\]\(\s*<?([^\s)>]*)", self._source.text)
        return found[1] if found else ""

    def _foreign_pictures(self) -> Iterator[str]:
        """Yield the addresses of pictures that are dropped since they are of another host."""
        for found in _PICTURE.finditer(self._source.text):
            written = found[1] or found[2] or ""
            if judge(_unescaped(written)).kind in (Kind.WEB, Kind.REFUSED):
                yield written

    def _of_picture(self, address: str, fault: str, remedy: str) -> Finding:
        """Return a finding about a picture: what stands for it in words is published, so it is never an error."""
        finding = self._finding(f"The picture {address!r}", fault, remedy, href=address)
        return replace(finding, severity=Severity.WARNING)

    def _section_meant(self, href: str) -> str:
        """Return the section that a link names: ``privacy#data``; empty where it names none."""
        link = judge(href)
        fragment = unquote(urlsplit(link.address).fragment) if link.kind in (Kind.PATH, Kind.HERE) else ""
        locales = (self._source.locale, *self._publication.settings.languages)
        meant = [*paths_meant(href, self._source.sources)] if link.kind is Kind.PATH else list(self._source.sources)
        place = text_meant(meant, self._places, locales) if fragment else None
        return f"{place.policy}#{fragment}" if place else ""

    def _finding(self, what: str, fault: str, remedy: str, *, href: str, subject: str = "") -> Finding:
        return Finding(
            path=self._source.path,
            line=line + self._source.first_line - 1 if (line := line_of(self._source.text, href)) else None,
            rule=RULE.name,
            severity=self._severity,
            message=f"{what} {fault}.",
            remedy=remedy,
            subject=subject,
            settles=(f"translated-links {href}",),
        )


def _unescaped(written: str) -> str:
    """Return an address of Markdown without the backslashes that only take a sign for itself."""
    return unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", written))


_REMEDY = "Correct the link, or the id of the section."
_PICTURE = re.compile(r"""!\[[^\[\]\n]*\]\(\s*<?([^\s)>]+)|<img\b[^<>]*?\bsrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


RULE = Rule(
    name="links",
    severities=(Severity.ERROR, Severity.WARNING),
    demand="Links and pictures in release notes, and in a text that is published now, have a target: a section, a "
    "policy, a file beside the text, or a whole address.",
    reason="A reader who follows a link must not be lost, and a notice that was sent cannot be mended. Links to other "
    "sites are not followed: a build needs no network. Pictures of other hosts would tell them who reads.",
    findings=_findings,
    fails={
        TEXT: text_with(BODY.replace("#data)", "#dtaa)")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("#data)", "#dtaa)")),
        NOTE: note_with(
            changes=[{"category": "retention", "sections": ["data"]}, {"category": "link", "sections": ["sharing"]}]
        ),
    },
    passes={
        TEXT: text_with(BODY.replace("#data)", "../privacy/en.md#data)")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("#data)", "../privacy/de.md#data)")),
        NOTE: note_with(
            changes=[{"category": "retention", "sections": ["data"]}, {"category": "link", "sections": ["sharing"]}]
        ),
    },
)
