"""What a page loads is one file, made of modules that people read."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from policy_site.static_files import bundle, read_static_files

STATIC = Path(__file__).parents[2] / "policy_site" / "static"
FOLDERS = sorted({path.parent for path in STATIC.rglob("*.mjs")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_modules_of_a_page_become_one_file_that_asks_for_no_other(folder: Path, tmp_path: Path) -> None:
    code = bundle(folder).decode()
    assert not re.search(r"^(?:import|export)\b|\bimport\(", code, re.MULTILINE)
    (tmp_path / "page.mjs").write_text(code, encoding="utf-8")
    node = shutil.which("node")
    assert node, "Install Node (tests/install-debian)."
    assert subprocess.run([node, "--check", str(tmp_path / "page.mjs")], check=False).returncode == 0


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_name_of_a_module_is_taken_twice(folder: Path) -> None:
    named = re.compile(r"^(?:async )?(?:const|let|class|function)\s+(\[[^\]]*\]|\{[^}]*\}|\w+)", re.MULTILINE)
    names = Counter(named.findall(bundle(folder).decode()))
    assert names
    assert [name for name, count in names.items() if count > 1] == []


def test_one_file_is_published_for_each_page_with_a_script() -> None:
    published = [name for name in read_static_files() if name.endswith(".mjs")]
    assert sorted(name.split("/", 1)[1] for name in published) == [f"{folder.name}/page.mjs" for folder in FOLDERS]
