"""Versions and their redlines as PDF, for the desk, the court and the screen reader."""

from __future__ import annotations

from policy_site.model import Policy
from policy_site.pages import Page, PageKind, make_page
from policy_site.web.site import Paper, Screen, Site
from policy_site.web.views.compare import view_compare
from policy_site.web.views.version import view_version


def view_version_paper(site: Site, page: Page, *, locale: str, policy: Policy, version: str) -> Paper:
    """Print a version."""
    own = make_page(PageKind.VERSION, **page.parameters)
    screen = view_version(site, own, locale=locale, policy=policy, version=version)
    return _paper(site, own, screen, "paper.html")


def view_redline_paper(site: Site, page: Page, *, locale: str, policy: Policy, older: str, version: str) -> Paper:
    """Print the redline of a version against the one before."""
    own = make_page(PageKind.COMPARE, **page.parameters)
    screen = view_compare(site, own, locale=locale, policy=policy, older=older, version=version)
    return _paper(site, own, screen, "paper_redline.html")


def _paper(site: Site, page: Page, screen: Screen, template: str) -> Paper:
    return Paper(
        Screen(template, screen.shell, screen.view, screen.phrases), site.absolute_link(page.kind, **page.parameters)
    )
