"""What surrounds every page of HTML: head, header and footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policy_site.formats import FEED_FORMS, Scope
from policy_site.localization import Language, Phrases, find_language
from policy_site.model import Policy
from policy_site.pages import Listing, Page, PageKind
from policy_site.publication import Preview
from policy_site.static_files import static_name
from policy_site.web.metadata import Metadata, describe_page
from policy_site.web.site import Day, Link, Site
from policy_site.web.translations import Alternate, alternates_of, is_fallback, source_address

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none';"
    " form-action 'none'"
)
"""For every page. ``connect-src`` lets audits fetch robots.txt from the page; only a page with a script fetches."""
SCRIPT_POLICY = (
    f"{CONTENT_SECURITY_POLICY}; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""For a page with a script of the site's own, which cannot make HTML from words (Trusted Types)."""
CHOOSE = "choose=language"
"""The query of the address ``/`` that keeps a reader there: no script and no host leads on from it."""


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way from the site's first page to this one."""

    text: str
    href: str
    language: Language


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """A language that this page can be read in."""

    language: Language
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that tells of changes to what the page shows."""

    href: Link
    media_type: str
    format: str
    """As people call it: ``Atom``."""
    title: str
    name: str
    """Which changes it tells of: all of them, or the significant ones."""


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link of the company's own, in the header or footer."""

    text: str
    href: str
    language: Language


@dataclass(frozen=True, slots=True)
class ShownBrand:
    """What a company adds to each page."""

    logo: str
    """Link to the picture before the site's title; empty where there is none."""
    logo_width: int
    """In pixels, at 32 of height."""
    logo_dark: str
    """The same on dark grounds; empty where it is the same."""
    logo_dark_width: int
    header: tuple[ShownLink, ...]
    footer: tuple[ShownLink, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of one page."""

    language: Language
    """Of the interface."""
    locale: str
    """Of the page's address."""
    title: str
    """Of the page."""
    description: str
    """For search engines."""
    site_title: str
    brand: ShownBrand
    publisher: str
    home: str
    canonical: str
    is_indexed: bool
    alternates: tuple[Alternate, ...]
    choices: tuple[LanguageChoice, ...]
    current_language: str
    """Name of the language of the page's address, in itself; empty where it has none."""
    choose: str
    """Link to the choice of language, where the reader is not led on from it."""
    trail: tuple[Crumb, ...]
    feeds: tuple[FeedLink, ...]
    style: str
    icon: str
    csp: str
    script: str
    """Link to the module that this page runs; empty for nearly all."""
    prevailing: str
    """Name of the language whose text prevails, in the reader's; empty where this page is in it, or none does."""
    is_equally_authentic: bool
    """True where the policy's texts in all languages are."""
    is_sample: bool
    preview_of: Day | None
    """The day that a preview shows; ``None`` where this is what is published."""
    previewed: str
    """Which commit a preview shows, a sentence; empty where this is what is published, or in no repository."""
    incompleteness: str
    """In English, the language of what is said to operators."""
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Frame:
    """What a view says about its page; the shell is made from it."""

    title: str
    description: str = ""
    """A sentence for search engines; default: the title."""
    policy: Policy | None = None
    crumbs: Sequence[Crumb] = ()
    is_indexed: bool = True
    canonical: str | None = None
    """Absolute; ``None``: the page's own, or where it repeats another language's text that page's."""
    script: str = ""
    """Link to a module that adds to the page where scripts run."""


def make_shell(site: Site, page: Page, frame: Frame) -> Shell:
    """Return what surrounds ``page``."""
    settings = site.publication.settings
    locale = page.parameters.get("locale", settings.languages[0])
    is_repeated = is_fallback(site, page)
    preview_of = site.publication.preview_of
    is_indexed = frame.is_indexed and not is_repeated and page.kind.listing is not Listing.NEVER and preview_of is None
    own = source_address(site, page) if is_repeated else site.absolute_link(page.kind, **page.parameters)
    return Shell(
        language=site.phrases(locale).language,
        locale=locale,
        title=frame.title,
        description=frame.description or frame.title,
        site_title=settings.title_in(locale),
        brand=_brand(site, locale),
        publisher=settings.publisher,
        home=site.link(PageKind.POLICIES, locale=locale)
        if "locale" in page.parameters
        else site.link(PageKind.LANGUAGES),
        canonical=frame.canonical or own,
        is_indexed=is_indexed,
        alternates=alternates_of(site, page) if is_indexed and frame.canonical is None else (),
        choices=tuple(_choice(site, page, language, locale) for language in settings.languages)
        if page.kind is not PageKind.LANGUAGES
        else (),
        current_language=find_language(locale).name if "locale" in page.parameters else "",
        choose=f"{site.link(PageKind.LANGUAGES)}?{CHOOSE}",
        trail=(*_trail(site, locale, frame), *frame.crumbs),
        feeds=_feeds(site, locale, frame.policy) if preview_of is None else (),
        style=site.link(PageKind.STATIC, name=site.publication.brand.style),
        icon=site.link(PageKind.STATIC, name=static_name("icon.svg")),
        csp=SCRIPT_POLICY if frame.script else CONTENT_SECURITY_POLICY,
        script=frame.script,
        prevailing=_prevailing(site, locale, frame.policy),
        is_equally_authentic=frame.policy is not None and settings.prevailing_locale(frame.policy.id) is None,
        is_sample=settings.is_sample,
        preview_of=site.day(preview_of.day, locale) if preview_of else None,
        previewed=_previewed(site.phrases(locale), preview_of) if preview_of and preview_of.commit else "",
        incompleteness="" if site.publication.is_complete else site.publication.incompleteness,
        metadata=describe_page(site, page),
    )


def feed_title(phrases: Phrases, subject: str, *, is_notices: bool) -> str:
    """Return a feed's title."""
    if is_notices:
        return phrases.gettext("%(subject)s: significant changes", subject=subject)
    return phrases.gettext("%(subject)s: all changes", subject=subject)


def _feed_name(phrases: Phrases, scope: Scope) -> str:
    if scope is Scope.NOTICES:
        return phrases.gettext("Significant changes only")
    return phrases.gettext("All changes")


def _brand(site: Site, locale: str) -> ShownBrand:
    brand, settings = site.publication.brand, site.publication.settings.brand
    header, footer = (
        tuple(
            ShownLink(link.title_in(locale), link.address_in(locale), find_language(link.language_in(locale)))
            for link in links
        )
        for links in (settings.header, settings.footer)
    )
    return ShownBrand(
        logo=site.link(PageKind.STATIC, name=brand.logo.name) if brand.logo else "",
        logo_width=brand.logo.width if brand.logo else 0,
        logo_dark=site.link(PageKind.STATIC, name=brand.logo_dark.name) if brand.logo_dark else "",
        logo_dark_width=brand.logo_dark.width if brand.logo_dark else 0,
        header=header,
        footer=footer,
    )


def _previewed(phrases: Phrases, preview: Preview) -> str:
    commit = preview.commit[:12]
    if preview.has_uncommitted:
        return phrases.gettext("It shows commit %(commit)s with changes that are not committed yet.", commit=commit)
    return phrases.gettext("It shows commit %(commit)s.", commit=commit)


def _choice(site: Site, page: Page, language: str, locale: str) -> LanguageChoice:
    if "locale" in page.parameters:
        href = site.link_in(page, language)
    else:
        href = site.link(PageKind.POLICIES, locale=language)
    is_current = language == locale and "locale" in page.parameters
    return LanguageChoice(find_language(language), href, is_current=is_current)


def _prevailing(site: Site, locale: str, policy: Policy | None) -> str:
    prevailing = site.publication.settings.prevailing_locale(policy.id) if policy else None
    return site.phrases(locale).language_name(prevailing) if prevailing and prevailing != locale else ""


def _trail(site: Site, locale: str, frame: Frame) -> tuple[Crumb, ...]:
    if frame.policy is None:
        return ()
    title = site.policy_title(frame.policy, locale)
    return (Crumb(title.text, site.link(PageKind.POLICY, locale=locale, policy=frame.policy.id), title.language),)


def _feeds(site: Site, locale: str, policy: Policy | None) -> tuple[FeedLink, ...]:
    settings = site.publication.settings
    subject = site.policy_title(policy, locale).text if policy else settings.title_in(locale)
    return tuple(
        FeedLink(
            href=(
                site.lead(PageKind.FEED, locale=locale, policy=policy.id, feed=feed)
                if policy
                else site.link(PageKind.SITE_FEED, locale=locale, feed=feed)
            ),
            media_type=form.media_type.partition(";")[0],
            format=form.name,
            title=feed_title(site.phrases(locale), subject, is_notices=scope is Scope.NOTICES),
            name=_feed_name(site.phrases(locale), scope),
        )
        for scope in Scope
        for form in FEED_FORMS
        for feed in (f"{scope}.{form.suffix}",)
    )
