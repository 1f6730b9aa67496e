"""Pages of what a text said before it was revised under the label that it has: a translation, mostly."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.catalogue.standing import edition_at
from policy_site.localization import find_language
from policy_site.localization.names import N_
from policy_site.model import Fidelity, Policy, Revision, Version
from policy_site.pages import Page, PageKind, revision_names
from policy_site.web.parts.text import ShownText, make_text
from policy_site.web.parts.values import VersionLink, name_of, version_link
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import Day, Screen, Site, Title


@dataclass(frozen=True, slots=True)
class RevisionView:
    """An earlier text of a translation."""

    title: Title
    version: VersionLink
    """Its page has the present text of the translation."""
    until: Day
    """The day on which it was replaced."""
    text: ShownText | None
    digest: str
    """SHA-256 of the source."""
    markdown: str
    plain: str
    is_authoritative: bool
    """Whether it is the text that counts, reworded without a new date, and no translation."""


def view_revision(site: Site, page: Page, *, locale: str, policy: Policy, version: str, revision: str) -> Screen:
    """Show what a translation said before it was revised, for ever."""
    phrases = site.phrases(locale)
    shown = policy.version(version)
    found = revision_names(policy, shown, locale)[revision]
    edition = edition_at(shown.editions[locale], found)
    title = Title(edition.title, find_language(locale))
    link = version_link(site, policy, shown, locale)
    fidelity = Fidelity.AUTHORITATIVE if locale == policy.authoritative_locale else Fidelity.FAITHFUL
    names = {"locale": locale, "policy": policy.id, "version": version, "revision": revision}
    view = RevisionView(
        title=title,
        version=link,
        until=_replaced_on(site, shown, found, locale),
        text=make_text(site, page, policy, shown, edition, fidelity, locale),
        digest=edition.digest,
        markdown=site.link(PageKind.REVISION_MARKDOWN, **names),
        plain=site.link(PageKind.REVISION_TEXT, **names),
        is_authoritative=locale == policy.authoritative_locale,
    )
    name = phrases.gettext(N_("Earlier wording") if view.is_authoritative else N_("Earlier translation"))
    title_of_page = N_("%(policy)s, version effective from %(day)s: earlier translation")
    if view.is_authoritative:
        title_of_page = N_("%(policy)s, version effective from %(day)s: earlier wording")
    frame = Frame(
        title=phrases.gettext(title_of_page, policy=title.text, day=name_of(link, phrases)),
        policy=policy,
        crumbs=[
            Crumb(name_of(link, phrases), link.href, phrases.language),
            Crumb(name, site.link(page.kind, **page.parameters), phrases.language),
        ],
        canonical=site.absolute_link(PageKind.VERSION, locale=locale, policy=policy.id, version=version),
    )
    return Screen("revision.html", make_shell(site, page, frame), view, phrases)


def _replaced_on(site: Site, version: Version, revision: Revision, locale: str) -> Day:
    edition = version.editions[locale]
    revisions = (*edition.earlier, edition.revision)
    following = revisions[revisions.index(revision) + 1]
    return site.day_of(following.committed_at or site.at, locale)
