"""How everything was when a snapshot was made, for its manifest; where nobody can tell, why."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qualia.errors import QualiaError


def moment_of(project: Path, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the report of a project's running host, or of a Core that is opened to look, as plain data.

    A backup is wanted most when things go wrong: whatever goes wrong with the look is a ``reason`` in place of it.
    """
    try:
        from qualia.host.look import health_of

        return dict(health_of(project, environ).to_plain())
    except (QualiaError, OSError, ImportError, ValueError, TypeError) as error:
        return {"reason": " ".join(str(error).split())[:300] or type(error).__name__}
