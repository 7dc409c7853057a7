"""What a plugin that cooperates gets besides its input."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from attrs import field, frozen

from qualia.cancel import Control


@frozen(kw_only=True)
class Context:
    """The run a call belongs to. A plugin gets it by naming a ``context`` argument, which keywords must reach."""

    run_id: str
    """The run's id, as its events have it."""
    step: str
    """The step's name in the run."""
    log: logging.Logger
    """A logger of the plugin's own."""
    control: Control
    """What can end the run early; `check` asks it."""
    tell: Callable[[float], object]
    """Takes how far the call is; `progress` calls it."""
    call_end: ExitStack = field(repr=False)
    """Closed by the engine when the call is over."""
    plugin_end: Callable[[Callable[[], object]], object] = field(repr=False)
    """Takes what is to be done when the plugin is closed; `on_close` calls it."""

    @property
    def remaining_s(self) -> float | None:
        """Seconds until the run's deadline; None without one."""
        return self.control.remaining_s

    @cached_property
    def scratch(self) -> Path:
        """An empty folder of this call's own; it is removed, with all that is in it, when the call is over.

        Raises:
            OSError: there is no place for it.
        """
        from tempfile import TemporaryDirectory

        folder = TemporaryDirectory(prefix=f"qualia-{self.run_id}-", ignore_cleanup_errors=True)
        return Path(self.call_end.enter_context(folder))

    def check(self) -> None:
        """Do nothing while the run may go on; call it in long loops.

        Raises:
            RunCancelled: the caller cancelled the run, or another step of it failed. Let it pass.
            DeadlineExceeded: the run's time is over. Let it pass.
            CoreClosed: the Core was closed. Let it pass.
        """
        self.control.check()

    def progress(self, done: float) -> None:
        """Tell observers how far the call is, from 0 to 1."""
        self.tell(min(1.0, max(0.0, done)))

    def on_close(self, action: Callable[[], object]) -> None:
        """Call ``action`` when the plugin is closed, the one named last first; naming it in every call adds it once.

        It is for what a call opened for the calls after it. What `Plugin.open` opens is closed by `Plugin.close`.
        """
        self.plugin_end(action)
