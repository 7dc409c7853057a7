"""The host of a project, for operations that would rather ask it than look themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qualia.protocol.places import Place, answers, place_at, socket_paths


def host_of(state_dir: Path | None, environ: Mapping[str, str]) -> Place | None:
    """Return where the running host of a project answers; None when there is none.

    Args:
        state_dir: the project's state folder; None for no project.
        environ: the environment, which names the folder of running hosts.
    """
    if state_dir is None:
        return None
    places = (place_at(path) for path in socket_paths(state_dir, environ))
    return next((place for place in places if place is not None and answers(place)), None)
