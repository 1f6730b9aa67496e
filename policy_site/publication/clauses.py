"""Which sections of a policy changed over time: those have a history to tell."""

from __future__ import annotations

from itertools import pairwise

from policy_site.model import Policy
from policy_site.publication import Publication


def changed_sections(policy: Policy, publication: Publication) -> tuple[str, ...]:
    """Return the ids of the sections that ever changed in the policy's authoritative texts, by their first change.

    A section that stands in every text as it stood in the first has no history to tell.
    """
    editions = (version.editions.get(policy.authoritative_locale) for version in policy.versions)
    documents = [publication.documents.get(edition.digest) for edition in editions if edition]
    found: dict[str, None] = {}
    for older, newer in pairwise(document for document in documents if document):
        before, after = ({section.id: section for section in each.sections} for each in (older, newer))
        is_in_order = [each for each in before if each in after] == [each for each in after if each in before]
        for section_id in (*before, *after):
            if before.get(section_id) != after.get(section_id) or not is_in_order:
                found[section_id] = None
    return tuple(found)
