"""What is built: a repository that is generated, the same one on every machine, or a real one."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.support.builder import PolicyRepository

_LANGUAGES = (
    *("en", "de", "fr", "ja", "tr", "ar", "es", "pl", "he", "it"),
    *("nl", "pt", "sv", "cs", "ko", "fi", "da", "hu", "el", "ro"),
)
_FIRST_DAY = date(2001, 1, 1)
_DAYS_BETWEEN = 20
_SECTIONS = 14
_WORDS = (
    "account address agree agreement answer apply ask assess business choose claim collect company consent "
    "contact content contract control copy cost country court customer data day delay delete device disclose duty "
    "erase exercise fee file give grant inform interest keep law legal liable limit list mail market message "
    "month network notice number object offer owner partner party pay period person policy portal process product "
    "protect provide public purpose receive record refuse report request retain review right security send "
    "service share site store supplier support tax term third time transfer use user visit website withdraw work "
    "year "
)
_VOCABULARY = tuple(_WORDS.split())


@dataclass(frozen=True)
class Corpus:
    """A repository of policies, its configuration (from its root), and the days as of which it is built.

    ``before`` is the commit that is built first, ``after`` that with one revision more.
    """

    repository: Path
    config: Path
    before: str
    after: str
    as_of: str

    @property
    def is_generated(self) -> bool:
        """Whether the configuration lies in the repository itself, so that both can be edited."""
        return not self.config.is_absolute()


def generate(root: Path, *, revisions: int, policies: int, languages: int, words: int = 3500) -> Corpus:
    """Write a repository of ``revisions`` versions, shared by ``policies``, each in ``languages`` languages.

    Each version edits two sections of some ``words`` words; one in three is significant. The last is one revision more.
    """
    chance = random.Random(20261201)  # noqa: S311 - the same words on each machine, no secret
    repository = PolicyRepository(root)
    chosen = _LANGUAGES[:languages]
    names = [f"policy-{number:02}" for number in range(policies)]
    repository.site(languages=list(chosen), policies=names)
    texts = {name: [_paragraph(chance, words // _SECTIONS) for _ in range(_SECTIONS)] for name in names}
    day = _FIRST_DAY
    before = ""
    for number in range(revisions + 1):
        name = names[number % policies]
        day += timedelta(days=_DAYS_BETWEEN)
        for place in chance.sample(range(_SECTIONS), 2):
            texts[name][place] = _edited(chance, texts[name][place])
        if number == revisions:
            before = repository.head
        effective = (day + timedelta(days=45)).isoformat()
        for language in chosen:
            repository.publish(
                name,
                effective=effective,
                significance="significant" if number % 3 == 0 or number < policies else "minor",
                text=_text(name, language, texts[name]),
                language=language if language != chosen[0] else None,
            )
    return Corpus(root, Path("content/site.toml"), before, repository.head, (day + timedelta(days=46)).isoformat())


def real(repository: Path, config: Path, as_of: str) -> Corpus:
    """Take a real repository: its last commit that changed a file of Markdown, and the one before that."""
    git = PolicyRepository.opened(repository).git
    after = git("rev-list", "--first-parent", "-1", "HEAD", "--", "*.md").strip()
    return Corpus(repository, config.resolve(), git("rev-parse", f"{after}^1").strip(), after, as_of)


def _paragraph(chance: random.Random, words: int) -> str:
    sentences: list[str] = []
    while words > 0:
        length = min(chance.randint(8, 24), words)
        sentence = " ".join(chance.choice(_VOCABULARY) for _ in range(length))
        sentences.append(f"{sentence.capitalize()}.")
        words -= length
    half = len(sentences) // 2
    return f"{' '.join(sentences[:half])}\n\n- {sentences[half]}\n- {' '.join(sentences[half + 1 :])}\n"


def _edited(chance: random.Random, text: str) -> str:
    words = text.split(" ")
    for place in chance.sample(range(1, len(words)), 3):
        if "\n" not in words[place] and not words[place].endswith("."):
            words[place] = chance.choice(_VOCABULARY)
    return " ".join(words)


def _text(name: str, language: str, sections: list[str]) -> str:
    written = "\n".join(f"## Section {place + 1} {{#s-{place + 1}}}\n\n{text}" for place, text in enumerate(sections))
    return f"# {name.capitalize()} ({language}) {{#top}}\n\n{written}"
