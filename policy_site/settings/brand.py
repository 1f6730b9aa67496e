"""``[brand]`` of ``site.toml``: how a company's site looks. Files are named from the folder of ``site.toml``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from policy_site.settings.colours import lightened, readable_colour
from policy_site.settings.values import LanguageTag, Line, relative_folder


def _file_ending_in(*endings: str) -> AfterValidator:
    def check(path: str) -> str:
        path = relative_folder(path)
        if not path.lower().endswith(endings):
            raise ValueError(f"{path!r} is of another kind; name a file that ends in {' or '.join(endings)}")
        return path

    return AfterValidator(check)


def _address_of_a_link(address: str) -> str:
    if not re.fullmatch(r"(?:https?://|mailto:|tel:)[^\s<>\"\\]+", address):
        raise ValueError(f"{address!r} is not the address of a link; begin it with https://, mailto: or tel:")
    return address


def _family(name: str) -> str:
    if not re.fullmatch(r"[\w .-]{1,80}", name):
        raise ValueError(f"{name!r} is not the name of a font; write it in letters, digits, spaces and hyphens")
    return name


_Address = Annotated[Line, AfterValidator(_address_of_a_link)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BrandLink(_Table):
    """A link in the header or footer: the imprint, a contact."""

    title: Line | dict[LanguageTag, Line]
    address: _Address | dict[LanguageTag, _Address]

    def title_in(self, locale: str) -> str:
        """Return the words of the link for readers of ``locale``: else those of the first language."""
        return self.title if isinstance(self.title, str) else self.title.get(locale) or next(iter(self.title.values()))

    def address_in(self, locale: str) -> str:
        """Return where it leads for readers of ``locale``: else where it leads for those of the first language."""
        if isinstance(self.address, str):
            return self.address
        return self.address.get(locale) or next(iter(self.address.values()))

    def language_in(self, locale: str) -> str:
        """Return the language of its title for readers of ``locale``."""
        return locale if isinstance(self.title, str) or locale in self.title else next(iter(self.title))


class BrandFont(_Table):
    """A font from a file."""

    family: Annotated[str, AfterValidator(_family)]
    file: Annotated[Line, _file_ending_in(".woff2")]
    weight: Annotated[str, Field(pattern=r"^\d{3}( \d{3})?$")] = "400"
    """``400``, or the span of a variable font: ``400 700``."""
    style: Annotated[str, Field(pattern=r"^(normal|italic)$")] = "normal"


class BrandSettings(_Table):
    """How the site looks."""

    logo: Annotated[Line, _file_ending_in(".svg", ".png")] | None = None
    logo_dark: Annotated[Line, _file_ending_in(".svg", ".png")] | None = None
    """On a dark ground; default: the same."""
    accent: Annotated[str, AfterValidator(lambda colour: readable_colour(colour, "light"))] | None = None
    """Colour of links and of what is chosen, on light grounds."""
    accent_dark: Annotated[str, AfterValidator(lambda colour: readable_colour(colour, "dark"))] | None = None
    """The same on dark grounds; default: ``accent``, lightened until it is easily read."""
    fonts: tuple[BrandFont, ...] = Field(default=(), max_length=12)
    """The first one's family is that of all words; readers see their own fonts for letters that it lacks."""
    style: Annotated[Line, _file_ending_in(".css")] | None = None
    """A style sheet that stands behind the site's own."""
    header: tuple[BrandLink, ...] = Field(default=(), max_length=8)
    footer: tuple[BrandLink, ...] = Field(default=(), max_length=24)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that it names, once."""
        named = (self.logo, self.logo_dark, self.style, *(font.file for font in self.fonts))
        return tuple(dict.fromkeys(path for path in named if path))

    @property
    def dark(self) -> str | None:
        """The accent on dark grounds."""
        return self.accent_dark or (lightened(self.accent) if self.accent else None)
