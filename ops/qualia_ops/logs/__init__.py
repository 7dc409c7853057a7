"""Log lines of what an engine does, for faces and programs that embed Qualia; the engine itself configures no logging.

`configure` makes lines of a Core's events and of what is logged below ``qualia``; ``qualia log`` shows those of a
running host. No line says anything of a document, and none a secret.
"""

from __future__ import annotations

from qualia_ops.logs.configured import Logs, configure
from qualia_ops.logs.scrubbing import scrubbed

__all__ = ["Logs", "configure", "scrubbed"]
