"""What a plugin that cooperates gets besides its input."""

from __future__ import annotations

import logging
from collections.abc import Callable

from attrs import frozen

from qualia.cancel import Control


@frozen(kw_only=True)
class Context:
    """The run a call belongs to. A plugin gets it by naming a ``context`` argument."""

    run_id: str
    step: str
    log: logging.Logger
    """A logger of the plugin's own."""
    control: Control
    """What can end the run early; `check` asks it."""
    tell: Callable[[float], object]
    """Takes how far the call is; `progress` calls it."""

    @property
    def remaining_s(self) -> float | None:
        """Seconds until the run's deadline; None without one."""
        return self.control.remaining_s

    def check(self) -> None:
        """Do nothing while the run may go on; call it in long loops.

        Raises:
            RunCancelled: the caller cancelled the run. Let it pass.
            DeadlineExceeded: the run's time is over. Let it pass.
        """
        self.control.check()

    def progress(self, done: float) -> None:
        """Tell observers how far the call is, from 0 to 1."""
        self.tell(min(1.0, max(0.0, done)))
