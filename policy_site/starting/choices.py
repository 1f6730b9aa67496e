"""What was asked for when a site was started."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.starting.texts import BroughtText


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """One policy of the new site."""

    id: str
    """As it stands in addresses: ``privacy``."""
    text: BroughtText | None = None
    """Its text, where one was brought along."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything a new site is made from."""

    name: str
    """The company's."""
    address: str
    """Where the site will be: ``https://legal.example.org/``."""
    languages: tuple[str, ...]
    """Tags; the first is the site's own, and the one whose text counts."""
    policies: tuple[PolicyChoice, ...]
    time_zone: str = "UTC"
    host: str | None = None
    """A key of :data:`policy_site.starting.HOSTS`, for which the files of its pipelines are written."""
    owners: str = ""
    """Who must approve a change of a policy, as the host names them: ``@example/legal``."""
