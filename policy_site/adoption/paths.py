"""Which files are texts, in which languages, and what lays them out: told from paths alone, today's and former ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from policy_site.adoption.contents import Contents
from policy_site.history import PathSpan, Survey
from policy_site.localization import is_known_locale

_SUFFIXES = (".md", ".markdown")
_PLAIN_TEXT = ".txt"
"""Of such files only those whose names speak of policies are taken: many are lists for programs."""
_OF_THE_REPOSITORY = re.compile(
    r"(?:CHANGE(?:LOG|S)|HISTORY|CONTRIBUTING|CONTRIBUTORS|AUTHORS|MAINTAINERS|TODO|PULL_REQUEST_TEMPLATE|ISSUE_TEMPLATE)\b.*",
    re.IGNORECASE,
)
_BESIDE_POLICIES = re.compile(
    r"(?:README|LICEN[CS]E|NOTICE|CODE[_-]OF[_-]CONDUCT|SECURITY|SUPPORT|GOVERNANCE)\b.*", re.IGNORECASE
)
"""What is about the repository where it has other texts; where it has none, these are what it publishes."""
_SPEAKS_OF_POLICIES = re.compile(
    r"polic|privacy|terms|tos\b|eula|notice|cookie|agreement|licen[cs]e|\bdpa\b|\bsla\b|legal|conduct|guideline|statement"
    r"|acceptable|datenschutz|agb\b|impressum|confidentialit|condition|subprocessor|dmca|gdpr|copyright|trademark|\bacts?\b"
    r"|privacidad|privacidade|mentions|personvern|integritet|informativa|aviso",
    re.IGNORECASE,
)
_ARCHIVES = frozenset({"archive", "archived", "archives", "old", "retired", "deprecated", "historical"})
_NO_TEXTS = frozenset({"node_modules", "vendor", "themes", "tests", "test", "fixtures", "_includes", "_layouts"})
_NEWS_AND_DRAFTS = frozenset({"_posts", "posts", "blog", "news", "_drafts", "drafts", "draft"})
_SOON = timedelta(days=7)
_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_](?:[A-Z][a-z]{3}|[A-Za-z]{2}|\d{3})){0,2}")
_GENERAL_STEMS = frozenset({"index", "_index", "main", "page", "content", "text", "readme"})
_LIVED = timedelta(days=1)
"""How long a text was there, at least, to be one that is retired and not one that was put in the wrong place."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A path taken apart: what lays it out, and what it is of."""

    layout: str
    """With ``{policy}``, and ``{locale}`` where a language stands in it."""
    policy: str
    locale: str
    """As it stands in the path; empty where none does."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A way in which texts are, or were, laid out."""

    pattern: str
    first: datetime
    last: datetime
    texts: int
    """Files that lie so today."""


@dataclass(frozen=True, slots=True)
class Laying:
    """What the paths of a repository tell."""

    layouts: tuple[Layout, ...]
    """Today's first."""
    locales: Mapping[str, int]
    """Names of languages in today's paths, with how many texts each has, the most first."""
    renamed_locales: Mapping[str, str]
    """Names that stand in former paths alone, by the one of today that took their place."""
    policies: tuple[str, ...]
    """Names of policies that are there today in the language with the most texts, in the order of their changes."""
    own_paths: Mapping[str, str]
    """By a name of its own, the path of each text whose name another one has, too; with ``{locale}``."""
    former_policies: tuple[str, ...]
    """Names of those that are not, and that git does not see as former names of one that is."""
    groups: Mapping[str, str]
    """Folder in which a policy stands among others, where there are several such folders; by its name."""
    former_names: Mapping[str, tuple[str, ...]]
    """Former names that differ from a policy's name of today in capitals and signs alone."""
    announced: Mapping[str, str]
    """By a policy's name, that of the file in which its coming text is kept; nothing that paths alone tell."""
    archives: tuple[str, ...]
    """Folders of texts that were put aside, of drafts and of news."""
    has_unnamed_language: bool
    """Whether texts of one language stand beside their translations without its name: ``terms.md``, ``terms.de.md``."""
    left_out: tuple[str, ...]
    """Files of today that were taken for no policies."""
    leading: tuple[str, ...]
    """Of these, pages that only lead to texts."""
    taken_by_date: tuple[str, ...]
    """Files whose names do not speak of policies, and that name a date as policies do."""
    paths: tuple[str, ...]
    """Of the texts of today that are in the language with the most texts, or in one that their paths do not name."""


def find_documents(survey: Survey) -> tuple[str, ...]:
    """Return the paths of today that may be texts."""
    return tuple(path for path, span in survey.spans.items() if span.is_present and _is_document(path))


def lay_out(survey: Survey, contents: Contents) -> Laying:
    """Find out what lays out the texts of a repository."""
    documents = {path: span for path, span in survey.spans.items() if _is_document(path)}
    candidates = [path for path in documents if documents[path].is_present and path not in contents.leading]
    if any(not _BESIDE_POLICIES.fullmatch(PurePosixPath(path).name) for path in candidates):
        documents = {path: span for path, span in documents.items() if _is_main(path)}
    elif any("readme" not in path.casefold() for path in candidates):
        documents = {path: span for path, span in documents.items() if "readme" not in path.casefold()}
    today = [path for path in candidates if path in documents]
    languages = _languages_in(documents)
    shapes = {path: _shape_of(path, languages) for path in documents}
    speaking = {shapes[path].layout for path in today if _SPEAKS_OF_POLICIES.search(path)}
    by_date = {path for path in today if speaking and shapes[path].layout not in speaking and path in contents.dated}
    taken = [path for path in today if not speaking or shapes[path].layout in speaking or path in by_date]
    own_paths = _own_paths(taken, shapes)
    shapes |= {path: Shape("", name, shapes[path].locale) for path, name in own_paths.items()}
    names = {shapes[path].policy for path in taken}
    locales = Counter(shapes[path].locale for path in taken if shapes[path].locale)
    labelled = {shapes[path].policy for path in taken if shapes[path].locale}
    bare = {shapes[path].policy for path in taken if not shapes[path].locale}
    has_unnamed = not {"en", "en-US"} & locales.keys() and len(labelled & bare) * 2 > len(labelled)
    main = "" if has_unnamed else _main_language(locales)
    own = [path for path in taken if shapes[path].locale in ("", main)]
    laid_out = [path for path in sorted(taken, key=lambda path: documents[path].first) if shapes[path].layout]
    current = list(dict.fromkeys(shapes[path].layout for path in laid_out))
    began = min((documents[path].first for path in own), default=None)
    former = _former(documents, shapes, names, set(current), began)
    layouts = sorted(
        (_layout(pattern, documents, shapes, taken) for pattern in {*current, *former}),
        key=lambda layout: (-layout.texts, layout.pattern),
    )
    policies = tuple(
        dict.fromkeys(shapes[path].policy for path in sorted(own, key=lambda path: (-documents[path].changes, path)))
    )
    folded: dict[str, str] = {_folded(name): name for name in policies}
    absent = {
        path: shape
        for path, shape in shapes.items()
        if not documents[path].is_present and shape.layout in {*current, *former} and shape.policy not in names
    }
    gone = {shape.policy for shape in absent.values()}
    renamed = _renamed(documents, shapes, locales)
    retired: dict[str, list[str]] = {}
    for path in sorted(absent, key=lambda path: documents[path].last, reverse=True):
        shape, name = absent[path], _folded(absent[path].policy)
        is_ours = shape.locale in ("", main) or renamed.get(shape.locale) == main
        has_lived = documents[path].last - documents[path].first >= _LIVED
        if is_ours and has_lived and name not in folded and _destination(path, survey.spans) not in taken:
            names_of = retired.setdefault(name, [])
            names_of += [shape.policy] if shape.policy not in names_of else []
    former_names = {
        name: tuple(sorted(other for other in gone if _folded(other) == _folded(name)))
        for name in policies
        if any(_folded(other) == _folded(name) for other in gone)
    }
    former_names |= {first: tuple(others) for first, *others in retired.values() if others}
    return Laying(
        layouts=tuple(layouts),
        locales=dict(sorted(locales.items(), key=lambda entry: (entry[0] != main, -entry[1], entry[0]))),
        renamed_locales=renamed,
        policies=policies,
        own_paths={name: _with_locale(path, languages) for path, name in own_paths.items() if name in policies},
        former_policies=tuple(sorted(first for first, *_ in retired.values())),
        groups=_groups(own, shapes, languages),
        former_names=former_names,
        announced={},
        archives=_put_aside(survey.spans),
        has_unnamed_language=has_unnamed,
        left_out=tuple(sorted(path for path in (*today, *_drafts_in(survey)) if path not in set(taken))),
        leading=tuple(sorted(path for path in contents.leading if path in shapes)),
        taken_by_date=tuple(sorted(by_date)),
        paths=tuple(sorted(own)),
    )


def _destination(path: str, spans: Mapping[str, PathSpan]) -> str:
    """Return where git sees a file move in the end."""
    seen = {path}
    while (to := spans[path].moved_to) and to in spans and to not in seen:
        seen.add(to)
        path = to
    return path


def _own_paths(taken: Iterable[str], shapes: Mapping[str, Shape]) -> dict[str, str]:
    """Return a name of its own for each text whose name in its language another one has, too."""
    claims: dict[tuple[str, str], list[str]] = {}
    for path in taken:
        claims.setdefault((shapes[path].policy, shapes[path].locale), []).append(path)
    shared = {policy for (policy, _), paths in claims.items() if len(paths) > 1}
    regional = {path for path in taken if _is_regional(path)}
    named: dict[str, str] = {}
    for policy in shared:
        ours = [path for path in taken if shapes[path].policy == policy]
        folders = [set(path.split("/")[:-1]) for path in ours]
        common = set.intersection(*folders)
        for path in ours:
            folder = [part for part in path.split("/")[:-1] if part not in common and part != shapes[path].locale]
            named[path] = " ".join([*folder, *([] if policy in folder else [policy])])
    named |= {path: " ".join(path.rpartition(".")[0].split("/")[-2:]) for path in regional}
    return named


def _is_regional(path: str) -> bool:
    """Whether a text is named after a language and a region that no locale has: ``en_eu.md`` is none of a language."""
    stem = _stem(path.rpartition("/")[2])[0]
    language, _, region = stem.replace("-", "_").partition("_")
    return bool(region) and _LOCALE.fullmatch(stem) is not None and is_locale(language) and not is_locale(stem)


def _with_locale(path: str, languages: frozenset[str]) -> str:
    for start, name, end in _places_of_locales(path):
        if name in languages:
            return f"{start}{{locale}}{end}"
    return path


def _groups(own: Iterable[str], shapes: Mapping[str, Shape], languages: frozenset[str]) -> dict[str, str]:
    """Return the folder of each policy that stands among others, if there are several such folders."""
    groups: dict[str, str] = {}
    for path in own:
        shape = shapes[path]
        folders = [part for part in _with_locale(path, languages).split("/")[:-1] if part != "{locale}"]
        if folders and _stem(path.split("/")[-1])[0].casefold() in _GENERAL_STEMS | {shape.locale}:
            folders.pop()
        if folders:
            groups.setdefault(shape.policy, "/".join(folders))
    sizes = Counter(groups.values())
    return groups if len(sizes) > 1 and max(sizes.values()) > 1 else {}


def _is_text(path: str) -> bool:
    pure = PurePosixPath(path)
    is_hidden = any(part.startswith(".") or part in _NO_TEXTS for part in pure.parts)
    is_text = pure.suffix == _PLAIN_TEXT and _SPEAKS_OF_POLICIES.search(path) is not None
    is_text = is_text or pure.suffix.lower() in _SUFFIXES
    return is_text and not is_hidden and not _OF_THE_REPOSITORY.fullmatch(pure.name)


def _is_document(path: str) -> bool:
    parts = {part.casefold() for part in path.split("/")[:-1]}
    return _is_text(path) and not parts & (_ARCHIVES | _NEWS_AND_DRAFTS)


def _is_main(path: str) -> bool:
    """Whether a file is not about the repository; in folders, ``notice.md`` and the like are texts."""
    pure = PurePosixPath(path)
    is_readme = pure.stem.casefold() == "readme"
    is_beside = _BESIDE_POLICIES.fullmatch(pure.name) is not None and (is_readme or pure.stem.isupper())
    return not is_beside


def _drafts_in(survey: Survey) -> list[str]:
    """Return the texts of today in folders of drafts or news, whose names speak of policies."""
    return [
        path
        for path, span in survey.spans.items()
        if span.is_present
        and _is_text(path)
        and {part.casefold() for part in path.split("/")[:-1]} & _NEWS_AND_DRAFTS
        and _SPEAKS_OF_POLICIES.search(path)
    ]


def _put_aside(paths: Iterable[str]) -> tuple[str, ...]:
    aside = _ARCHIVES | _NEWS_AND_DRAFTS
    names = {part for path in paths if _is_text(path) for part in path.split("/")[:-1] if part.casefold() in aside}
    return tuple(sorted(names))


def _folded(name: str) -> str:
    """Return a name without what differs between spellings of it."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _renamed(
    documents: Mapping[str, PathSpan], shapes: Mapping[str, Shape], locales: Mapping[str, int]
) -> Mapping[str, str]:
    """Return former names of languages by those that took their place: the one ended where the other began."""
    lives: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    for path, shape in shapes.items():
        span, key = documents[path], (shape.locale, shape.policy)
        first, last = lives.get(key, (span.first, span.last))
        lives[key] = (min(first, span.first), max(last, span.last))
    renamed: dict[str, str] = {}
    for old in sorted({locale for locale, _ in lives if locale and locale not in locales}):
        for new in locales:
            both = [policy for locale, policy in lives if locale == old and (new, policy) in lives]
            follow = [policy for policy in both if abs(lives[old, policy][1] - lives[new, policy][0]) <= _SOON]
            if _language(old) == _language(new) and both and len(follow) * 2 > len(both):
                renamed.setdefault(old, new)
    return renamed


_OTHER_NAMES = {"no": "nb", "tl": "fil", "iw": "he", "in": "id", "ji": "yi", "mo": "ro"}
"""Names that a language had, or that stand for the language that its texts are in."""


def _language(name: str) -> str:
    language = re.split("[-_]", name)[0]
    return _OTHER_NAMES.get(language, language)


def _main_language(locales: Mapping[str, int]) -> str:
    """Return the language with the most texts; of several, English."""
    return max(locales, key=lambda name: (locales[name], name.startswith("en"), name), default="")


def is_locale(name: str) -> bool:
    """Whether the name of a folder or file may be that of a language."""
    return _LOCALE.fullmatch(name) is not None and is_known_locale(name.replace("_", "-"))


def _languages_in(documents: Iterable[str]) -> frozenset[str]:
    """Return the names of languages: in the same place of otherwise equal paths, beside one without, or English."""
    siblings: dict[str, set[str]] = {}
    known = frozenset(documents)
    beside: set[str] = set()
    for path in known:
        for start, name, end in _places_of_locales(path):
            if start.endswith((".", "_")) and f"{start[:-1]}{end}" in known:
                beside.add(name)
            siblings.setdefault(f"{start}\0{end}", set()).add(name)
    several = {name for names in siblings.values() if len(names) > 1 for name in names}
    return frozenset(
        several | beside | {name for names in siblings.values() for name in names if name in ("en", "en-US")}
    )


def _places_of_locales(path: str) -> Iterable[tuple[str, str, str]]:
    """Yield what stands before, in and after each part of a path that may be a language: a folder, a stem, its end."""
    parts = path.split("/")
    for number, part in enumerate(parts[:-1]):
        if is_locale(part):
            yield "/".join([*parts[:number], ""]), part, "/".join(["", *parts[number + 1 :]])
    folder, stem, suffix = "/".join([*parts[:-1], ""]), *_stem(parts[-1])
    if is_locale(stem):
        yield folder, stem, suffix
    found = re.fullmatch(r"(.+[._])([a-z]{2,3}(?:[-_][A-Za-z]{2,4})?)", stem)
    if found and is_locale(found[2]) and not _is_regional(path):
        yield f"{folder}{found[1]}", found[2], suffix


def _stem(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return stem, dot + suffix


def _shape_of(path: str, languages: frozenset[str]) -> Shape:
    for start, name, end in _places_of_locales(path):
        if name in languages:
            layout, policy = _name_policy(f"{start}{{locale}}{end}")
            return Shape(layout, policy, name)
    layout, policy = _name_policy(path)
    return Shape(layout, policy, "")


def _name_policy(path: str) -> tuple[str, str]:
    """Return a path with ``{policy}`` in the place of what names it, and that name: its stem, or a folder's."""
    parts = path.split("/")
    stem, suffix = _stem(parts[-1])
    plain = stem.removesuffix(".{locale}").removesuffix("_{locale}")
    if plain != "{locale}" and plain.casefold() not in _GENERAL_STEMS:
        return "/".join([*parts[:-1], stem.replace(plain, "{policy}", 1) + suffix]), plain
    for number in range(len(parts) - 2, -1, -1):
        if parts[number] != "{locale}":
            return "/".join([*parts[:number], "{policy}", *parts[number + 1 :]]), parts[number]
    return path, plain


def _former(
    documents: Mapping[str, PathSpan],
    shapes: Mapping[str, Shape],
    names: set[str],
    current: set[str],
    began: datetime | None,
) -> set[str]:
    """Return the layouts of paths that are no more, where they held policies of today for more than a moment.

    One without languages, while today's has them, is one only if it ended when today's began.
    """
    has_locales = any("{locale}" in layout for layout in current)
    ends: dict[str, datetime] = {}
    for path, shape in shapes.items():
        ends[shape.layout] = max(documents[path].last, ends.get(shape.layout, documents[path].last))
    counted: Counter[str] = Counter()
    for path, shape in shapes.items():
        if not documents[path].is_present and shape.layout not in current and shape.policy in names:
            counted[shape.layout] += documents[path].changes
    return {
        layout
        for layout, changes in counted.items()
        if changes > 1
        and ("{locale}" in layout or not has_locales or (began is not None and ends[layout] <= began + _SOON))
    }


def _layout(
    pattern: str, documents: Mapping[str, PathSpan], shapes: Mapping[str, Shape], taken: Iterable[str]
) -> Layout:
    own = [documents[path] for path, shape in shapes.items() if shape.layout == pattern]
    return Layout(
        pattern,
        min(span.first for span in own),
        max(span.last for span in own),
        sum(shapes[path].layout == pattern for path in taken),
    )
