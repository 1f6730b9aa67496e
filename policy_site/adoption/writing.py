"""Settings written for people: each line with what it is for, and what could not be decided on top."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from policy_site.adoption.counting import Count
from policy_site.adoption.dates import Readers
from policy_site.adoption.paths import Laying
from policy_site.history import Survey

_WIDTH = 116


def write_settings(
    survey: Survey,
    laying: Laying,
    languages: Mapping[str, str],
    readers: Readers | None,
    *,
    source: str,
    counts: Sequence[Count] = (),
    undecided: Sequence[str] = (),
    dated: frozenset[str] = frozenset(),
    encodings: Mapping[str, str] = MappingProxyType({}),
    placeholders: Mapping[str, str | None] = MappingProxyType({}),
    only_main: bool = False,
) -> str:
    """Return the text of a ``site.toml``; ``only_main``: with the first language alone, to look at its history.

    ``dated``: ids of policies that have their versions by date where others do not. ``placeholders``: what stands for
    them, ``None`` where nobody knows.
    """
    tags = list(languages)[:1] if only_main else list(languages)
    lines = [
        *_comment(
            f"Proposed by `policy-site adopt` for the branch {survey.branch!r} ({survey.commits} commits). Nothing in"
            " the repository is changed: all its habits are told here. Look through it, then:"
        ),
        "#",
        "#     policy-site build --config site.toml --repository THE-REPOSITORY",
        *(["#", "# What could not be decided:"] if undecided else []),
        *(line for sentence in undecided for line in _comment(f"- {sentence}")),
        'title = "Policies"',
        'base_url = "https://policies.example.org/" # TO DO: where the site will be',
        'time_zone = "UTC" # TO DO: in which days begin',
        f"languages = {json.dumps(tags, ensure_ascii=False)}",
        f"branch = {json.dumps(survey.branch)}",
        "",
        *_content(laying, languages, only_main=only_main),
        *_encodings(encodings),
        "",
        *_versions(readers, source, counts),
        *_substitutions(placeholders),
        *_policies(laying, dated),
    ]
    return "\n".join(lines) + "\n"


def _content(laying: Laying, languages: Mapping[str, str], *, only_main: bool) -> Iterator[str]:
    yield "[content]"
    yield "layout = ["
    for layout in laying.layouts:
        span = (
            f"from {layout.first.date()} to {layout.last.date()}"
            if not layout.texts
            else f"since {layout.first.date()}"
        )
        yield f"    {json.dumps(layout.pattern)}, # {span}, {layout.texts} texts today"
    yield "]"
    main = next(iter(languages), "")
    folders = {name: tag for tag, name in languages.items() if name != tag and (not only_main or tag == main)}
    for old, new in laying.renamed_locales.items():
        tag = next((tag for tag, name in languages.items() if name == new), new)
        if not only_main or tag == main:
            folders[old] = tag
    if folders:
        yield "# Names that stand, or stood, in paths for a language:"
        pairs = ", ".join(f"{json.dumps(name)} = {json.dumps(tag)}" for name, tag in sorted(folders.items()))
        yield f"folders = {{ {pairs} }}"
    if laying.archives:
        yield from _comment(
            "Texts that were put aside, drafts and news; a policy whose text was moved there counts as retired since."
        )
        yield f"exclude = {json.dumps([f'**/{name}/**' for name in laying.archives])}"


def _encodings(encodings: Mapping[str, str]) -> Iterator[str]:
    if encodings:
        yield "# What texts are in that are not UTF-8. TO DO: look whether their words are right."
        pairs = ", ".join(f"{json.dumps(glob)} = {json.dumps(name)}" for glob, name in encodings.items())
        yield f"encodings = {{ {pairs} }}"


def _versions(readers: Readers | None, source: str, counts: Sequence[Count]) -> Iterator[str]:
    yield "[versions]"
    if counts:
        ways = {way: sum(count.versions.get(way, 0) for count in counts) for way in counts[0].versions}
        told = ", ".join(f"{way} {number}" for way, number in ways.items())
        yield from _comment(
            f"Versions that each source gives, of {sum(count.revisions for count in counts)} revisions: {told}."
        )
    yield f"source = {json.dumps(source)}"
    if readers is None:
        return
    if readers.keys or readers.patterns:
        yield from _comment(f"A date is found in {readers.found} of {readers.texts} texts of today.")
    if readers.keys:
        yield f"date_key = {json.dumps(list(readers.keys))}"
    if readers.patterns:
        yield "date_patterns = ["
        for what, pattern, texts in readers.patterns:
            yield f"    # {what}: {texts} texts"
            yield f"    '{pattern}',"
        yield "]"
    if readers.label_key:
        yield from _comment("What texts call their versions:")
        yield f"label_key = {json.dumps(readers.label_key)}"
    if readers.label_pattern:
        yield from _comment("What texts call their versions:")
        yield f"label_patterns = ['{readers.label_pattern}']"


def _substitutions(placeholders: Mapping[str, str | None]) -> Iterator[str]:
    if not placeholders:
        return
    yield ""
    yield "# What stands for the placeholders of a site generator. TO DO: fill in those that are still a comment; until"
    yield "# then they are shown as they are."
    yield "[content.substitutions]"
    for name, value in sorted(placeholders.items(), key=lambda entry: (entry[1] is None, entry[0])):
        line = f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(value or '', ensure_ascii=False)}"
        yield f"# {line}" if value is None else line


def ids_of(laying: Laying) -> Mapping[str, str]:
    """Return the ids of the policies that are and were, by their names."""
    taken: set[str] = set()
    return {name: id_of(name, taken) for name in (*laying.policies, *laying.former_policies)}


def _policies(laying: Laying, dated: frozenset[str]) -> Iterator[str]:
    for name, own in ids_of(laying).items():
        files = [laying.own_paths.get(name, name), *laying.former_names.get(name, ())]
        yield ""
        if name in laying.former_policies:
            yield "# Its text is not there any more: it is shown as retired."
        yield "[[policies]]"
        yield f"id = {json.dumps(own)}"
        if files != [own]:
            yield f"files = {json.dumps(files[0] if len(files) == 1 else files, ensure_ascii=False)}"
        if name in laying.announced:
            yield "# Its coming text is there until its day:"
            yield f"announced = {json.dumps(laying.announced[name], ensure_ascii=False)}"
        if name in laying.groups:
            yield f"group = {json.dumps(_in_words(laying.groups[name]), ensure_ascii=False)}"
        if own in dated:
            yield 'source = "date"'


def _in_words(folder: str) -> str:
    """Return a name for people: ``legal/privacy-policies`` is “Privacy policies”."""
    words = re.sub(r"[-_\s]+", " ", folder.rpartition("/")[2]).strip()
    return words[:1].upper() + words[1:]


def id_of(name: str, taken: set[str]) -> str:
    """Return the name of a policy as it may stand in addresses, another one where it is taken."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:76] or "policy"
    own, number = stem, 1
    while own in taken:
        number += 1
        own = f"{stem}-{number}"
    taken.add(own)
    return own


def _comment(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
