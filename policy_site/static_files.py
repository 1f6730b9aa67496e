"""The files of the look, by the names they are published under, which carry a digest of what they hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

_STATIC_FOLDER = Path(__file__).parent / "static"


@lru_cache(maxsize=1)
def read_static_files() -> Mapping[str, bytes]:
    """Return the static files by the name they are published under, which carries a digest of what they hold."""
    files = sorted(path for path in _STATIC_FOLDER.rglob("*") if path.is_file() and path.suffix != ".md")
    contents = {path: _as_published(path) for path in files}
    styles = {
        _name_with_digest(path, contents[path]): contents[path] for path in files if path.parent == _STATIC_FOLDER
    }
    folders = sorted({path.parent for path in files if path.parent != _STATIC_FOLDER})
    modules = {f"{folder.relative_to(_STATIC_FOLDER).as_posix()}/page.mjs": bundle(folder) for folder in folders}
    digest = hashlib.sha256(repr(sorted(modules.items())).encode()).hexdigest()[:10]
    return MappingProxyType(styles | {f"modules.{digest}/{name}": content for name, content in modules.items()})


def _as_published(path: Path) -> bytes:
    """Return what is published of a file: a style sheet without what only its authors read, a seventh of its weight."""
    content = path.read_bytes()
    if path.suffix != ".css":
        return content
    sheet = re.sub(r"/\*.*?\*/", "", content.decode(), flags=re.DOTALL)
    return re.sub(r"\n\s*", "\n", sheet).lstrip().encode()


_IMPORT = re.compile(r'^import \{[^{}]*\} from "\./(?P<name>[\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|class|function)\b)", re.MULTILINE)


def bundle(folder: Path) -> bytes:
    """Return the modules that ``page.mjs`` of a folder needs as one file, which asks for no other.

    Modules name what they take, in one way: ``import { a, b } from "./other.mjs";``. Their names differ from one
    another, which a test holds.
    """
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)).strip("\n") + "\n" for text in _modules(folder)).encode()


def _modules(folder: Path) -> Iterator[str]:
    """Yield the modules, each after those that it needs."""
    done: set[str] = set()

    def with_needs(name: str) -> Iterator[str]:
        if name not in done:
            done.add(name)
            text = (folder / name).read_text(encoding="utf-8")
            for found in _IMPORT.finditer(text):
                yield from with_needs(found["name"])
            yield text

    return with_needs("page.mjs")


def static_name(source: str) -> str:
    """Return the published name of the static file ``source``: ``site.css`` is ``site.1f0a3c5e.css``."""
    stem, _, extension = source.rpartition(".")
    return next(name for name in read_static_files() if name.startswith(f"{stem}.") and name.endswith(extension))


def module_name(source: str) -> str:
    """Return the published name of a module: ``redline/page.mjs`` is ``modules.1f0a3c5e/redline/page.mjs``."""
    return next(name for name in read_static_files() if name.startswith("modules.") and name.endswith(f"/{source}"))


def _name_with_digest(path: Path, content: bytes) -> str:
    return f"{path.stem}.{hashlib.sha256(content).hexdigest()[:10]}{path.suffix}"
