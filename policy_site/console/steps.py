"""What a step of ``policy-site notify`` is, and how one is declared."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from policy_site.console.terminal import Terminal
from policy_site.notifier.settings import NotifierSettings

NotifyStep = Callable[[argparse.Namespace, NotifierSettings, Terminal], int]
"""Does it; returns the exit status."""
Add = Callable[[str, str, NotifyStep], argparse.ArgumentParser]
"""Declares a step by its name, its purpose and what does it."""
