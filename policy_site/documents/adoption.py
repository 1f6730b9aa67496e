"""Ids of translations: a section is called the same in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from policy_site.documents.resemblance import resemblance, sure_pairs, traits_of
from policy_site.documents.sections import element_ids, make_id, replace_ids
from policy_site.model import Document, Section

_REPETITION = re.compile(r"-\d+$")


@dataclass(slots=True)
class _Branch:
    """A section and those below it."""

    section: Section | None
    level: int
    branches: list[_Branch] = field(default_factory=list)


def adopt_ids(document: Document, authoritative: Document) -> Document:
    """Return a translation whose headings have the ids of the authoritative text.

    Headings are paired by position, from the highest level down: those below a pair in their order, where they are as
    many and of the same levels in both texts; where they are not, by what no translation changes (see ``resemblance``).
    Where two could be the one that is meant, both keep what they have, since a wrong id is worse than none. Ids that
    the translation sets itself stay, and those the two texts have in common take no other.
    """
    pairs = dict(_pairs(_outline(document), _outline(authoritative)))
    own = {section.id for section in document.sections if section.level and not _is_made(section)}
    taken = own | {name for section in document.sections for name in list(element_ids(section.blocks))[1:]}
    known = {section.id for section in authoritative.sections}
    changes: dict[str, str] = {}
    for section in document.sections:
        wanted = pairs.get(section.id)
        if wanted and wanted != section.id and section.id not in own and wanted not in taken:
            changes[section.id] = wanted
            taken.add(wanted)
    for section in document.sections:
        # an id that was made of words and now belongs to another section makes room
        if section.level and section.id not in changes and section.id in changes.values():
            changes[section.id] = _free(section.id, taken | known)
            taken.add(changes[section.id])
    if not changes:
        return document
    return Document(
        document.title, tuple(replace_ids(section, changes, links=changes) for section in document.sections)
    )


def _is_made(section: Section) -> bool:
    made = make_id(section.heading)
    return section.id in (made, _REPETITION.sub("", made)) or _REPETITION.sub("", section.id) == made


def _free(name: str, taken: set[str]) -> str:
    count = 2
    while f"{name}-{count}" in taken:
        count += 1
    return f"{name}-{count}"


def _outline(document: Document) -> _Branch:
    root = _Branch(None, 0)
    path = [root]
    for section in document.sections:
        if section.level:
            while path[-1].level >= section.level:
                path.pop()
            branch = _Branch(section, section.level)
            path[-1].branches.append(branch)
            path.append(branch)
    return root


def _pairs(translated: _Branch, authoritative: _Branch) -> Iterator[tuple[str, str]]:
    for one, other in _paired_branches(translated.branches, authoritative.branches):
        if one.section and other.section:
            yield one.section.id, other.section.id
        yield from _pairs(one, other)


def _paired_branches(mine: list[_Branch], theirs: list[_Branch]) -> list[tuple[_Branch, _Branch]]:
    if [branch.level for branch in mine] == [branch.level for branch in theirs]:
        return list(zip(mine, theirs, strict=True))
    traits = [[traits_of(branch.section) if branch.section else None for branch in side] for side in (mine, theirs)]

    names = [{found.id for found in side if found} for side in traits]

    def likeness(i: int, j: int) -> float:
        one, other = traits[0][i], traits[1][j]
        if one is None or other is None or mine[i].level != theirs[j].level:
            return 0
        if one.id != other.id and (one.id in names[1] or other.id in names[0]):
            return 0  # an id that both have means one section, wherever it stands
        below = sorted((len(mine[i].branches) + 1, len(theirs[j].branches) + 1))
        return resemblance(one, other) + 0.5 * below[0] / below[1]

    return [(mine[i], theirs[j]) for i, j in sure_pairs(len(mine), len(theirs), likeness)]
