"""The page where any two versions are chosen: a list of redlines, and what a script needs to make the others."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from policy_site.characters import json_bytes
from policy_site.localization import Language, find_language
from policy_site.localization.names import SECTION_CHANGE_NAMES
from policy_site.model import Policy, Version
from policy_site.pages import Page, PageKind, is_text_present
from policy_site.redlines import threads_json
from policy_site.static_files import module_name
from policy_site.web.parts.values import VersionLink, version_link
from policy_site.web.redline_phrases import redline_phrases
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import File, Screen, Site, Title


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A version that can be chosen."""

    version: VersionLink
    own: str
    """Its place in the history in the reader's language; empty where it is not translated."""
    authoritative: str
    """Its place in the history of the authoritative text."""


@dataclass(frozen=True, slots=True)
class Group:
    """The redlines that end in one version."""

    version: VersionLink
    older: tuple[VersionLink, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class ComparisonsView:
    """Every redline of a policy that has a page, and the versions that any other can be made of."""

    title: Title
    groups: tuple[Group, ...]
    """Newest first."""
    choices: tuple[VersionChoice, ...]
    """Newest first."""
    own: Language
    own_history: str
    """Address of the policy's history in the reader's language, as JSON; empty where it was never translated."""
    authoritative: Language
    authoritative_history: str
    authoritative_name: str
    phrases: tuple[tuple[str, str], ...]
    """What is said around the words of a redline, each with its name as it stands in an attribute."""
    kinds: tuple[tuple[str, str], ...]
    """The same of what became of a section."""
    history: str


def view_comparisons(site: Site, page: Page, *, locale: str, policy: Policy) -> Screen:
    """Show every redline of a policy, and offer any other where scripts run."""
    phrases = site.phrases(locale)
    title = site.policy_title(policy, locale)
    view = ComparisonsView(
        title=title,
        groups=_groups(site, policy, locale),
        choices=tuple(
            _choice(site, policy, version, locale)
            for version in reversed(policy.versions)
            if is_text_present(policy, version, site.publication)
        ),
        own=find_language(locale),
        own_history=site.find_link(PageKind.THREADS, locale=locale, policy=policy.id) or "",
        authoritative=find_language(policy.authoritative_locale),
        authoritative_history=site.link(PageKind.THREADS, locale=policy.authoritative_locale, policy=policy.id),
        authoritative_name=phrases.language_name(policy.authoritative_locale),
        phrases=tuple((name.replace("_", "-"), words) for name, words in asdict(redline_phrases(phrases)).items()),
        kinds=tuple((kind.value, phrases.gettext(name)) for kind, name in SECTION_CHANGE_NAMES.items()),
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy.id),
    )
    name = phrases.gettext("Compare two versions")
    frame = Frame(
        title=phrases.gettext("Compare two versions: %(policy)s", policy=title.text),
        policy=policy,
        crumbs=[
            Crumb(phrases.gettext("All versions"), view.history, phrases.language),
            Crumb(name, site.link(page.kind, **page.parameters), phrases.language),
        ],
        script=site.link(PageKind.STATIC, name=module_name("redline/page.mjs")),
    )
    return Screen("comparisons.html", make_shell(site, page, frame), view, phrases)


def _groups(site: Site, policy: Policy, locale: str) -> tuple[Group, ...]:
    names = {"locale": locale, "policy": policy.id}
    pairs = site.comparisons.pairs(policy)
    return tuple(
        Group(
            version_link(site, policy, newer, locale),
            tuple(
                VersionLink(
                    older.label,
                    site.lead(PageKind.COMPARE, **names, older=older.label, version=newer.label),
                    site.day(older.effective_date, locale),
                )
                for older, other in reversed(pairs)
                if other is newer
            ),
        )
        for newer in reversed(policy.versions)
        if any(other is newer for _, other in pairs)
    )


def _choice(site: Site, policy: Policy, version: Version, locale: str) -> VersionChoice:
    return VersionChoice(
        version_link(site, policy, version, locale),
        own=_place(site, policy, version, locale),
        authoritative=_place(site, policy, version, policy.authoritative_locale),
    )


def _place(site: Site, policy: Policy, version: Version, locale: str) -> str:
    place = site.comparisons.line(policy, locale).places.get(version.label)
    return "" if place is None else str(place)


def view_threads(site: Site, page: Page, *, locale: str, policy: Policy) -> File:  # noqa: ARG001
    """Write what a script needs to put together the redline of any two versions."""
    line = site.comparisons.line(policy, locale)
    return File(json_bytes(threads_json.to_json(line.history), indent=None), "application/json; charset=utf-8")
