r"""The one builder of real git repositories: it speaks in sentences, and builds the same commits on every machine.

policies = PolicyRepository(tmp_path)
policies.site(languages=["en", "de"])
policies.publish("privacy", effective="2026-05-04", significance="significant", text="# Privacy\n...")
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

_FIRST_COMMIT = datetime(2024, 1, 1, 12, tzinfo=UTC)
_NOTICE = timedelta(days=45)
CATEGORY_OF_SIGNIFICANCE = {"editorial": "editorial", "minor": "clarification", "significant": "purpose"}


def clean_environment(**more: str) -> dict[str, str]:
    """Return an environment in which git knows nothing of this machine, its users or a calling hook."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Lena Lawyer",
        "GIT_AUTHOR_EMAIL": "lena@example.org",
        "GIT_COMMITTER_NAME": "Lena Lawyer",
        "GIT_COMMITTER_EMAIL": "lena@example.org",
        "LC_ALL": "C",
        "TZ": "UTC",
        **more,
    }


class PolicyRepository:
    """A repository with policies in it. Paths are from its root, days are ``2026-05-04``."""

    def __init__(self, root: Path, *, folder: str = "content", authoritative: str = "en") -> None:
        """Make an empty repository at ``root`` (which may exist), its branch called ``main``."""
        self.root = root
        self.folder = folder
        self.authoritative = authoritative
        self._clock = _FIRST_COMMIT
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", "--template=")

    @classmethod
    def opened(cls, root: Path, *, folder: str = "content") -> PolicyRepository:
        """Return a repository that exists already: a clone."""
        repository = cls.__new__(cls)
        repository.root, repository.folder, repository.authoritative = root, folder, "en"
        repository._clock = _FIRST_COMMIT
        return repository

    @property
    def content(self) -> Path:
        """The content folder on disk."""
        return self.root / self.folder

    @property
    def head(self) -> str:
        """Full object name of the commit that is checked out."""
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str, when: datetime | None = None, **more: str) -> str:
        """Run git here; return what it prints, without the last line end."""
        date_of_commit = f"@{int((when or self._clock).timestamp())} +0000"
        finished = subprocess.run(
            ["git", "-c", "core.excludesFile=/dev/null", "-c", "core.attributesFile=/dev/null", *arguments],
            cwd=self.root,
            env=clean_environment(GIT_AUTHOR_DATE=date_of_commit, GIT_COMMITTER_DATE=date_of_commit, **more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr.decode("utf-8", "replace")
        return finished.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def write(self, path: str, text: str | bytes) -> PolicyRepository:
        """Write a file, as UTF-8 without any change to its line ends; the next commit takes it."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return self

    def rename(self, old: str, new: str) -> PolicyRepository:
        """Move a file or folder; the next commit takes it."""
        (self.root / new).parent.mkdir(parents=True, exist_ok=True)
        (self.root / old).rename(self.root / new)
        return self

    def delete(self, path: str) -> PolicyRepository:
        """Delete a file or folder; the next commit takes it."""
        file = self.root / path
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file)
        else:
            file.unlink()
        return self

    def commit(self, *, when: str | datetime | None = None, message: str = "Change the policies") -> str:
        """Commit everything; return the commit's full name. Without ``when``, a day after the commit before."""
        self._clock = self._clock + timedelta(days=1) if when is None else _instant(when)
        self.git("add", "--all", ".")
        self.git(
            "-c",
            "core.hooksPath=/dev/null",
            "commit",
            "--quiet",
            "--allow-empty",
            "--no-gpg-sign",
            "--no-verify",
            f"--message={message}",
        )
        return self.head

    def branch(self, name: str) -> PolicyRepository:
        """Begin a branch here and check it out, or check out one that exists."""
        exists = bool(self.git("branch", "--list", name))
        self.git("checkout", "--quiet", *([] if exists else ["-b"]), name)
        return self

    def merge(self, name: str, *, when: str | datetime | None = None) -> str:
        """Merge a branch with a merge commit; return its full name."""
        self._clock = self._clock + timedelta(days=1) if when is None else _instant(when)
        self.git("merge", "--quiet", "--no-ff", "--no-edit", name)
        return self.head

    def publish(
        self,
        policy: str,
        *,
        effective: str,
        significance: str = "significant",
        text: str | None = None,
        language: str | None = None,
        published: str | None = None,
        version: str | None = None,
        title: str | None = None,
        changes: Sequence[Mapping[str, Any]] | None = None,
        facts: Mapping[str, Any] | None = None,
        words: Mapping[str, str] | None = None,
        when: str | datetime | None = None,
    ) -> str:
        """Write one version's text and release note in one language, and commit them on the day of publication.

        The version is called after its effective day, and published 45 days before. A translation gets the words of
        the note alone. A version that is not significant names the sections that differ from the text before.
        ``facts`` adds to the note's front matter, ``words`` has ``summary``, ``impact``, ``choices``.
        """
        language = language or self.authoritative
        version = version or effective
        title = title or policy.capitalize()
        published = published or (date.fromisoformat(effective) - _NOTICE).isoformat()
        text = text if text is not None else f"# {title} {{#top}}\n\nThe text in force from {effective}.\n"
        changed = changed_sections(self.content / policy / f"{language}.md", text)
        self.write(f"{self.folder}/{policy}/{language}.md", f'---\ntitle: {title}\nversion: "{version}"\n---\n{text}')
        note = f"{self.folder}/{policy}/releases/{version}"
        if language == self.authoritative:
            category = CATEGORY_OF_SIGNIFICANCE.get(significance, "formatting")
            default = [{"category": category, **({} if significance == "significant" else {"sections": changed})}]
            all_facts: dict[str, Any] = {
                "published": published,
                "effective": effective,
                "changes": list(changes if changes is not None else default),
                "significance": significance,
                **(facts or {}),
            }
            front_matter = "".join(f"{key}: {_yaml(value)}\n" for key, value in all_facts.items())
            self.write(f"{note}.md", f"---\n{front_matter}---\n{release_words(words)}")
        else:
            self.write(f"{note}.{language}.md", release_words(words))
        return self.commit(when=when or published, message=f"Publish {policy} {version} in {language}")

    def site(self, **overrides: Any) -> PolicyRepository:
        """Write ``site.toml``; the next commit takes it.

        Policies may be given by their ids: ``site(policies=["privacy", "cookies"], languages=["en", "de"])``.
        """
        settings: dict[str, Any] = {
            "title": "Policies of Example",
            "base_url": "https://example.org/",
            "languages": [self.authoritative],
            "policies": ["privacy"],
            **overrides,
        }
        settings["policies"] = [
            {"id": policy} if isinstance(policy, str) else dict(policy) for policy in settings["policies"]
        ]
        return self.write(f"{self.folder}/site.toml", to_toml(settings))

    def clone(self, to: Path, *options: str) -> Path:
        """Clone this repository over the file protocol, so that ``--depth`` and ``--filter`` count."""
        self.git("config", "uploadpack.allowFilter", "true")
        self.git("clone", "--quiet", *options, f"file://{self.root}", str(to))
        return to


def changed_sections(before: Path, text: str) -> list[str]:
    """Return the ids of the sections in which a text differs from the one that a file holds; none without a file."""
    if not before.exists():
        return []
    old, new = (_sections(words) for words in (before.read_text(encoding="utf-8").split("---\n", 2)[-1], text))
    return [section for section in (*new, *(old.keys() - new.keys())) if old.get(section) != new.get(section)]


def _sections(text: str) -> dict[str, str]:
    """Return what stands under each heading, by its id."""
    found: dict[str, str] = {}
    for part in re.split(r"^(?=#{1,6} )", text, flags=re.MULTILINE):
        heading, _, body = part.partition("\n") if part.startswith("#") else ("", "", part)
        words = heading.strip("# ")
        named = re.search(r"\{#([\w-]+)[^{}]*\}$", words)
        section = named[1] if named else "-".join(re.findall(r"\w+", words.lower())) if words else "preamble"
        if words or body.strip():
            found[section] = f"{words}\n{body.strip()}"
    return found


def release_words(words: Mapping[str, str] | None = None) -> str:
    """Return the body of a release note: three headings, with or without words of one's own below."""
    said = {
        "summary": "We changed this policy.",
        "impact": "You are concerned if you use the service.",
        "choices": "You can close your account.",
        **(words or {}),
    }
    headings = {"summary": "What changed", "impact": "What it means for you", "choices": "Your choices"}
    return "\n".join(f"## {headings[part]} {{#{part}}}\n\n{said[part]}\n" for part in headings if said[part])


def to_toml(table: Mapping[str, Any], *, prefix: str = "") -> str:
    """Return a table as TOML: plain values first, then tables, then arrays of tables."""
    lines = [
        f"{_toml_key(key)} = {_toml(value)}"
        for key, value in table.items()
        if value is not None and not isinstance(value, Mapping) and not _is_array_of_tables(value)
    ]
    for key, value in table.items():
        name = f"{prefix}{_toml_key(key)}"
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]", to_toml(value, prefix=f"{name}.").rstrip("\n")]
        elif _is_array_of_tables(value):
            for entry in value:
                lines += ["", f"[[{name}]]", to_toml(entry, prefix=f"{name}.").rstrip("\n")]
    return "\n".join(lines) + "\n"


def _is_array_of_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _toml_key(key: str) -> str:
    is_bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if is_bare else json.dumps(key, ensure_ascii=False)


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(entry) for entry in value)}]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_toml_key(key)} = {_toml(entry)}' for key, entry in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def _yaml(value: Any) -> str:
    """Return a value as YAML in one line: JSON is YAML, and a day must stay a day."""
    if isinstance(value, str) and len(value) == len("2026-05-04") and value.replace("-", "").isdigit():
        return value
    return json.dumps(value, ensure_ascii=False)


def _instant(when: str | datetime) -> datetime:
    if isinstance(when, str):
        moment = datetime.fromisoformat(when) if "T" in when else datetime.combine(date.fromisoformat(when), time(12))
    else:
        moment = when
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
