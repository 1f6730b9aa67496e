"""Folders to which people add files: nothing in them is left out of the list that is asked.

Rules, forms, page kinds, groupings, commands and channels have tests of their own for this.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any, get_args

from policy_site.evidence import kinds
from policy_site.evidence.kinds import FINDERS
from policy_site.evidence.values import Kind
from policy_site.pages import HOST_FILES, PageKind
from policy_site.settings import Settings
from policy_site.starting import readers
from policy_site.starting.readers import READERS
from policy_site.web import hosts
from policy_site.web.hosts import WRITERS


def functions_of(folder: ModuleType, prefix: str) -> set[Callable[..., Any]]:
    """Return the functions that files of a folder make, by how their names begin."""
    modules = [
        importlib.import_module(f"{folder.__name__}.{found.name}") for found in pkgutil.iter_modules(folder.__path__)
    ]
    return {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith(prefix) and function.__module__ == module.__name__
    }


def test_every_finder_of_evidence_is_asked_and_every_kind_has_one() -> None:
    assert functions_of(kinds, "find_") == {finder for _, finder in FINDERS}, "FINDERS of evidence/kinds/__init__.py"
    assert sorted(kind for kind, _ in FINDERS) == sorted(Kind)


def test_every_reader_of_documents_is_asked() -> None:
    assert {read for read in functions_of(readers, "read") if read.__name__ == "read"} == set(READERS.values())


def test_every_file_for_a_host_is_written_where_site_toml_names_the_host() -> None:
    assert functions_of(hosts, "write_") == set(WRITERS.values()), "WRITERS of web/hosts/__init__.py"
    named = {kind for files in HOST_FILES.values() for kind in files}
    assert named == set(WRITERS) - {PageKind.HEADERS}, "HOST_FILES of pages.py"
    (literal, _) = get_args(Settings.model_fields["hosts"].annotation)
    assert set(get_args(literal)) == set(HOST_FILES), "hosts of settings.py"
