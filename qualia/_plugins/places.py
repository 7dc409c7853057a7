"""Where one Core's plugins come from."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from attrs import frozen

from qualia._plugins import choices as decided
from qualia._plugins.catalog import SHIPPED, discover, shipped_folder
from qualia._plugins.choices import Choices
from qualia._plugins.selection import Found
from qualia.settings import Settings


@frozen(kw_only=True)
class Places:
    """The folders that are looked through, and the files that say more about what is found."""

    folders: tuple[tuple[str, Path], ...]
    """Origin and folder, in the order they are looked through."""
    override: bool = False
    """Whether a later plugin replaces an earlier one of the same id."""
    installed: bool = True
    """Whether plugins that installed packages bring along are looked for."""
    choices: Path | None = None
    """File of what somebody decided about plugins; None to keep that no longer than the Core lives."""
    index: Path | None = None
    """File that remembers manifests; None for none."""

    @classmethod
    def of(cls, settings: Settings, plugin_dirs: Iterable[Path]) -> Self:
        """Return the places that settings and further folders name."""
        state = settings.state_dir
        given = (*settings.plugin_path, *plugin_dirs)
        return cls(
            folders=((SHIPPED, shipped_folder()), *(("folder", folder) for folder in given)),
            override=settings.override_plugins,
            installed=settings.installed_plugins,
            choices=None if state is None else state / decided.FILE_NAME,
            index=None if state is None else state / "plugins-index.json",
        )

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders alone."""
        return tuple(folder for _origin, folder in self.folders)

    def find(self, choices: Choices) -> tuple[Found, ...]:
        """Look what plugins there are now."""
        return discover(
            self.folders,
            search_path=sys.path,
            override=self.override,
            index=self.index,
            choices=choices,
            installed=self.installed,
        )
