"""What can go wrong where log lines are shown."""

from __future__ import annotations

from qualia.errors import OperationFailed


class LogUnavailable(OperationFailed):
    """There is nothing to take log lines from."""

    template = "{reason}"

    def __init__(self, reason: str, code: int = 1) -> None:
        super().__init__("log", reason, code)
        self.args = (reason, code)
