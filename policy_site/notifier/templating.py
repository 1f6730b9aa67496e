"""Messages laid out by templates: those of this program, or a company's own in their place.

The only door to Jinja2 here. A company's templates run in Jinja2's sandbox and are tried before anything is sent.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from policy_site.errors import UsageError
from policy_site.localization import find_language

_TEXT, _HTML = "notice.txt", "notice.html"
_TRIED_WAY_OUT = "https://example.org/leave?who=7f3a"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the parts of a message become text and HTML."""

    environment: Environment

    def text(self, values: Mapping[str, Any]) -> str:
        """Return the plain text; raise :class:`UsageError` where a template asks for what there is not."""
        return self._render(_TEXT, values)

    def html(self, values: Mapping[str, Any]) -> str:
        """Return the HTML; raise the same."""
        return self._render(_HTML, values)

    def _render(self, name: str, values: Mapping[str, Any]) -> str:
        try:
            written = self.environment.get_template(name).render(values)
        except Exception as error:
            if isinstance(self.environment, ImmutableSandboxedEnvironment):  # the company's own: anything may happen
                raise _faulty(error, name) from error
            raise
        for way in values["ways_out"]:
            if way.address not in written.replace("&amp;", "&"):
                raise UsageError(
                    f"The template {name} leaves out how subscribers unsubscribe.",
                    remedy="Write a link for each of `ways_out`: link.name and link.address.",
                )
        return written


def open_layout(folder: Path | None, *, is_subscribed: bool = False) -> Layout:
    """Return the layout of this program, with the templates in ``folder`` in place of its own.

    ``is_subscribed``: those who are told can leave. Raises :class:`UsageError` where the folder has none, or one of
    them cannot be read or does not work.
    """
    return _own_layout() if folder is None else _layout_of(folder, is_subscribed=is_subscribed)


@cache
def _own_layout() -> Layout:
    return Layout(_environment(Environment, PackageLoader("policy_site.notifier", "templates")))


def _layout_of(folder: Path, *, is_subscribed: bool) -> Layout:
    if not any((folder / name).is_file() for name in (_TEXT, _HTML)):
        raise UsageError(
            f"The folder of templates {folder} has neither {_HTML} nor {_TEXT}.",
            remedy="Put one of them there, or both; `docs/notices.md` says what they may use.",
        )
    own = PackageLoader("policy_site.notifier", "templates")
    # `{% extends "policy-site/notice.html" %}` is the program's own, whatever the folder has
    loader = ChoiceLoader([FileSystemLoader(folder), own, PrefixLoader({"policy-site": own})])
    layout = Layout(_environment(ImmutableSandboxedEnvironment, loader))
    values = _sample() if is_subscribed else {**_sample(), "ways_out": []}
    layout.text(values)
    layout.html(values)
    return layout


def _environment(kind: type[Environment], loader: BaseLoader) -> Environment:
    return kind(
        loader=loader,
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _faulty(error: Exception, name: str) -> UsageError:
    if isinstance(error, TemplateSyntaxError):
        place = f"{error.filename or error.name or name}:{error.lineno}"
    else:
        frames = traceback.extract_tb(error.__traceback__)
        found = [one for one in frames if one.filename.endswith((_TEXT, _HTML))]
        place = f"{found[-1].filename}:{found[-1].lineno}" if found else name
    said = error.message if isinstance(error, TemplateError) and error.message else f"{type(error).__name__}: {error}"
    return UsageError(
        f"{place}: {' '.join(str(said).split()).rstrip('.')[:300]}.",
        remedy="Correct the template; `docs/notices.md` lists what it may use.",
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Words under a heading."""

    heading: str
    text: str
    html: Markup
    language: Any


@dataclass(frozen=True, slots=True)
class Link:
    """A place that a reader may go to."""

    name: str
    address: str


def _sample() -> dict[str, Any]:
    """Return values of every kind, to try templates with."""
    english = find_language("en")
    links = [Link("Full text of this version", "https://example.org/en/privacy/v/2026-01-01/")]
    return {
        "company": "Example Ltd",
        "title": "Privacy policy: significant change, effective from January 1, 2026",
        "language": english,
        "event": {"type": "policy.version.published", "policy": "privacy", "version": "2026-01-01"},
        "facts": ["This version applies from January 1, 2026."],
        "foreign": "The text below has not been translated.",
        "parts": [Part("What changed", "Words.", Markup("<p>Words.</p>"), english)],
        "links": links,
        "footer": "You are receiving this message.",
        "ways_out": [Link("Unsubscribe", _TRIED_WAY_OUT)],
        "recipient": {"name": "Maria Muster", "account": "4711"},
        "account_line": "Account: 4711",
        "logo": "cid:logo",
        "imprint": ["Example Ltd"],
        "contact": Link("Questions about this message", "mailto:privacy@example.org"),
    }
