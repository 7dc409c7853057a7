"""The console's settings: ``console.toml`` in the user's folder for configuration, below what the command line says.

::

    theme = "dark"
    ascii = false
    mouse = true
    slow = false
    language = "pt-BR"
    read_only = false

    [keys]
    "plugins.reload" = "u,ctrl+r"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from qualia._files import why_unread
from qualia._nearest import unknown_name
from qualia._values import is_mapping
from qualia.errors import InvalidSetting
from qualia.words import language_of
from qualia_tui.look import THEMES, Look
from qualia_tui.words import LANGUAGES, _, translated

_FLAGS = ("ascii", "mouse", "slow", "read_only")
_KNOWN = ("theme", *_FLAGS, "language", "keys")


class SettingsUnread(InvalidSetting):
    """A file of settings that cannot be read at all."""

    template = "{origin}: {reason}"


def settings_path(environ: Mapping[str, str]) -> Path:
    """Return where the settings are, there or not."""
    home = environ.get("XDG_CONFIG_HOME", "")
    return (Path(home) if home and Path(home).is_absolute() else Path.home() / ".config") / "qualia" / "console.toml"


def read_settings(path: Path) -> Mapping[str, Any]:
    """Return what a file says; nothing where there is no file.

    Raises:
        InvalidSetting: it cannot be read, is no TOML, or says something that is not known here.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        told = _("cannot be read: {reason}; mend it, or move it away", reason=translated(why_unread(error)))
        raise SettingsUnread(str(path), "*", told) from error
    if is_mapping(found.get("keys")):
        found["keys"] = flat(found["keys"])
    for name, value in found.items():
        trouble = _trouble(name, value)
        if trouble:
            raise InvalidSetting(str(path), name, trouble)
    return found


def flat(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a table by whole names: ``runs.compare`` without quotes is a table within a table to TOML."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        found |= {f"{name}.{each}": told for each, told in flat(value).items()} if is_mapping(value) else {name: value}
    return found


def _trouble(name: str, value: object) -> str:
    """Return what is wrong with a setting, in the reader's language; empty when nothing is."""
    if name not in _KNOWN:
        return translated(unknown_name(name, _KNOWN))
    if name == "theme" and value not in THEMES:
        return _("is {value!r}, which is no theme; write one of {themes}", value=value, themes=", ".join(THEMES))
    if name == "language" and value not in (*LANGUAGES, "pt"):
        return _("is {value!r}, which is not spoken; write one of {known}", value=value, known=", ".join(LANGUAGES))
    if name in _FLAGS and not isinstance(value, bool):
        return _("is {value!r}; write true or false", value=value)
    if name == "keys" and not (is_mapping(value) and all(isinstance(each, str) for each in value.values())):
        return _('is no table of texts; write [keys], and below it lines such as "plugins.reload" = "u"')
    return ""


def worn(look: Look, told: Mapping[str, Any]) -> Look:
    """Return a look as settings want it.

    Args:
        look: what holds where they say nothing.
        told: what `read_settings` gave.
    """
    fields = {"ascii": "ascii_only"}
    given = {fields.get(name, name): value for name, value in told.items()}
    if "language" in given:
        given["language"] = language_of(given["language"])
    return evolve(look, **given)
