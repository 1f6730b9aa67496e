"""Words of a language sorted into classes by what they do: one expression a language."""

from __future__ import annotations

from collections.abc import Mapping

import regex


def compile_classes(
    spaced: Mapping[str, Mapping[str, str]], unspaced: Mapping[str, Mapping[str, str]]
) -> Mapping[str, regex.Pattern[str]]:
    """Return, by language, an expression whose groups are the classes.

    ``spaced`` are languages in which words stand between spaces, ``unspaced`` those in which they do not.
    """
    compiled = {language: _compiled(classes, bounded=True) for language, classes in spaced.items()}
    return compiled | {language: _compiled(classes, bounded=False) for language, classes in unspaced.items()}


def _compiled(classes: Mapping[str, str], *, bounded: bool) -> regex.Pattern[str]:
    groups = "|".join(f"(?P<{name}>{words})" for name, words in classes.items())
    return regex.compile(
        rf"(?<![\p{{L}}\p{{M}}])(?:{groups})(?![\p{{L}}\p{{M}}])" if bounded else groups, regex.IGNORECASE
    )
