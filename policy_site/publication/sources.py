"""Texts as they leave in Markdown: without comments, and without front matter that is not for readers.

Where a text holds nothing of the kind, it leaves byte for byte, so that its SHA-256 is that of the file in git.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from policy_site.documents import RenderFault, Source, render_documents
from policy_site.model import Document, Edition
from policy_site.publication.workshop import Workshop
from policy_site.settings import Settings
from policy_site.sources import parse_text, without_hidden_parts
from policy_site.sources.front_matter import split_front_matter
from policy_site.sources.hidden import EMPTY_COMMENT, each_without_one_comment

_MOST_TRIED = 200
"""Comments of one text that are tried one by one."""
_PLAIN_FACT = re.compile(r"(?:title|version):(?: [^#\n]*)?")


def published_sources(
    editions: Mapping[str, Edition],
    rendered: Mapping[str, Document | RenderFault],
    settings: Settings,
    workshop: Workshop,
) -> Mapping[str, str]:
    """Return the Markdown of each text that leaves otherwise than git has it, by its digest.

    What is cut out is tried: the rest must be shown as the whole was. Where it is not, empty comments hold the places
    of those that were cut out; where that is not enough, the text leaves as the HTML that is published.
    """
    printer = _Printer(editions, rendered, settings, workshop)
    wanted = {digest for digest in editions if _published(editions[digest], "") != editions[digest].revision.text}
    sources = printer.drafts_that_hold(wanted, kept={})
    rest = wanted - sources.keys()
    kept = {digest: printer.comments_shown(digest) for digest in sorted(rest)}
    sources |= printer.drafts_that_hold(rest, kept=kept)
    for digest in rest - sources.keys():
        document = rendered[digest]
        html = "" if isinstance(document, RenderFault) else document.html
        sources[digest] = f"{_front_matter(editions[digest])}\n{html}\n"
    return {digest: source for digest, source in sources.items() if source != editions[digest].revision.text}


class _Printer:
    """Tries whether texts are shown as before once something is cut out of them."""

    def __init__(
        self,
        editions: Mapping[str, Edition],
        rendered: Mapping[str, Document | RenderFault],
        settings: Settings,
        workshop: Workshop,
    ) -> None:
        self._editions, self._rendered = editions, rendered
        self._settings, self._workshop = settings, workshop

    def drafts_that_hold(self, digests: set[str], *, kept: Mapping[str, Collection[int]]) -> dict[str, str]:
        """Return the texts with everything cut out, or with empty comments in its place, that are shown as before."""
        found: dict[str, str] = {}
        for placeholder in ("", EMPTY_COMMENT):
            drafts = {
                digest: _published(self._editions[digest], placeholder, kept.get(digest, ()))
                for digest in sorted(digests - found.keys())
            }
            shown = self._are_shown_the_same(
                [(digest, _body(self._editions[digest], drafts[digest])) for digest in drafts]
            )
            found |= {digest: draft for (digest, draft), holds in zip(drafts.items(), shown, strict=True) if holds}
        return found

    def comments_shown(self, digest: str) -> frozenset[int]:
        """Return the numbers of what looks like a comment and is shown: in indented code."""
        edition = self._editions[digest]
        parts = split_front_matter(edition.revision.text, path=edition.revision.path)
        before = edition.revision.text[: len(edition.revision.text) - len(parts.body)]
        drafts = each_without_one_comment(parts.body)[:_MOST_TRIED]
        shown = self._are_shown_the_same([(digest, _body(edition, before + draft)) for draft in drafts])
        return frozenset(number for number, holds in enumerate(shown) if not holds)

    def _are_shown_the_same(self, bodies: Sequence[tuple[str, str]]) -> list[bool]:
        texts = [
            Source(f"{digest} {number}", body, self._editions[digest].title)
            for number, (digest, body) in enumerate(bodies)
        ]
        again = render_documents(
            texts,
            extensions=self._settings.content.reading,
            cache=self._workshop.cache,
            jobs=self._workshop.jobs,
            given_up=self._workshop.given_up,
        )
        before = (self._rendered[digest] for digest, _ in bodies)
        return [_html(again[text.key]) == _html(document) for text, document in zip(texts, before, strict=True)]


def _html(document: Document | RenderFault) -> str | None:
    return None if isinstance(document, RenderFault) else document.html


def _body(edition: Edition, source: str) -> str:
    return parse_text(replace(edition.revision, text=source), is_strict=False).body


def _published(edition: Edition, placeholder: str, kept: Collection[int] = ()) -> str:
    """Return the file without what is not for readers; the very same where it holds nothing of the kind."""
    whole = edition.revision.text
    parts = split_front_matter(whole, path=edition.revision.path)
    written = whole[: len(whole) - len(parts.body)]
    lines = written.split("\n")[1:-2]
    is_plain = bool(parts.facts) and written.startswith("---\n") and all(_PLAIN_FACT.fullmatch(line) for line in lines)
    front_matter = written if is_plain or not written else _front_matter(edition)
    return front_matter + without_hidden_parts(parts.body, placeholder=placeholder, kept=kept)


def _front_matter(edition: Edition) -> str:
    """Return the facts that readers see anyway: the title, and the label of the version."""
    facts = split_front_matter(edition.revision.text, path=edition.revision.path).facts
    lines = [
        f"{name}: {json.dumps(value, ensure_ascii=False)}\n"
        for name in ("title", "version")
        if isinstance(value := facts.get(name), str)
    ]
    return f"---\n{''.join(lines)}---\n" if lines else ""
