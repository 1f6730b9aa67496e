"""Names of what texts say, from the memo where they are known: a history asks for those of all its revisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from policy_site import hyperlinks, model
from policy_site.documents.form import form
from policy_site.documents.limits import RenderFault
from policy_site.documents.memo import Memo
from policy_site.documents.plain import wording
from policy_site.documents.rendering import Source, render_documents

_LIBRARIES = ("lxml", "markdown", "markdown-it-py", "mdit-py-plugins", "nh3", "regex")


def name_texts(
    sources: Sequence[Source],
    *,
    extensions: tuple[str, ...],
    memo_folder: Path | None,
    jobs: int,
    given_up: dict[str, RenderFault],
    progress: Callable[[int], None] | None,
) -> Mapping[str, tuple[str, str]]:
    """Return the names of the words of texts, and of their words with their structure, by the keys of the sources.

    What is not in the memo is rendered. A text that cannot be is named by its key.
    """
    memo = Memo(memo_folder)
    keys = {source.key: _memo_key(source, extensions) for source in sources}
    known = {key: names for key, told in memo.read(keys.values()).items() if len(names := told.split()) == _NAMES}
    named = {source.key: _pair(known[keys[source.key]]) for source in sources if keys[source.key] in known}
    missing = [source for source in sources if source.key not in named]
    done = len(sources) - len(missing)
    rendered = render_documents(
        missing,
        extensions=extensions,
        cache=memo_folder,
        jobs=jobs,
        given_up=given_up,
        progress=(lambda number: progress(done + number)) if progress else None,
    )
    if progress and not missing:
        progress(done)
    learned: dict[str, str] = {}
    for source in missing:
        document = rendered[source.key]
        if isinstance(document, RenderFault):
            named[source.key] = source.key, source.key
        else:
            named[source.key] = wording(document), form(document)
            learned[keys[source.key]] = " ".join(named[source.key])
    memo.write(learned)
    return named


_NAMES = 2


def _pair(names: Sequence[str]) -> tuple[str, str]:
    first, second = names
    return first, second


def _memo_key(source: Source, extensions: tuple[str, ...]) -> str:
    told = "\0".join((_program(), " ".join(extensions), source.title, source.body))
    return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _program() -> str:
    """Return a digest of everything that names are made by: they are believed as long as it is the same."""
    room = Path(__file__).parent
    files = [
        *sorted(room.rglob("*.py")),
        Path(model.__file__),
        room.parent / "characters.py",
        Path(hyperlinks.__file__),
    ]
    digest = sha256(repr([(name, metadata.version(name)) for name in _LIBRARIES]).encode())
    for file in files:
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()
