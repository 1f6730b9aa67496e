"""policy-site: a company's policies, published from git."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


def create_app() -> Flask:
    """Return the site as an ordinary Flask application, for ``flask --app policy_site run``.

    The configuration is ``content/site.toml``, or the file that the environment variable POLICY_SITE_CONFIG names.
    """
    # Importing the package must not import Flask or git: the notifier runs without either.
    from policy_site.commands.serve import create_preview  # noqa: PLC0415

    return create_preview()
