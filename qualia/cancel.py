"""How a caller stops a run: a token to cancel, a deadline, and what a run checks between steps."""

from __future__ import annotations

import threading
from collections.abc import Callable

from attrs import field, frozen

from qualia.errors import CoreClosed, DeadlineExceeded, RunCancelled


class CancelToken:
    """Asks every run it was given to, to stop. Cancelling is final, and safe from any thread."""

    def __init__(self) -> None:
        # Reentrant, because a signal handler may cancel while its thread is in here.
        self._lock: threading.RLock = threading.RLock()
        self._cancelled: bool = False
        self._actions: dict[object, Callable[[], object]] = {}

    def cancel(self) -> None:
        """Ask the runs to stop: no further step begins, and a plugin that checks stops too."""
        with self._lock:
            self._cancelled = True
            actions = list(self._actions.values())
            self._actions.clear()
        for action in actions:
            action()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    def when_cancelled(self, action: Callable[[], object]) -> Callable[[], None]:
        """Call ``action`` once, in the thread that cancels; at once when that has been.

        The action must be quick and raise nothing. The returned function calls it off.
        """
        name = object()
        with self._lock:
            if not self._cancelled:
                self._actions[name] = action
                return lambda: self._forget(name)
        action()
        return lambda: None

    def _forget(self, name: object) -> None:
        with self._lock:
            self._actions.pop(name, None)


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
    closing: CancelToken | None = None
    """Cancelled when its Core is closed; None when there is none."""
    halt: CancelToken = field(factory=CancelToken, repr=False, eq=False)
    """Cancelled by the run itself once it is lost: its steps that are still under way need not go on."""

    @property
    def remaining_s(self) -> float | None:
        """Seconds left, at least 0; None without a deadline."""
        return None if self.deadline_s is None else max(0.0, self.deadline_s - self.clock())

    @property
    def can_be_cut_short(self) -> bool:
        """Whether its caller may have to be answered while a step is still under way."""
        return self.token is not None or self.deadline_s is not None

    def check(self) -> None:
        """Do nothing while a step may go on.

        Raises:
            QualiaError: as `check_caller`.
            RunCancelled: another step of the run failed.
        """
        self.check_caller()
        if self.halt.cancelled:
            raise RunCancelled(self.name)

    def check_caller(self) -> None:
        """Do nothing while the run's caller waits for it.

        Raises:
            RunCancelled: its token was cancelled.
            CoreClosed: its Core was closed.
            DeadlineExceeded: its time is over.
        """
        if self.token is not None and self.token.cancelled:
            raise RunCancelled(self.name)
        if self.closing is not None and self.closing.cancelled:
            raise CoreClosed(f"finish {self.name!r}")
        if self.deadline_s is not None and self.clock() >= self.deadline_s:
            raise DeadlineExceeded(self.name)

    def when_over(self, action: Callable[[], object]) -> Callable[[], None]:
        """Call ``action`` when the token is cancelled or the Core closed; the returned function calls it off."""
        tokens = [each for each in (self.token, self.closing) if each is not None]
        offs = [each.when_cancelled(action) for each in tokens]

        def off() -> None:
            for each in offs:
                each()

        return off
