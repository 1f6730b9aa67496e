"""Every version of a policy, and which one applied on a given day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from policy_site.model import Policy
from policy_site.pages import Page, PageKind
from policy_site.static_files import module_name
from policy_site.web.parts.timeline import Timeline, make_timeline
from policy_site.web.parts.values import VersionLine, VersionLink, version_line, version_link
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import Day, Screen, Site, Title
from policy_site.web.timeline import Stretch, applied, row_id, shown, years_of


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which one version was the answer."""

    first: Day
    last: Day | None
    """``None`` while it goes on."""
    is_ahead: bool
    version: VersionLink | None
    """``None``: none was."""
    id: str
    """Of its row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A version in the list of all, with days on which it applied; or days on which none did."""

    period: Period | None
    """``None`` where the version never applied."""
    line: VersionLine | None
    """``None`` where no version applied, and where the version is told of in a row of its own."""


@dataclass(frozen=True, slots=True)
class HistoryView:
    """Every version, newest first."""

    title: Title
    rows: tuple[Row, ...]
    """Newest first."""
    timeline: Timeline | None
    """The same as a picture; ``None`` where there is one version."""
    years: tuple[tuple[int, str], ...]
    """Years, and the ids of the rows they lead to; none where the look-up is short."""
    shown: tuple[Period, ...]
    """Empty where the site always showed what applied."""
    time_zone: str
    first_shown: Day | None
    present: str
    comparisons: str | None
    """Where any two versions are compared; ``None`` where there are not two."""
    upcoming: str | None
    """Where it is said that nothing is announced; ``None`` where something is."""
    agreed: str | None
    """Where readers find what changed since they agreed; ``None`` where nothing did."""


def view_history(site: Site, page: Page, *, locale: str, policy: Policy) -> Screen:
    """Show every version of a policy."""
    phrases = site.phrases(locale)
    zone = site.publication.settings.zone
    title = site.policy_title(policy, locale)
    spans = tuple(reversed(applied(policy, zone)))
    shown_spans = tuple(reversed(shown(policy, zone)))
    view = HistoryView(
        title=title,
        rows=_rows(site, policy, spans, locale),
        timeline=make_timeline(site, policy, locale),
        years=years_of(spans),
        shown=_periods(site, policy, shown_spans, locale) if shown_spans != spans else (),
        time_zone=site.publication.settings.time_zone,
        first_shown=site.day(min(version.published_date for version in policy.versions), locale)
        if policy.versions
        else None,
        present=site.link(PageKind.POLICY, locale=locale, policy=policy.id),
        comparisons=site.find_link(PageKind.COMPARISONS, locale=locale, policy=policy.id),
        upcoming=None if site.upcoming(policy) else site.find_link(PageKind.UPCOMING, locale=locale, policy=policy.id),
        agreed=site.find_link(PageKind.AGREED, locale=locale, policy=policy.id),
    )
    name = phrases.gettext("All versions")
    frame = Frame(
        title=phrases.gettext("All versions: %(policy)s", policy=title.text),
        description=phrases.gettext(
            "Every version of %(policy)s, and which one applied on a given day.", policy=title.text
        ),
        policy=policy,
        crumbs=[Crumb(name, site.link(page.kind, **page.parameters), phrases.language)],
        script=site.link(PageKind.STATIC, name=module_name("days/page.mjs")) if view.rows else "",
    )
    return Screen("history.html", make_shell(site, page, frame), view, phrases)


def _rows(site: Site, policy: Policy, spans: Sequence[Stretch], locale: str) -> tuple[Row, ...]:
    """Return a row for each stretch of time, and for each version that never applied one where it was to begin."""
    told: set[str] = set()
    rows: list[tuple[date, int, Row]] = []
    for span, period in zip(spans, _periods(site, policy, spans, locale), strict=True):
        version = span.version
        is_first = version is not None and version.label not in told
        line = version_line(site, policy, version, locale) if version is not None and is_first else None
        rows.append((span.first, 1, Row(period, line)))
        told |= {version.label} if version else set()
    never = [version for version in policy.versions if version.label not in told]
    rows += [(version.effective_date, 0, Row(None, version_line(site, policy, version, locale))) for version in never]
    return tuple(row for _, _, row in sorted(rows, key=lambda each: each[:2], reverse=True))


def _periods(site: Site, policy: Policy, spans: Sequence[Stretch], locale: str) -> tuple[Period, ...]:
    today = site.at.astimezone(site.publication.settings.zone).date()
    return tuple(
        Period(
            first=site.day(span.first, locale),
            last=site.day(span.last, locale) if span.last else None,
            is_ahead=span.first > today,
            version=version_link(site, policy, span.version, locale) if span.version else None,
            id=row_id(span),
        )
        for span in spans
    )
