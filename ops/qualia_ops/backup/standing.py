"""Where this process stands while the folder it stands in is exchanged for another one."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def standing_again(project: Path) -> Generator[bool]:
    """Stand in the project again afterwards if this process stands in it, and tell whether it does.

    A process whose folder is removed has none any more, and whatever it does with a relative path fails; a host goes on
    for days. Where the folder within the project is gone, it stands in the project itself.

    Args:
        project: the project's folder, resolved.
    """
    try:
        within = Path.cwd().relative_to(project)
    except (OSError, ValueError):
        # The folder was removed under it already, or it stands elsewhere.
        yield False
        return
    try:
        yield True
    finally:
        for place in (project, project / within):
            with suppress(OSError):
                os.chdir(place)
