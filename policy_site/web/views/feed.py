"""Feeds for people: the forms of ``formats``, with sentences and addresses of this site."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from policy_site import formats
from policy_site.events.entries import Entry
from policy_site.formats import FEED_FORMS, Scope
from policy_site.formats.prose import is_taken_back
from policy_site.localization import Phrases
from policy_site.localization.names import N_
from policy_site.model import EventKind, Policy, Significance
from policy_site.pages import Page, has_policy_in
from policy_site.web.addresses import Addresses
from policy_site.web.shell import feed_title
from policy_site.web.site import File, Site

_HEADLINES = {
    EventKind.RECORDED: N_("%(policy)s: earlier version, effective from %(day)s, added to the record"),
    EventKind.EFFECTIVE: N_("%(policy)s: a version took effect on %(day)s"),
    EventKind.CORRECTED: N_("%(policy)s: corrected information about the version effective from %(day)s"),
    EventKind.RESCHEDULED: N_("%(policy)s: effective date changed to %(day)s"),
    EventKind.WITHDRAWN: N_("%(policy)s: version with effective date %(day)s withdrawn"),
    EventKind.REVIEWED: N_("%(policy)s: reviewed, nothing changed"),
    EventKind.RETIRED: N_("%(policy)s: this policy no longer applies"),
}


def view_feed(site: Site, page: Page, *, locale: str, feed: str, policy: Policy | None = None) -> File:  # noqa: ARG001 (the shape of every view)
    """Write a feed for people: of one policy or of all, everything or notices only."""
    scope, _, form = feed.partition(".")
    return _write_feed(site, locale, policy, Scope(scope), form, archive=None)


def view_feed_archive(
    site: Site,
    page: Page,  # noqa: ARG001
    *,
    locale: str,
    scope: str,
    number: str,
    form: str,
    policy: Policy | None = None,
) -> File:
    """Write a full page of a feed's history."""
    return _write_feed(site, locale, policy, Scope(scope), form, archive=int(number))


def _write_feed(
    site: Site, locale: str, policy: Policy | None, scope: Scope, suffix: str, *, archive: int | None
) -> File:
    settings = site.publication.settings
    phrases = site.phrases(locale)
    form = next(form for form in FEED_FORMS if form.suffix == suffix)

    def title(newest: Entry | None) -> str:
        """Name the feed after the policy: as it is called now, or in an archive as it was called then."""
        subject = settings.title_in(locale)
        if policy:
            present = site.policy_title(policy, locale).text
            subject = newest.title_in(locale) if newest else present
        return feed_title(phrases, subject, is_notices=scope is Scope.NOTICES)

    composed = formats.compose_feed(
        [_without_void_words(entry) for entry in site.syndication.entries],
        locale=locale,
        locales=tuple(each for each in settings.languages if policy is None or has_policy_in(policy, each)),
        policy=policy.id if policy else None,
        scope=scope,
        title=title,
        publisher=settings.publisher or settings.title,
        tag=settings.tag,
        phrases=formats.FeedPhrases(
            no_summary=phrases.gettext("No summary was written for this version."),
            impact=phrases.gettext("What it means for you"),
            choices=phrases.gettext("Your choices"),
        ),
        headline=lambda entry: _headline(entry, phrases, locale),
        lead=lambda entry: _lead(entry, phrases),
        hubs=settings.feed.hubs,
        archive=archive,
    )
    # Frozen-Flask knows one media type for ``.json``; _headers names the feed's own to static hosts.
    return File(form.write(composed, Addresses(settings.base_url)), form.served_type)


def _headline(entry: Entry, phrases: Phrases, locale: str) -> str:
    """Say in one line what an event is about."""
    policy = entry.title_in(locale)
    day = phrases.date_in_words(entry.version.effective_date)
    if entry.event.kind is EventKind.PUBLISHED:
        return _announcement(entry, phrases, policy, day)
    if entry.event.kind is EventKind.TRANSLATED:
        phrase = N_("%(policy)s: new translation of the version effective from %(day)s (%(language)s)")
        if entry.event.revision > 1:
            phrase = N_("%(policy)s: revised translation of the version effective from %(day)s (%(language)s)")
        language = phrases.language_name(entry.event.locale or locale)
        return phrases.gettext(phrase, policy=policy, day=day, language=language)
    return phrases.gettext(_HEADLINES[entry.event.kind], policy=policy, day=day)


def _announcement(entry: Entry, phrases: Phrases, policy: str, day: str) -> str:
    if entry.version.previous is None:
        return phrases.gettext("%(policy)s: first version, effective from %(day)s", policy=policy, day=day)
    match entry.version.significance:
        case Significance.SIGNIFICANT:
            return phrases.gettext("%(policy)s: significant change, effective from %(day)s", policy=policy, day=day)
        case Significance.MINOR:
            return phrases.gettext("%(policy)s: minor change, effective from %(day)s", policy=policy, day=day)
        case Significance.EDITORIAL:
            return phrases.gettext("%(policy)s: editorial change, effective from %(day)s", policy=policy, day=day)
        case Significance.TECHNICAL:
            return phrases.gettext(
                "%(policy)s: technical change, effective from %(day)s (wording unchanged)", policy=policy, day=day
            )


def _without_void_words(entry: Entry) -> Entry:
    """Leave out what was written about a version that is withdrawn: nobody is to act on it; the lead says what is so.

    The change feed keeps them, as it keeps everything.
    """
    return replace(entry, words=MappingProxyType({})) if is_taken_back(entry) else entry


def _lead(entry: Entry, phrases: Phrases) -> str:
    day = phrases.date_in_words(entry.version.effective_date)
    if is_taken_back(entry):
        return phrases.gettext(_withdrawal(entry), day=day)
    match entry.event.kind:
        case EventKind.PUBLISHED | EventKind.EFFECTIVE | EventKind.CORRECTED | EventKind.RESCHEDULED:
            return phrases.gettext("This version applies from %(day)s.", day=day)
        case _:
            return ""


def _withdrawal(entry: Entry) -> str:
    """Choose what is said of a version that is withdrawn: before it applied, or while it did. As notices say it."""
    withdrawn_at = entry.version.withdrawn_at or entry.event.occurred_at
    if entry.version.effective_at < withdrawn_at:
        return N_("The version effective from %(day)s no longer applies.")
    if entry.version.previous is None:
        return N_("The version announced for %(day)s will not take effect.")
    return N_("The version announced for %(day)s will not take effect. The version in force continues to apply.")
