"""A channel is one value: what is registered by half is named, and the recipe in the folder's README works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest

import policy_site
from policy_site.notifier import channels
from policy_site.notifier.channels import CHANNELS, ChannelKind
from tests.support.mailing import Mailing

FOLDER = Path(channels.__file__).parent
SHARED = ("__init__", "kind", "session", "smtp_session", "http_calls")
"""Files of the folder that are no channel."""


def lacks(kinds: tuple[ChannelKind[Any], ...], files: set[str], readme: str) -> list[str]:
    """Return what is registered by half, a sentence each."""
    found = [f"{name}.py has no kind in CHANNELS." for name in sorted(files - {_file(kind) for kind in kinds})]
    names = [kind.name for kind in kinds]
    found += [f"Two kinds are called {name}." for name in sorted({one for one in names if names.count(one) > 1})]
    for kind in kinds:
        if get_args(kind.settings.model_fields["kind"].annotation) != (kind.name,):
            found.append(f"{kind.name}: its settings are of another kind.")
        if f"`{_file(kind)}.py`" not in readme:
            found.append(f"{kind.name}: README.md does not list {_file(kind)}.py.")
        nested = {name for name, one in kind.settings.model_fields.items() if "Table" in str(_bases(one.annotation))}
        found += [
            f"{kind.name}: the table {name} is not in its tables."
            for name in sorted(nested)
            if (name,) not in kind.tables
        ]
    return found


def _file(kind: ChannelKind[Any]) -> str:
    return kind.settings.__module__.rpartition(".")[2]


def _bases(annotation: Any) -> list[type]:
    parts = [annotation, *get_args(annotation)]
    return [base for part in parts if isinstance(part, type) for base in part.__mro__]


def test_no_channel_is_registered_by_half() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - set(SHARED)
    assert lacks(CHANNELS, files, (FOLDER / "README.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("kinds", "files", "readme", "told"),
    [
        (CHANNELS[:1], {"smtp", "webhook"}, "`smtp.py`", ["webhook.py has no kind in CHANNELS."]),
        (CHANNELS[:2], {"smtp", "webhook"}, "`smtp.py`", ["webhook: README.md does not list webhook.py."]),
        (
            (CHANNELS[0], replace(CHANNELS[0], name="fax")),
            {"smtp"},
            "`smtp.py`",
            ["fax: its settings are of another kind."],
        ),
        ((CHANNELS[0], CHANNELS[0]), {"smtp"}, "`smtp.py`", ["Two kinds are called smtp."]),
        (
            (replace(CHANNELS[1], tables={}),),
            {"webhook"},
            "`webhook.py`",
            ["webhook: the table endpoints is not in its tables."],
        ),
    ],
    ids=["not in the tuple", "not in the README", "another kind's settings", "twice", "a table left out"],
)
def test_what_is_registered_by_half_is_named(
    kinds: tuple[ChannelKind[Any], ...], files: set[str], readme: str, told: list[str]
) -> None:
    assert lacks(kinds, files, readme) == told


def test_every_part_of_a_kind_is_required() -> None:
    part_names = [one.name for one in fields(ChannelKind)]
    assert len(part_names) == 8
    for name in part_names:
        given = {one: getattr(CHANNELS[0], one) for one in part_names if one != name}
        with pytest.raises(TypeError, match=name):
            ChannelKind(**given)


def test_nothing_but_a_channels_own_file_asks_for_its_type() -> None:
    own = {kind.settings.__name__ for kind in CHANNELS}
    asking = {
        path.name
        for path in FOLDER.parent.rglob("*.py")
        if path.parent != FOLDER and own & set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    }
    assert asking == set()


def test_the_recipe_works_on_a_copy(tmp_path: Path) -> None:
    package = tmp_path / "policy_site"
    shutil.copytree(Path(policy_site.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    recipe = (FOLDER / "README.md").read_text(encoding="utf-8")
    code = recipe.partition("```python\n")[2].partition("```")[0]
    place = package / "notifier" / "channels"
    (place / "folder.py").write_text(code, encoding="utf-8")
    entrance = place / "__init__.py"
    listed = entrance.read_text(encoding="utf-8").replace("= (SMTP", "= (FOLDER, SMTP")
    after = "from policy_site.notifier.channels.kind"
    imported = listed.replace(after, f"from policy_site.notifier.channels.folder import FOLDER\n{after}", 1)
    entrance.write_text(imported, encoding="utf-8")
    mailing = Mailing(tmp_path, port=9)
    mailing.announce()
    mailing.people(["a@example.org,en,", "b@example.org,de,"])
    settings = mailing.config.read_text(encoding="utf-8")
    table = settings.partition("[channels.mail]\n")[2].partition("[[audiences]]")[0]
    own = 'kind = "folder"\nfolder = "out"\nsender = "policies@example.org"\n'
    mailing.config.write_text(settings, encoding="utf-8")
    path = tmp_path / "folder.toml"
    path.write_text(settings.replace(table, own), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "policy_site", "notify", "run", "--config", str(path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    arrived = sorted((tmp_path / "out").glob("*.eml"))
    assert len(arrived) == 2
    assert {line for file in arrived for line in file.read_text().splitlines() if line.startswith("To: ")} == {
        "To: a@example.org",
        "To: b@example.org",
    }
