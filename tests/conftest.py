"""Properties meet the same examples on every run, so that main stays green; `make explore` looks for new ones."""

from __future__ import annotations

import os
from importlib import import_module
from pkgutil import walk_packages

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Hypothesis draws from the constants of every module of ours that is imported: always all of them, then
for name in ("policy_site", "benchmarks"):
    for module in walk_packages(import_module(name).__path__, f"{name}."):
        if not module.name.endswith(".__main__"):
            import_module(module.name)

pytest_plugins = ["tests.support.service_fixtures", "tests.support.notifier_fixtures"]
