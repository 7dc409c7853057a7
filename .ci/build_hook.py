"""Compile the translations while a wheel is built: hatchling calls this, and what it writes goes into the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface):  # type: ignore[type-arg, misc]
    """Writes a ``.mo`` beside every ``.po``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile them; a translation whose placeholders are not those of its original ends the build."""
        rooms = (Path(self.root, name) for name in ("qualia", "qualia_tui", "plugins", "ops"))
        for source in sorted(path for room in rooms for path in room.rglob("locale/*/LC_MESSAGES/*.po")):
            with source.open("rb") as file:
                catalogue = read_po(file, locale=source.parts[-3], abort_invalid=True)
            target = source.with_suffix(".mo")
            with target.open("wb") as file:
                write_mo(file, catalogue)
            build_data["artifacts"].append(target.relative_to(self.root).as_posix())
