"""Translations as they are now, each with the authoritative text of the version that it renders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy_site.model import Document, Edition, Severity
from policy_site.publication import Publication
from policy_site.sources.headings import line_of_section


@dataclass(frozen=True, slots=True)
class LivingTranslation:
    """A translation that its author can still mend."""

    edition: Edition
    translation: Document
    source: Document
    """The authoritative text of the version that it renders."""
    source_path: str
    severity: Severity
    """How bad it is where the two differ: in repositories that were never written for this program sections have no
    ids and meet by their places, so what is found there is no more than a hint."""

    def line_of(self, section: str) -> int | None:
        """Return the line on which a section's id stands; ``None`` where its author wrote none."""
        return line_of_section(self.edition.revision.text, section)


def living_translations(publication: Publication) -> Iterator[LivingTranslation]:
    """Yield every translation at the tip of the publishing branch whose authoritative text is there."""
    for policy in publication.policies:
        is_ours = publication.settings.grouping_of(policy.id).is_ours
        severity = Severity.WARNING if is_ours else Severity.NOTE
        for version in policy.versions:
            source = version.editions.get(policy.authoritative_locale)
            for locale, edition in version.editions.items():
                if source and locale != policy.authoritative_locale and edition.digest in publication.tips:
                    yield LivingTranslation(
                        edition=edition,
                        translation=publication.documents[edition.digest],
                        source=publication.documents[source.digest],
                        source_path=source.revision.path,
                        severity=severity,
                    )
