"""What can go wrong where figures are shown or written."""

from __future__ import annotations

from qualia.errors import OperationFailed


class MetricsFailed(OperationFailed):
    """Figures could not be put together or written."""

    template = "{reason}"

    def __init__(self, reason: str, code: int = 1) -> None:
        super().__init__("metrics", reason, code)
        self.args = (reason, code)
