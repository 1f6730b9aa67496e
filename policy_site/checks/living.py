"""The authoritative texts that an author can still change: at the tip, announced or in force."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.catalogue import standing
from policy_site.model import Document, Edition, Policy, Standing, Version
from policy_site.publication import Publication


def living_texts(publication: Publication) -> Iterator[tuple[Policy, Version, Edition, Document]]:
    """Yield the authoritative text of each version that is announced or in force and stands in a file of today."""
    for policy in publication.policies:
        for version in policy.versions:
            edition = version.editions.get(policy.authoritative_locale)
            is_living = standing(policy, version, publication.as_of) in (Standing.UPCOMING, Standing.IN_FORCE)
            if edition and is_living and edition.digest in publication.tips:
                yield policy, version, edition, publication.documents[edition.digest]
