# ruff: noqa: RUF001 - words of many languages
"""The days that a text names as its own: on which it takes effect, on which it was changed."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from policy_site.evidence.reading import read_block
from policy_site.evidence.values import Evidence, Kind
from policy_site.model import Document

_EFFECTIVE = (
    r"effective(?:\s+date)?|in\s+effect|takes?\s+effect|in\s+force|valid|applies|gültig|wirksam|in\s+kraft|gilt"
    r"|en\s+vigueur|applicable|vigente|vigencia|vigência|entra\s+en\s+vigor|em\s+vigor|obowiązuje|wejścia\s+w\s+życie"
    r"|yürürlük(?:\s+tarihi)?|yürürlüğe\s+giriş(?:\s+tarihi)?|تاريخ\s+السريان|ساري(?:ة)?|يسري|בתוקף|תאריך\s+תחילה"
    r"|発効日|施行日|生效日期|生效日"
)
_UPDATED = (
    r"(?:last\s+)?(?:updated|modified|revised|changed)|last\s+update|revision\s+date|stand|(?:zuletzt|letztmals)"
    r"\s+(?:geändert|aktualisiert)|letzte\s+(?:änderung|aktualisierung)|(?:dernière\s+)?mise\s+à\s+jour"
    r"|(?:última\s+)?actualización|(?:última\s+)?atualização|ostatnia\s+(?:aktualizacja|zmiana)"
    r"|son\s+güncelle(?:me|nme)(?:\s+tarihi)?|آخر\s+تحديث|עודכן\s+לאחרונה|עדכון\s+אחרון|最終更新日?|改定日|最后更新(?:日期)?|更新日期"
)
_BETWEEN = (
    r"(?:\s+(?:date|on|as\s+of|from|since|ab|vom?|am|seit|dem|zum|du|le|à|compter|depuis|partir|de|el|desde|em|a|od|dnia|z"
    r"|tarihi|من|في|بتاريخ|ב|מיום|מ))*\s*[:：\-–—]?\s*(?:(?:on|am|le|el|em|dnia)\s+)?[*_]*$"
)
_LABELS = (
    regex.compile(rf"(?:{_EFFECTIVE}){_BETWEEN}", regex.IGNORECASE),
    regex.compile(rf"(?:{_UPDATED}){_BETWEEN}", regex.IGNORECASE),
)
_FIRST_BLOCKS = 6
_SHORT = 200
"""Characters of a block that may be a line about the text, wherever it stands."""


def find_own_dates(document: Document, *, locale: str) -> Iterator[tuple[Evidence, bool]]:
    """Yield each day that a text names as its own, and whether as the one on which it begins to apply."""
    number = 0
    for section in document.sections:
        for place, block in enumerate(section.blocks):
            number += 1
            if number > _FIRST_BLOCKS and len(block.text) > _SHORT:
                continue
            for each in read_block(section, place, locale=locale):
                if each.kind is not Kind.DATE or each.value.startswith("--"):
                    continue
                before = block.text[max(0, each.start - _SHORT) : each.start]
                is_effective, is_updated = (bool(label.search(before)) for label in _LABELS)
                if is_effective or is_updated:
                    yield each, is_effective and not is_updated
