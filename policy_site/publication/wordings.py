"""Names of visible words: what two revisions must share to say the same."""

from __future__ import annotations

from collections.abc import Sequence

from policy_site.catalogue import Shelf
from policy_site.documents import Source, name_texts
from policy_site.publication.workshop import Workshop, digest_of
from policy_site.settings import Settings
from policy_site.sources import Text, parse_text, without_date


class Wordings:
    """Names the words of texts, and their words with their structure; none is rendered twice for it."""

    def __init__(self, shelves: Sequence[Shelf], settings: Settings, workshop: Workshop) -> None:
        self._settings = settings
        self._workshop = workshop
        self._names: dict[str, str] = {}
        self._forms: dict[str, str] = {}
        bodies: dict[str, None] = {}
        for shelf in shelves:
            own = settings.of(shelf.policy)
            grouping = own.versions.grouping
            texts = (*shelf.texts.values(), *shelf.version_texts.values())
            for revision in (*(entry for found in texts for entry in found), *shelf.archive.values()):
                body = parse_text(revision, is_strict=grouping.is_ours).body
                bodies[body] = None
                if grouping.reads_date:
                    bodies[without_date(body, settings=own)] = None
        self._learn(list(bodies), "Reading the texts")

    def _learn(self, bodies: Sequence[str], purpose: str) -> None:
        sources = [Source(digest_of(body), body) for body in bodies]
        for start in range(0, len(sources), _BATCH):
            batch = sources[start : start + _BATCH]
            named = name_texts(
                batch,
                extensions=self._settings.content.reading,
                memo_folder=self._workshop.cache,
                jobs=self._workshop.jobs,
                given_up=self._workshop.given_up,
                progress=self._workshop.step(purpose, start, len(sources)),
            )
            for source in batch:
                self._names[source.body], self._forms[source.body] = named[source.key]

    def name(self, text: Text) -> str:
        """Return the name of a text's words."""
        if text.body not in self._names:
            self._learn([text.body], "")
        return self._names[text.body]

    def form(self, text: Text) -> str:
        """Return the name of a text's words together with their structure."""
        if text.body not in self._forms:
            self._learn([text.body], "")
        return self._forms[text.body]


_BATCH = 256
"""Documents held at a time while only their words are asked for."""
