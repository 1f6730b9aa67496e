"""``site.toml`` is read once, all faults at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from policy_site.errors import SettingsError
from policy_site.settings.faults import faults_once, finding_of, settings_error, toml_fault, toml_slip
from policy_site.settings.tables import Settings

_MAXIMUM_BYTES = 1 << 20


def read_settings(path: Path) -> Settings:
    """Read ``site.toml``.

    Raises :class:`SettingsError` with one finding a fault: all of them at once, each with its line.
    """
    try:
        if path.exists() and not path.is_file():
            raise SettingsError(f"{path} is no file.", remedy="Name a site.toml with --config.")
        with path.open("rb") as file:
            content = file.read(_MAXIMUM_BYTES + 1)
        if len(content) > _MAXIMUM_BYTES:
            raise SettingsError(f"{path} is larger than 1 MiB.", remedy="Name a site.toml with --config.")
        text = content.decode("utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"There is no configuration at {path}.",
            remedy="Name one with --config, or begin with `policy-site init`.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", remedy="Make it a readable UTF-8 file.") from None
    return parse_settings(text, name=path.as_posix())


def parse_settings(text: str, *, name: str = "site.toml") -> Settings:
    """Take the text of a ``site.toml``; raise :class:`SettingsError` with one finding a fault."""
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise settings_error(
            name, [toml_fault(name, None, "Its tables or lists stand too deep in each other.")]
        ) from None
    except ValueError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        # tomllib hands on what int() says of a number with thousands of digits: that has no line
        reason = str(error).split(" (at", maxsplit=1)[0].split(";", maxsplit=1)[0]
        line = int(found.group(1)) if found else None
        raise settings_error(name, [toml_slip(name, line, reason, text)]) from None
    try:
        return Settings.model_validate(table)
    except ValidationError as errors:
        findings = [finding_of(error, text=text, name=name) for error in faults_once(errors)]
        raise settings_error(name, findings) from None
