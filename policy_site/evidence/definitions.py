"""Defined terms: which ones a text defines, and which came, changed or went between two texts.

Rather a definition missed than a word called a term that is none: a term stands in quotation marks before a verb that
defines, in a parenthesis that names, in a definition list, or in bold at the start of an entry where a heading says
that definitions follow.
"""

# ruff: noqa: RUF001 - the texts that are read here come in many scripts

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import regex

from policy_site.evidence.folding import fold
from policy_site.model import Block, Document, Section


@dataclass(frozen=True, slots=True)
class Definition:
    """A term with what the text says that it means."""

    term: str
    meaning: str
    """The sentence, entry or parenthesis that defines it, white space folded."""
    section: str
    """Id of the section it stands in."""


class TermChangeKind(StrEnum):
    """What became of a defined term."""

    ADDED = "added"
    CHANGED = "changed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class TermChange:
    """A term that came, that means something else, or that went."""

    kind: TermChangeKind
    term: str
    section: str
    """Where it is defined: in the new text, or in the old one where it was dropped."""


_PAIRS = tuple(pair.split(" ") for pair in ("“ ”", "„ “", "„ ”", "” ”", '" "', "« »", "» «", "‹ ›", "「 」", "『 』"))
_MARKS = '“”„"«»‹›「」『』'
_INSIDE = rf"[^{_MARKS}()（）]{{1,60}}?"
_QUOTED = "(?:" + "|".join(rf"{first}\s?(?P<term>{_INSIDE})[,،、]?\s?{last}" for first, last in _PAIRS) + ")"
_ANY_QUOTED = "(?:" + "|".join(rf"{first}\s?{_INSIDE}\s?{last}" for first, last in _PAIRS) + ")"
_VERBS = (
    r"(?:shall |will )?means?\b|(?:shall |will )?(?:has|have) the meanings?\b|(?:shall )?refers? to\b"
    r"|(?:is|are) defined as\b|bezeichne(?:t|n)\b|bedeute(?:t|n)\b|meint\b|steht für\b"
    r"|désigne(?:nt)?\b|signifie(?:nt)?\b|significan?\b|designa\b|se refiere a\b|indica\b|refere-se a"
    r"|betekent\b|oznacza(?:ją)?\b|означа[ею]т\b|[يت]عني\b|[يت]شير إلى|[يت]دل على|とは|是指|指的是|이?란\b"
)
_BY_VERB = regex.compile(
    rf"{_QUOTED}(?:\s*[,;،、]?\s*(?:and|or|und|oder|et|ou|ve|veya|و|أو)?\s*{_ANY_QUOTED})*"
    rf"(?:\s*\([^()]{{1,80}}\))?\s*[,،:]?\s*(?:{_VERBS})"
)
_VERB_LAST = regex.compile(rf"^{_QUOTED}[^.!?]{{3,}}\b(?:ifade eder(?:ler)?|anlamına gelir(?:ler)?)\s*\.?")
"""Turkish puts the verb at the end of the sentence."""
_VERB_FIRST = regex.compile(rf"(?:[يت]ُ?قصد|[يت]ُ?راد)\s+بـ?ـ?\s?(?:عبارة\s|مصطلح\s)?{_QUOTED}")
_LEADS = (
    r"the|these|this|our|each|an?|collectively|together|jointly|individually|hereinafter|hereafter|herein|we call"
    r"|referred to|defined|die|der|das|den|dieser?|diese|unser|unsere|gemeinsam|zusammen|nachfolgend|nachstehend"
    r"|im folgenden|kurz|ci-après|l[ea]s?|collectivement|en adelante|el|l[oa]s?|di seguito|bundan (?:sonra|böyle)"
    r"|kısaca|birlikte|ويشار|ويُشار|يشار|يُشار|فيما (?:بعد|يلي)|المشار|以下|下記|以后|下称|이하"
)
_NAMING = regex.compile(
    rf"(?<=[^{_MARKS}\s]\s*)[(（]\s*(?:(?P<lead>(?:{_LEADS})\b[^{_MARKS}()（）]{{0,60}}?|以下[、,]?|이하)\s*)?"
    rf"(?P<names>{_ANY_QUOTED}(?:\s*[,;،、/]?\s*(?:and|or|und|oder|et|ou|ve|veya|و|أو)?\s*{_ANY_QUOTED})*)"
    rf"(?P<rest>[^{_MARKS}()（）]{{0,40}})[)）]",
    regex.IGNORECASE,
)
_NAME = regex.compile(_QUOTED)
_EXAMPLE = regex.compile(
    r"\b(?:e\.\s?g|i\.\s?e|such as|for example|like|see|z\.\s?b|zum beispiel|etwa|siehe|p\.\s?ex"
    r"|par exemple|örneğin|bkz)\b|مثل|例えば|例如",
    regex.IGNORECASE,
)
_DEFINING_HEADING = regex.compile(
    r"\bdefinitions?\b|\bdefined terms\b|\bbegriffs?(?:e|bestimmungen|erklärungen)?\b|\bdefinitionen\b|\btanımlar\b"
    r"|\bdéfinitions?\b|\bdefiniciones\b|\bdefinizioni\b|تعريفات|التعاريف|定義|用語|定义|정의|\bglossary\b|\bglossar\b",
    regex.IGNORECASE,
)
_SENTENCE_END = regex.compile(r"[.!?؟][”\"»]?\s+|[。！？]")
_BOLD = frozenset({"strong", "b", "dfn"})
_TOO_MANY_WORDS = 7


def find_terms(document: Document) -> tuple[Definition, ...]:
    """Return what a text defines, each term once, where it is first defined."""
    found: dict[str, Definition] = {}
    for section in document.sections:
        for definition in _in_section(section):
            found.setdefault(fold(definition.term).casefold(), definition)
    return tuple(found.values())


def compare_terms(old: Sequence[Definition], new: Sequence[Definition]) -> tuple[TermChange, ...]:
    """Return the terms that came, changed or went: those of the new text in its order, then those that went."""
    before = {fold(definition.term).casefold(): definition for definition in old}
    after = {fold(definition.term).casefold(): definition for definition in new}
    changes: list[TermChange] = []
    for key, definition in after.items():
        if key not in before:
            changes.append(TermChange(TermChangeKind.ADDED, definition.term, definition.section))
        elif _key_of(before[key].meaning) != _key_of(definition.meaning):
            changes.append(TermChange(TermChangeKind.CHANGED, definition.term, definition.section))
    changes.extend(
        TermChange(TermChangeKind.DROPPED, definition.term, definition.section)
        for key, definition in before.items()
        if key not in after
    )
    return tuple(changes)


def _key_of(meaning: str) -> str:
    """Return a meaning as it is compared: the form of a quotation mark does not change it."""
    return regex.sub(rf"[{_MARKS}]", '"', fold(meaning))


def definitions_in(section: Section, place: int) -> Iterator[Definition]:
    """Yield what one block of a section defines."""
    block = section.blocks[place]
    text = " ".join(block.text.split())
    if block.tag == "dt" or any(container.tag == "dt" for container in block.containers):
        yield from _checked(text, " ".join(_description(section.blocks[place + 1 :])), section)
        return
    if _is_heading(block) or block.tag == "pre":
        return
    if _DEFINING_HEADING.search(section.heading):
        yield from _lead_in(block, text, section)
    if any(mark in text for mark in _MARKS):
        yield from _in_text(text, section.blocks[place + 1 :], section, is_cell=block.tag in ("td", "th"))


def _in_section(section: Section) -> Iterator[Definition]:
    for place in range(len(section.blocks)):
        yield from definitions_in(section, place)


def _is_heading(block: Block) -> bool:
    return len(block.tag) == 2 and block.tag[0] == "h" and block.tag[1].isdigit()  # noqa: PLR2004 - h1 to h6


def _description(following: Sequence[Block]) -> Iterator[str]:
    for block in following:
        is_described = block.tag == "dd" or any(container.tag == "dd" for container in block.containers)
        if not is_described:
            return
        yield " ".join(block.text.split())


def _lead_in(block: Block, text: str, section: Section) -> Iterator[Definition]:
    """Yield what stands in bold at the start of an entry under a heading that says that definitions follow."""
    bold = ""
    for span in block.spans:
        if not any(mark.tag in _BOLD for mark in span.marks):
            break
        bold += span.text
    term = bold.strip().rstrip(".:;–—-").strip(f" {_MARKS}")
    rest = text[len(" ".join(bold.split())) :].lstrip(" .:;–—-")
    if term and rest:
        yield from _checked(term, rest, section)


def _in_text(text: str, following: Sequence[Block], section: Section, *, is_cell: bool) -> Iterator[Definition]:
    for pattern in (_BY_VERB, _VERB_FIRST, _VERB_LAST):
        for found in pattern.finditer(text):
            meaning = text[found.start() : _sentence_end(text, found.end())]
            if meaning.rstrip().endswith((":", "：")):
                meaning = " ".join([meaning, *_entries(following)])
            names = list(_NAME.finditer(found[0].split("(")[0])) if pattern is _BY_VERB else [found]
            for name in names:
                yield from _checked(name["term"], meaning, section)
    for found in () if is_cell else _NAMING.finditer(text):
        terms = [name["term"] for name in _NAME.finditer(found["names"])]
        if _EXAMPLE.search(found[0]) or not _is_naming(found, terms):
            continue
        meaning = text[_sentence_start(text, found.start()) : found.end()]
        for term in terms:
            yield from _checked(term, meaning, section)


def _entries(following: Sequence[Block]) -> Iterator[str]:
    """Yield the entries of the list that comes next."""
    for block in following:
        if not any(container.tag == "li" for container in block.containers):
            return
        yield " ".join(block.text.split())


def _is_naming(found: regex.Match[str], names: Sequence[str]) -> bool:
    """Say whether a parenthesis names what stands before it: by its words, by a capital, or by several names."""
    if found["lead"]:
        return True
    if found["rest"].strip():
        return False
    return names[0][0].isupper() or (len(names) > 1 and names[0][0].isalpha() and not names[0][0].islower())


def _checked(term: str, meaning: str, section: Section) -> Iterator[Definition]:
    term = " ".join(term.split()).strip(" ,.;:،、")
    if term and len(term.split()) <= _TOO_MANY_WORDS and regex.search(r"\p{L}", term) and "://" not in term:
        yield Definition(term, meaning, section.id)


def _sentence_start(text: str, place: int) -> int:
    start = 0
    for found in _SENTENCE_END.finditer(text, 0, place):
        start = found.end()
    return start


def _sentence_end(text: str, place: int) -> int:
    found = _SENTENCE_END.search(text, place)
    return found.end() if found else len(text)
