"""Which languages really have a page: what ``hreflang``, the sitemap and search engines are told, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.localization import SOURCE_LANGUAGE
from policy_site.model import Fidelity, Policy, Version
from policy_site.pages import Listing, Page, PageKind, Translated
from policy_site.web.site import Site


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page, really translated."""

    hreflang: str
    address: str
    """Absolute."""


def translations_of(site: Site, page: Page) -> tuple[str, ...]:
    """Return the locales that really have ``page``: a text of their own where it shows one, else an interface."""
    languages = site.publication.settings.languages
    names = page.parameters
    policy = site.publication.policy(names["policy"]) if "policy" in names else None
    match page.kind.translated:
        case Translated.IN_FORCE if policy and (in_force := site.in_force(policy)):
            return _translated(site, policy, in_force)
        case Translated.NEXT if policy and (ahead := site.upcoming(policy)):
            return tuple(locale for locale in languages if locale in ahead[0].editions)
        case Translated.OWN:
            return (names["locale"],)
        case Translated.VERSION if policy:
            return tuple(locale for locale in languages if locale in policy.version(names["version"]).editions)
    return tuple(locale for locale in languages if has_interface(site, locale))


def has_interface(site: Site, locale: str) -> bool:
    """Say whether the interface speaks ``locale``."""
    return locale.split("-", maxsplit=1)[0] == SOURCE_LANGUAGE or site.phrases(locale).language.tag == locale


def is_fallback(site: Site, page: Page) -> bool:
    """Say whether readers of the page's language are shown another language's text there."""
    return "locale" in page.parameters and page.parameters["locale"] not in translations_of(site, page)


def source_address(site: Site, page: Page) -> str:
    """Return the whole address of the page that a fallback repeats: the same in the authoritative language."""
    names = page.parameters
    locale = (
        site.publication.policy(names["policy"]).authoritative_locale
        if "policy" in names
        else site.publication.settings.authoritative_locale
    )
    return site.absolute_link(page.kind, **{**names, "locale": locale})


def alternates_of(site: Site, page: Page) -> tuple[Alternate, ...]:
    """Return the same page in every language that really has it, itself included, and the one for everybody else."""
    kind = PageKind.POLICIES if page.kind is PageKind.LANGUAGES else page.kind
    translated = translations_of(site, page)
    if is_fallback(site, page) or not translated or kind.listing in (Listing.FILE, Listing.NEVER):
        return ()
    addresses = {locale: site.absolute_link(kind, **{**page.parameters, "locale": locale}) for locale in translated}
    if kind is PageKind.POLICIES:
        default = site.absolute_link(PageKind.LANGUAGES)
    else:
        source = source_address(site, page)
        default = source if source in addresses.values() else addresses[translated[0]]
    return (*(Alternate(locale, address) for locale, address in addresses.items()), Alternate("x-default", default))


def is_listed(site: Site, page: Page) -> bool:
    """Say whether search engines are to list the page under its own address."""
    if page.kind.listing in (Listing.FILE, Listing.NEVER) or is_fallback(site, page):
        return False
    if page.kind.listing is Listing.WHILE_AHEAD:
        ahead = [version.label for version in site.upcoming(site.publication.policy(page.parameters["policy"]))]
        return page.parameters["version"] in ahead if "version" in page.parameters else bool(ahead)
    return True


def _translated(site: Site, policy: Policy, version: Version) -> tuple[str, ...]:
    """Return the locales in which readers are shown ``version`` in their own language, be it behind."""
    return tuple(
        locale
        for locale in site.publication.settings.languages
        if site.shown(policy, version, locale)[1] is not Fidelity.MISSING
    )
