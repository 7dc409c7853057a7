"""How a caller stops a run: a token to cancel, a deadline, and what a run checks between steps."""

from __future__ import annotations

import threading
from collections.abc import Callable

from attrs import frozen

from qualia.errors import DeadlineExceeded, RunCancelled


class CancelToken:
    """Asks every run it was given to, to stop. Cancelling is final, and safe from any thread."""

    def __init__(self) -> None:
        self._event: threading.Event = threading.Event()

    def cancel(self) -> None:
        """Ask the runs to stop: no further step begins, and a plugin that checks stops too."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()


@frozen(kw_only=True)
class Control:
    """What can end one run early."""

    name: str
    """The run's name, for the errors."""
    clock: Callable[[], float]
    """Monotonic time in seconds."""
    token: CancelToken | None = None
    """None when nobody can cancel it."""
    deadline_s: float | None = None
    """Monotonic time it must be done by; None for no deadline."""

    @property
    def remaining_s(self) -> float | None:
        """Seconds left, at least 0; None without a deadline."""
        return None if self.deadline_s is None else max(0.0, self.deadline_s - self.clock())

    def check(self) -> None:
        """Do nothing while the run may go on.

        Raises:
            RunCancelled: its token was cancelled.
            DeadlineExceeded: its time is over.
        """
        if self.token is not None and self.token.cancelled:
            raise RunCancelled(self.name)
        if self.deadline_s is not None and self.clock() >= self.deadline_s:
            raise DeadlineExceeded(self.name)
