"""The text of a version in other forms, beside its page."""

from __future__ import annotations

from policy_site.catalogue.standing import edition_at, edition_for
from policy_site.formats import EDITION_FORMS, EditionPage
from policy_site.localization import Phrases
from policy_site.localization.names import FIDELITY_NAMES, SIGNIFICANCE_NAMES
from policy_site.model import Edition, Fidelity, Policy, Version
from policy_site.pages import Page, revision_names
from policy_site.web.addresses import Addresses
from policy_site.web.site import File, Site


def view_edition_file(site: Site, page: Page, *, locale: str, policy: Policy, version: str, revision: str = "") -> File:
    """Write a version in a language, or an earlier text of its translation, in one of its forms."""
    name = page.address.rpartition("/")[2]
    form = next(form for form in EDITION_FORMS if form.name == name)
    shown = policy.version(version)
    edition, fidelity = edition_for(policy, shown, locale)
    if revision:
        edition = edition_at(shown.editions[locale], revision_names(policy, shown, locale)[revision])
    phrases = site.phrases(locale)
    edition_page = EditionPage(
        policy=policy,
        version=shown,
        locale=locale,
        edition=edition,
        fidelity=fidelity,
        document=site.document(edition),
        source=site.publication.sources.get(edition.digest) if edition else None,
        facts=_facts(phrases, shown, edition, fidelity),
    )
    return File(form.write(edition_page, Addresses(site.publication.settings.base_url)), form.media_type)


def _facts(
    phrases: Phrases, version: Version, edition: Edition | None, fidelity: Fidelity
) -> tuple[tuple[str, str], ...]:
    facts = [
        (phrases.gettext("Version"), version.label),
        (phrases.gettext("Effective date"), phrases.date_in_words(version.effective_date)),
        (phrases.gettext("Published"), phrases.date_in_words(version.published_date)),
        (phrases.gettext("Type of change"), phrases.gettext(SIGNIFICANCE_NAMES[version.significance])),
        (phrases.gettext("Text"), phrases.gettext(FIDELITY_NAMES[fidelity])),
    ]
    if edition:
        facts.append((phrases.gettext("SHA-256 of the source"), edition.digest))
    return tuple(facts)
