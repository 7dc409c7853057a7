"""What can go wrong with alerts. Each condition is a class, with the code a command that met it ends with.

::

    OperationFailed
     +- AlertsFailed
         +- AlertsLocked       11  somebody else looks at the same project
         +- NoSuchSink          2  no sink has this name
    RuntimeError
     +- SinkFailed                 a notice did not arrive; never seen outside of a delivery
"""

from __future__ import annotations

from qualia.errors import OperationFailed

OPERATION = "alerts"


class AlertsFailed(OperationFailed):
    """Looking, or telling what was seen, did not reach its end."""

    template = "{reason}"
    exit_code = 1

    def __init__(self, reason: str) -> None:
        super().__init__(OPERATION, reason, self.exit_code)
        self.args = (reason,)


class AlertsLocked(AlertsFailed):
    """Somebody else looks at the same project; ``holder`` names the process, empty when it does not tell."""

    template = "somebody else looks after the alerts of this project{holder}"
    exit_code = 11

    def __init__(self, pid: str) -> None:
        super().__init__("somebody else looks after the alerts of this project")
        self.args = (pid,)
        self.holder: str = f" (process {pid})" if pid else ""


class NoSuchSink(AlertsFailed):
    """No sink goes by this name."""

    template = "there is no sink {name!r}; {hint}"
    exit_code = 2

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(hint)
        self.args = (name, hint)
        self.name: str = name
        self.hint: str = hint


class SinkFailed(RuntimeError):
    """A notice did not arrive; ``reason`` holds no address and no secret.

    Args:
        reason: why, in a few words.
        retry_after_s: seconds the other side asked to wait; None when it did not say.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason, retry_after_s)
        self.reason: str = reason
        self.retry_after_s: float | None = retry_after_s

    def __str__(self) -> str:
        """Return the reason."""
        return self.reason
