"""What a check of ``qualia doctor`` finds, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal

from attrs import frozen

from qualia.settings import Settings

Status = Literal["ok", "note", "warning", "problem"]


@frozen(kw_only=True)
class Finding:
    """One thing that was looked at."""

    status: Status
    """"note": good to know; "warning": something will not work as well as it could; "problem": mend it."""
    what: str
    """In the language spoken."""
    remedy: str = ""
    """What to do, in the language spoken; empty when there is nothing to do."""


@frozen(kw_only=True)
class Surroundings:
    """What is looked at: handed in, so that a test can have any machine it likes."""

    environ: Mapping[str, str]
    project: Path | None
    """The project's folder; None for none."""
    settings: Settings
    """Those that hold here; the defaults when they cannot be read."""
    settings_trouble: str = ""
    """Why the settings cannot be read, in the language spoken; empty when they can."""
    plugin_dirs: tuple[Path, ...] = ()
    """Folders of plugins that were asked for."""
    now_s: float
    """Seconds since 1970, as the system has it."""
    is_debugging: bool = False
    """Whether a check that raises shall end the command, so that its traceback is seen."""

    @property
    def state(self) -> Path | None:
        """The folder of cache and history; None when there is none."""
        return self.settings.state_dir


Look = Callable[[Surroundings], Iterable[Finding]]


@frozen(kw_only=True)
class Check:
    """One check: its name for ``--check``, its title, and what does it."""

    name: str
    title: str
    """In the language spoken."""
    look: Look
