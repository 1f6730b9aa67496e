"""``policy-site serve``: a preview that follows every saved file."""

from __future__ import annotations

import argparse
import html
import os
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from watchfiles import watch
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from policy_site.checks import check, stops_build
from policy_site.console.calling import add_origin_arguments, now
from policy_site.console.origin import Origin, instant_of, open_origin
from policy_site.console.terminal import Terminal, printable
from policy_site.errors import PolicySiteError, UsageError
from policy_site.model import LONG_PSEUDO_LANGUAGE, MIRRORED_PSEUDO_LANGUAGE, Finding, Severity
from policy_site.web import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

NAME = "serve"
HELP = "preview the site with the files as they are on disk; pages follow every change"

_RELOAD = "/_preview/reload.js"
_GENERATION = "/_preview/generation"
_SCRIPT = f"""\
let known;
async function look() {{
  try {{
    const answer = await fetch("{_GENERATION}?known=" + (known ?? ""), {{cache: "no-store"}});
    const generation = await answer.text();
    if (known !== undefined && generation !== known) location.reload();
    known = generation;
  }} catch {{
    await new Promise((resume) => setTimeout(resume, 1000));
  }}
  look();
}}
look();
"""
_OWN_NAMES = ("localhost", "127.0.0.1", "::1")
_LAST_PORT = 65_535
_PATIENCE = 25.0
"""Seconds that a browser's question for news stays open."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``serve`` takes."""
    add_origin_arguments(parser)
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine alone")
    parser.add_argument("--port", type=_port, default=8000, help="default: 8000; 0 takes a free one")
    parser.add_argument(
        "--pseudo",
        action="store_true",
        help="add two made-up languages: one shows what is not translated and what breaks when words are long, one runs"
        " from right to left",
    )


def _port(written: str) -> int:
    # the system would take 99999 for 34463
    number = int(written)
    if not 0 <= number <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"ports are numbered from 0 to {_LAST_PORT}")
    return number


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Serve until interrupted."""
    origin = open_preview(arguments)
    terminal.folder = origin.folder
    preview = Preview(lambda: open_preview(arguments), arguments.as_of, terminal)
    preview.refresh()
    if arguments.host in _OWN_NAMES:
        preview.hosts = _OWN_NAMES
    try:
        server = make_server(arguments.host, arguments.port, preview, threaded=True)
    except (OSError, OverflowError, SystemExit) as error:
        raise UsageError(
            f"Nothing can listen on {arguments.host}, port {arguments.port}: {error}.", remedy="Name another --port."
        ) from None
    stop = threading.Event()
    watcher = threading.Thread(target=_follow, args=(origin, preview, stop), daemon=True)
    watcher.start()
    host = f"[{server.host}]" if server.address_family == socket.AF_INET6 else server.host
    terminal.say(f"http://{host}:{server.port}{preview.base_path} shows the site; end with Ctrl-C.")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        terminal.say_aside("Stopped.")
    finally:
        stop.set()
        server.server_close()
    return 0


def open_preview(arguments: argparse.Namespace) -> Origin:
    """Find what is previewed; ``--pseudo`` adds the made-up languages, which nothing else can."""
    origin = open_origin(arguments)
    if not arguments.pseudo:
        return origin
    languages = (*origin.settings.languages, LONG_PSEUDO_LANGUAGE, MIRRORED_PSEUDO_LANGUAGE)
    return replace(origin, settings=origin.settings.model_copy(update={"languages": languages}))


def _follow(origin: Origin, preview: Preview, stop: threading.Event) -> None:
    folder = (origin.repository / origin.folder) if origin.repository else Path(origin.folder)
    places = {folder, origin.config.absolute().parent}
    for _ in watch(*sorted(places), stop_event=stop, ignore_permission_denied=True):
        preview.refresh()


class Preview:
    """The site as a WSGI application that can be made anew at any time, and shows what keeps it from that."""

    def __init__(self, open_site: Callable[[], Origin], as_of: str | None, terminal: Terminal) -> None:
        self._open_site = open_site
        self._as_of = as_of
        self._terminal = terminal
        self._site: WSGIApplication | None = None
        self._faults: tuple[Finding, ...] = ()
        self._message = ""
        self._generation = 0
        self._changed = threading.Condition()
        self.base_path = "/"
        self.hosts: tuple[str, ...] = ()
        """Names it answers to; empty: to any."""

    def refresh(self) -> None:
        """Compile the site anew; on errors keep the faults to show."""
        site: WSGIApplication | None = None
        faults: tuple[Finding, ...] = ()
        message = ""
        self._terminal.folder = ""
        try:
            origin = self._open_site()
            self._terminal.folder = origin.folder
            as_of = instant_of(self._as_of, origin.settings, now=now())
            history = origin.of_checkout().read(with_work_tree=True, merged_at=as_of)
            publication = origin.compile(as_of, history=history, with_drafts=True)
            faults = check(publication)
            self.base_path = publication.settings.base_path
            if stops_build(faults, is_strict=False):
                message = "These findings keep the site from being built."
            else:
                site = create_app(publication)
        except PolicySiteError as error:
            message, faults = str(error), error.findings
        except OSError as error:
            message = f"The system refuses: {error.strerror or error} ({error.filename or 'no file'})."
        except Exception as error:  # noqa: BLE001 - whatever a saved file does, the preview goes on
            message = f"This is a defect of policy-site: {type(error).__name__}: {error}."
        self._terminal.show_findings(faults)
        if message:
            self._terminal.say_aside(message)
        with self._changed:
            self._site, self._faults, self._message = site, faults, message
            self._generation += 1
            self._changed.notify_all()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        if self.hosts and _name_asked(environ) not in self.hosts:
            # a page of another site that has its own name point here would read drafts
            return Response("This preview answers to this machine's own names.", 400)(environ, start_response)
        if request.path == _RELOAD:
            return Response(_SCRIPT, mimetype="text/javascript")(environ, start_response)
        if request.path == _GENERATION:
            return Response(self._wait(request.args.get("known", "")))(environ, start_response)
        if self._site is None:
            return Response(self._fault_page(), status=500, mimetype="text/html")(environ, start_response)
        prefix = self.base_path.rstrip("/")
        if prefix and environ["PATH_INFO"].startswith(prefix):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
            environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(prefix) or "/"
        response = Response.from_app(self._site, environ, buffered=True)
        if response.mimetype == "text/html":
            response.set_data(_with_reload(response.get_data(as_text=True)))
        return response(environ, start_response)

    def _wait(self, known: str) -> str:
        with self._changed:
            self._changed.wait_for(lambda: str(self._generation) != known, timeout=_PATIENCE)
            return str(self._generation)

    def _fault_page(self) -> str:
        rows = "".join(
            f"<li><code>{html.escape(printable(self._terminal.place(finding)))}</code>"
            f" <b>{finding.severity.value}</b> {html.escape(finding.message)} {html.escape(finding.remedy)}</li>"
            for finding in self._faults
            if finding.severity is not Severity.NOTE
        )
        return (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>policy-site: findings</title>'
            f"<h1>{html.escape(self._message)}</h1><ul>{rows}</ul><p>This page follows your next change.</p>"
            f'<script src="{_RELOAD}"></script></html>'
        )


def _name_asked(environ: WSGIEnvironment) -> str:
    """Return the name under which a browser knows this preview."""
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
    except ValueError:
        return ""


def _with_reload(page: str) -> str:
    """Let a page of the preview, and only of the preview, ask for news."""
    page = page.replace("default-src &#39;none&#39;", "default-src &#39;none&#39;; script-src &#39;self&#39;", 1)
    return page.replace("</body>", f'<script src="{_RELOAD}"></script></body>', 1)


def create_preview() -> Flask:
    """Return the site as it is on disk now; the configuration is POLICY_SITE_CONFIG or ``content/site.toml``."""
    parser = argparse.ArgumentParser()
    add_origin_arguments(parser)
    config = os.environ.get("POLICY_SITE_CONFIG")
    arguments: Any = parser.parse_args(["--config", config] if config else [])
    origin = open_origin(arguments)
    as_of = now()
    history = origin.of_checkout().read(with_work_tree=True, merged_at=as_of)
    publication = origin.compile(as_of, history=history, with_drafts=True)
    terminal = Terminal()
    terminal.folder = origin.folder
    terminal.show_findings(publication.findings)
    return create_app(publication)
