"""The site as a Flask application. The only door to Flask.

The preview runs it and the publication freezes it; both get the same bytes. Nothing is kept between requests but
comparisons, which depend on nothing but the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, render_template
from jinja2 import StrictUndefined
from markupsafe import Markup

from policy_site.localization import Phrases
from policy_site.pages import FEEDS, Page, PageKind, attachments_by_name, make_page
from policy_site.publication import Publication
from policy_site.web.paper import MEDIA_TYPE as PAPER
from policy_site.web.paper import print_page
from policy_site.web.site import File, Paper, Screen, Site, make_site, related_policies
from policy_site.web.syndication import Syndication
from policy_site.web.views import VIEWS, show_page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


__all__ = ["Syndication", "create_app", "related_policies", "render_files"]


def create_app(publication: Publication, related: tuple[str, ...] | None = None) -> Flask:
    """Return the site of ``publication`` as a Flask application, mounted at the path of its base URL.

    ``related``: what :func:`related_policies` says of the whole, where ``publication`` is a portion of it.
    """
    app = Flask("policy_site", static_folder=None)
    base_path = publication.settings.base_path
    app.config["APPLICATION_ROOT"] = base_path
    app.jinja_options = {
        "extensions": ["jinja2.ext.i18n"],
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]  # given to the environment by its extension
    site = make_site(publication, related)
    for kind in VIEWS:
        serve = _serve(site, kind)
        for rule, defaults in _rules(kind):
            app.add_url_rule(rule, endpoint=kind, defaults=defaults, view_func=serve)
    app.register_error_handler(404, lambda _: _respond(site, make_page(PageKind.NOT_FOUND), 404))
    app.wsgi_app = _Mount(app.wsgi_app, base_path.rstrip("/"))  # type: ignore[method-assign]  # Flask's own way
    return app


def render_files(publication: Publication, pages: Iterable[Page]) -> Iterator[tuple[Page, bytes]]:
    """Give what planned files hold, without an application around them; pages of HTML are left out."""
    site = make_site(publication)
    for page in pages:
        shown = show_page(site, page)
        if isinstance(shown, File):
            yield page, shown.content


def _rules(kind: PageKind) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the rules of a kind; feeds have one each, since a literal name goes before a policy's."""
    pattern = f"/{kind.pattern}"
    if kind is PageKind.MOVED:  # it stands at an address of another kind
        return
    for feed in FEEDS if "{feed}" in pattern else ("",):
        rule = pattern.replace("{feed}", feed).replace("{name}", "<path:name>").replace("{", "<").replace("}", ">")
        yield rule, {"feed": feed} if feed else {}


def _serve(site: Site, kind: PageKind) -> Callable[..., Response]:
    def serve(**parameters: str) -> Response:
        page = site.plan.get(make_page(kind, **parameters).address)
        if page is None or page.kind not in (kind, PageKind.MOVED):
            abort(404)
        return _respond(site, page, 200)

    return serve


def _respond(site: Site, page: Page, status: int) -> Response:
    shown = show_page(site, page)
    if isinstance(shown, File):
        content = site.publication.kept_files.get(page.address, shown.content)
        return Response(content, status, content_type=shown.media_type)
    if isinstance(shown, Paper):
        content = print_page(_render(shown.screen, paper=shown), address=shown.address, files=_pictures(site))
        return Response(content, status, content_type=PAPER)
    return Response(_render(shown), status, content_type="text/html; charset=utf-8")


def _pictures(site: Site) -> dict[str, tuple[bytes, str]]:
    """Return the pictures of the texts with their media types, by their whole addresses."""
    return {
        site.absolute_link(PageKind.ATTACHMENT, name=name): (attached.content, attached.media_type)
        for name, attached in attachments_by_name(site.publication).items()
    }


def _render(screen: Screen, *, paper: Paper | None = None) -> str:
    """Render a screen; its phrases go with it, so that no page can speak another one's language."""
    return render_template(
        screen.template,
        shell=screen.shell,
        view=screen.view,
        phrases=screen.phrases,
        paper=paper,
        **_translators(screen.phrases),
    )


def _translators(phrases: Phrases) -> dict[str, Callable[..., Markup]]:
    """Return what ``_()`` and ``{% trans %}`` call: phrases are our own words, what fills them is escaped."""

    def gettext(phrase: str, /, **values: object) -> Markup:
        return Markup(phrases.find(phrase)) % values  # noqa: S704

    def ngettext(singular: str, plural: str, number: int, /, **values: object) -> Markup:
        values.setdefault("num", phrases.number(number))
        return Markup(phrases.find_plural(singular, plural, number)) % values  # noqa: S704

    return {"gettext": gettext, "ngettext": ngettext}


class _Mount:
    """Serves the application below a path, where no server in front of it does so."""

    def __init__(self, application: WSGIApplication, prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not environ.get("SCRIPT_NAME") and self._prefix:
            if path == self._prefix or path.startswith(f"{self._prefix}/"):
                environ["SCRIPT_NAME"] = self._prefix
                environ["PATH_INFO"] = path.removeprefix(self._prefix) or "/"
            elif path == "/":
                response = Response(status=307, headers={"Location": f"{self._prefix}/"})
                return response(environ, start_response)
        return self._application(environ, start_response)
