"""What is left at an address that was public once."""

from __future__ import annotations

from html import escape

from policy_site.pages import Page, PageKind, quote_address
from policy_site.web.site import File, Site


def view_moved(site: Site, page: Page, *, address: str) -> File:  # noqa: ARG001
    """Lead on to the page that stands there now, at once and without a script."""
    target = site.plan[site.publication.moved[address]]
    locale = address.partition("/")[0]
    phrases, language = site.phrases(locale), target.parameters["locale"]
    link = site.publication.settings.base_path + quote_address(target.address)
    whole = site.absolute_link(target.kind, **target.parameters)
    if address.split("/")[1] != target.parameters["policy"]:  # the policy was called otherwise
        title = words = site.policy_title(site.publication.policy(target.parameters["policy"]), locale).text
    elif language == locale:
        title = words = phrases.gettext("All versions")
    else:
        name = phrases.language_name(language)
        title = phrases.gettext(
            "There is no translation of this text. You are reading the authoritative text (%(language)s).",
            language=name,
        )
        words = phrases.gettext("Read the authoritative text (%(language)s)", language=name)
    if target.kind is PageKind.HISTORY and title != words:
        words = phrases.gettext("All versions")
    href = escape(link)
    shown = phrases.language
    content = (
        f'<!doctype html>\n<html lang="{shown.tag}" dir="{shown.direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="refresh" content="0; url={href}">\n<meta name="robots" content="noindex">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="canonical" href="{escape(whole)}">\n<title>{escape(title)}</title>\n</head>\n<body>\n<main>\n'
        f'<h1>{escape(title)}</h1>\n<p><a href="{href}" hreflang="{language}">{escape(words)}</a></p>\n'
        "</main>\n</body>\n</html>\n"
    )
    return File(content.encode(), "text/html; charset=utf-8")
