"""A ``site.toml`` for a repository that was never written for this program, and what could not be decided."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from policy_site.adoption.contents import look_into, most_used
from policy_site.adoption.counting import Count, count_versions
from policy_site.adoption.dates import Readers, find_readers
from policy_site.adoption.paths import Laying, find_documents, lay_out
from policy_site.adoption.placeholders import find_placeholders
from policy_site.adoption.writing import ids_of, write_settings
from policy_site.catalogue import Shelf
from policy_site.errors import UsageError
from policy_site.history import History, Survey, read_history, read_surveyed, survey_branch
from policy_site.localization import load_phrases, month_names
from policy_site.model import Finding
from policy_site.publication import Workshop
from policy_site.publication.shelves import gather_shelves
from policy_site.publication.wordings import Wordings
from policy_site.settings import Settings, parse_settings
from policy_site.sources import Places

_SHARE_WITH_DATES = 0.5
_MOST_READ = 5_000
"""Texts of today that are looked into before anything is known of them."""
_RELEASE_TAG = re.compile(r".*v?\d+(?:\.\d+)+.*|.*\d{4}-\d{2}-\d{2}.*")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found, and what follows."""

    survey: Survey
    laying: Laying
    languages: Mapping[str, str]
    """Names that stand in paths for a language, by the language's tag; of today."""
    readers: Readers
    source: str
    counts: tuple[Count, ...]
    undecided: tuple[str, ...]
    """Sentences: what a person has to look at."""
    site_toml: str


def propose(repository: Path, *, branch: str | None, as_of: datetime, workshop: Workshop | None = None) -> Proposal:
    """Look at a repository and propose settings; raise :class:`UsageError` where nothing in it looks like a text."""
    survey = survey_branch(repository, branch=branch)
    texts = read_surveyed(repository, survey, find_documents(survey)[:_MOST_READ])
    contents = look_into(texts)
    laying = lay_out(survey, contents)
    if not laying.policies:
        raise UsageError(
            f"No Markdown file on the branch {survey.branch!r} looks like a text.",
            remedy="Name another branch with --branch, or write site.toml by hand: docs/adopting.md tells how.",
        )
    guessed = most_used(contents.languages[path] for path in laying.paths if path in contents.languages)
    unnamed = {guessed: guessed} if laying.has_unnamed_language or not laying.locales else {}
    languages = {**unnamed, **{tag_of(name): name for name in laying.locales}}
    settings = parse_settings(write_settings(survey, laying, languages, None, source="revision", only_main=True))
    history = _read(repository, survey, settings)
    encodings = _encodings(history, settings.authoritative_locale)
    if encodings:
        content = settings.content.model_copy(update={"encodings": encodings})
        settings = settings.model_copy(update={"content": content})
        history = _read(repository, survey, settings)
    shelves, strays = gather_shelves(history, settings)
    main = settings.authoritative_locale
    months = month_names([*languages, "en"])
    tips = [shelf.texts[main][-1] for shelf in shelves if main in shelf.texts and main not in shelf.missing_at_tip]
    readers = find_readers(tips, settings=settings, month_names=months)
    source = _source(readers, survey)
    found = {tip.path for tip in tips} - set(readers.undated)
    dated = frozenset(
        shelf.policy for shelf in shelves if any(tip.path in found for tip in shelf.texts.get(main, ())[-1:])
    )
    laying, shelves = _announce(laying, shelves, dated)
    dated = frozenset() if source == "date" else dated
    placeholders = find_placeholders([tip.text for tip in tips], read=partial(_read_tip, repository, survey))
    text = write_settings(survey, laying, languages, readers, source=source, dated=dated)
    asked = settings.model_copy(update={"versions": parse_settings(text).versions})
    wordings = Wordings(shelves, asked, workshop or Workshop())
    counts = count_versions(shelves, asked, wording=wordings.name, month_names=months, as_of=as_of)
    undecided = (
        *_undecided(survey, laying, readers, guessed),
        *(
            [f"What older history says, which this clone lacks. {history.how_to_complete}"]
            if history.how_to_complete
            else []
        ),
        *_told([finding for finding in (*history.findings, *strays) if _matters(finding)]),
        *_told_encodings(encodings),
        *_placeholders([tip.text for tip in tips], placeholders),
    )
    final = write_settings(
        survey,
        laying,
        languages,
        readers,
        source=source,
        counts=counts,
        undecided=undecided,
        dated=dated,
        placeholders=placeholders,
        encodings=encodings,
    )
    parse_settings(final)
    return Proposal(survey, laying, languages, readers, source, counts, undecided, final)


def tag_of(name: str) -> str:
    """Return the language tag that a name in a path stands for: ``pt_BR`` is ``pt-BR``."""
    return name.replace("_", "-")


def _read(repository: Path, survey: Survey, settings: Settings) -> History:
    places = Places(settings)
    return read_history(
        repository,
        folder=".",
        branch=survey.branch,
        wanted=lambda path: places.of(path) is not None,
        with_tags=bool(survey.tags),
        encoding_of=places.encoding_of,
    )


_ENCODINGS = {
    "ru": "windows-1251",
    "el": "windows-1253",
    "tr": "windows-1254",
    "he": "windows-1255",
    "ar": "windows-1256",
    **dict.fromkeys(("pl", "cs", "hu", "ro"), "windows-1250"),
    "ja": "shift_jis",
    "ko": "cp949",
    "zh": "gb18030",
}
"""What texts of a language were written in before UTF-8; those of others in windows-1252."""


def _encodings(history: History, language: str) -> dict[str, str]:
    """Return what texts may be in that are, or were, not UTF-8, by globs of their paths."""
    paths = {finding.path for finding in history.findings if finding.rule == "utf-8" and finding.path}
    globs = {re.sub(r"[^/]*(\.[^./]+)$", r"*\1", path) for path in paths}
    return dict.fromkeys(sorted(globs), _ENCODINGS.get(language.partition("-")[0], "windows-1252"))


def _told_encodings(encodings: Mapping[str, str]) -> list[str]:
    told = [f"{glob} as {encoding}" for glob, encoding in encodings.items()]
    return [f"In what encoding texts are that are not UTF-8; they are read so: {_few(told)}."] if told else []


_COMING = re.compile(r"(?P<policy>.+?)[_. -]?(?:preview|draft|next|upcoming|announced|coming)", re.IGNORECASE)
"""What files are called that hold the coming text of a policy."""


def _announce(laying: Laying, shelves: Sequence[Shelf], dated: frozenset[str]) -> tuple[Laying, tuple[Shelf, ...]]:
    """Give policies their coming texts that are kept in files of their own and that name the days they begin on."""
    ids = ids_of(laying)
    found: dict[str, str] = {}
    for name in laying.policies:
        coming = _COMING.fullmatch(name)
        if coming and coming["policy"] in laying.policies and {ids[name], ids[coming["policy"]]} <= dated:
            found[coming["policy"]] = name
    by_id = {shelf.policy: shelf for shelf in shelves}
    taken = {ids[name] for name in found.values()}
    for name, preview in found.items():
        coming_shelf = by_id[ids[preview]]
        by_id[ids[name]] = replace(by_id[ids[name]], announced=coming_shelf.texts, announced_at_tip=coming_shelf.living)
    policies = tuple(name for name in laying.policies if name not in found.values())
    kept = tuple(by_id[shelf.policy] for shelf in shelves if shelf.policy not in taken)
    announced = {name: laying.own_paths.get(preview, preview) for name, preview in found.items()}
    return replace(laying, policies=policies, announced=announced), kept


def _read_tip(repository: Path, survey: Survey, path: str) -> str:
    if path not in survey.spans or not survey.spans[path].is_present:
        return ""
    return read_surveyed(repository, survey, [path]).get(path, "")


def _source(readers: Readers, survey: Survey) -> str:
    if readers.texts and readers.found >= readers.texts * _SHARE_WITH_DATES:
        return "date"
    tags = [tag for tag in survey.tags if _RELEASE_TAG.fullmatch(tag)]
    return "tag" if len(tags) > 1 else "revision"


def _matters(finding: Finding) -> bool:
    return finding.rule in ("two-files", "utf-8", "file-size", "lfs-pointer", "missing-object", "nul-character")


def _told(findings: list[Finding], most: int = 5) -> list[str]:
    told = [f"{finding.path}: {finding.message}" for finding in findings[:most]]
    return told if len(findings) <= most else [*told, f"And {len(findings) - most} more of this kind."]


def _undecided(survey: Survey, laying: Laying, readers: Readers, language: str) -> list[str]:
    told: list[str] = []
    ours = [path for path, span in survey.spans.items() if span.is_present and path.split("/")[-1] == "site.toml"]
    if ours:
        told.append(f"Whether this is a site of policy-site already: there is {_few(sorted(ours))}.")
    others = [name for name in survey.branches if name != survey.branch]
    if others:
        told.append(f"Whether the branch {survey.branch!r} is the one that is published; others: {_few(others)}.")
    told += _undecided_texts(laying)
    if readers.undated and readers.found:
        told.append(f"What dates these texts; they count from their commits: {_few(readers.undated)}.")
    if readers.ambiguous:
        told.append(f"Whether days come first in dates such as 03/04/2026 (day_first): {_few(readers.ambiguous)}.")
    if laying.renamed_locales:
        pairs = [f"{old} as {new}" for old, new in laying.renamed_locales.items()]
        told.append(f"Whether former names of languages are today's; they are read so: {_few(pairs)}.")
    if laying.has_unnamed_language:
        told.append(
            "Which language the texts without one in their names are in; they are taken for"
            f" {load_phrases('en').language_name(language)}."
        )
    previews = [name for name in laying.policies if _COMING.fullmatch(name)]
    if previews:
        told.append(f"Whether these are announced texts of other policies, and no policies: {_few(previews)}.")
    if laying.announced:
        pairs = [f"{coming} of {name}" for name, coming in laying.announced.items()]
        told.append(f"Whether these are announced texts; each is shown as one until its day: {_few(pairs)}.")
    return told


def _undecided_texts(laying: Laying) -> list[str]:
    told: list[str] = []
    if laying.left_out:
        told.append(f"Whether these files are policies; they were left out: {_few(laying.left_out)}.")
    if laying.taken_by_date:
        told.append(f"Whether these files are policies; they name dates as policies do: {_few(laying.taken_by_date)}.")
    if laying.leading:
        told.append(f"Whether these pages only lead to texts; they were left out: {_few(laying.leading)}.")
    if laying.former_policies:
        told.append(
            "Whether policies whose texts are not there any more belong to one of today's; they are shown as retired:"
            f" {_few(laying.former_policies)}."
        )
    return told


def _placeholders(texts: list[str], known: Mapping[str, str | None]) -> list[str]:
    signs = r"\{\{[{%<]?[^{}\n]{1,60}[%>}]?\}\}|\{%[^{}\n]{1,60}%\}"
    found = sorted({match[0] for text in texts for match in re.finditer(signs, text)})
    unknown = [each for each in found if known.get(re.sub(r"^\{[{%]?[<%]?-?\s*|\s*-?[%}>]?[%}]?\}$", "", each)) is None]
    return [f"What these placeholders stand for; they are shown as they are: {_few(unknown)}."] if unknown else []


def _few(names: list[str] | tuple[str, ...], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def as_json(proposal: Proposal) -> dict[str, object]:
    """Return a proposal for programs."""
    return {
        "branch": proposal.survey.branch,
        "commits": proposal.survey.commits,
        "source": proposal.source,
        "languages": list(proposal.languages),
        "renamed_languages": dict(proposal.laying.renamed_locales),
        "layouts": [
            {
                "pattern": layout.pattern,
                "first": layout.first.date().isoformat(),
                "last": layout.last.date().isoformat(),
                "texts": layout.texts,
            }
            for layout in proposal.laying.layouts
        ],
        "dates": {
            "keys": list(proposal.readers.keys),
            "patterns": [
                {"what": what, "pattern": pattern, "texts": texts} for what, pattern, texts in proposal.readers.patterns
            ],
            "found": proposal.readers.found,
            "texts": proposal.readers.texts,
        },
        "policies": [
            {
                "id": count.policy,
                "revisions": count.revisions,
                "without_a_changed_word": count.wordless,
                "dates": count.dates,
                "wordings_without_a_new_date": count.undated,
                "dates_that_disagree": count.disagreeing,
                "versions": dict(count.versions),
            }
            for count in proposal.counts
        ],
        "undecided": list(proposal.undecided),
        "site_toml": proposal.site_toml,
    }


__all__ = ["Proposal", "as_json", "propose", "tag_of"]
