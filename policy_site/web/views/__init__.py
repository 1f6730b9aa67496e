"""One view for each kind of page.

A view takes the site, the planned page and what its address names, and returns a :class:`Screen` (a template with
finished values) a :class:`File`, or a :class:`Paper`. Which it is, a kind says itself: :attr:`PageKind.view`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from policy_site.pages import Page, PageKind
from policy_site.web.site import File, Paper, Screen, Site

View = Callable[..., Screen | File | Paper]


def _find_view(kind: PageKind) -> View:
    module, _, name = kind.view.partition(":")
    return cast("View", getattr(import_module(f"policy_site.web.views.{module}"), f"view_{name or module}"))


VIEWS: Mapping[PageKind, View] = MappingProxyType({kind: _find_view(kind) for kind in PageKind if kind.view})


def show_page(site: Site, page: Page) -> Screen | File | Paper:
    """Return what a planned page shows. Its view gets the policy that the address names; all else as it is written."""
    named: dict[str, object] = dict(page.parameters)
    if "policy" in named:
        named["policy"] = site.publication.policy(page.parameters["policy"])
    return VIEWS[page.kind](site, page, **named)
