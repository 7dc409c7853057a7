"""How much is done and how long the rest will take; pure, with the time passed in."""

from __future__ import annotations

from collections import deque

from attrs import define, field

from qualia.cli.batch.work import Ended

_WINDOW_S = 15.0
_MOST_MARKS = 120


@define
class Tally:
    """What became of the files of a batch."""

    total: int
    """How many there are."""
    done: int = 0
    kept: int = 0
    """Done by an earlier batch."""
    failed: int = 0
    is_open_ended: bool = False
    """Whether files go on coming, so that failures are counted and no list of them is kept."""
    failures: list[tuple[str, str, str]] = field(factory=lambda: list[tuple[str, str, str]]())
    """Path, class of the error and sentence of each that failed."""

    @property
    def seen(self) -> int:
        """How many were done, kept or failed."""
        return self.done + self.kept + self.failed

    @property
    def skipped(self) -> int:
        """How many were not looked at."""
        return self.total - self.seen

    def count(self, ended: Ended, sentence: str) -> None:
        """Count what became of a file; ``sentence`` says why it failed."""
        if ended.status == "done":
            self.done += 1
        elif ended.status == "kept":
            self.kept += 1
        else:
            self.failed += 1
        if ended.status == "failed" and not self.is_open_ended:
            self.failures.append((ended.job.path, type(ended.error).__name__, sentence))


class Pace:
    """How fast files are done of late. What is there from earlier takes no time and tells nothing about the rest.

    Args:
        now_s: when it began.
    """

    def __init__(self, now_s: float) -> None:
        self._began_s: float = now_s
        self._marks: deque[tuple[float, int]] = deque([(now_s, 0)])
        self._worked: int = 0

    def passed_s(self, now_s: float) -> float:
        """Return the seconds since it began."""
        return now_s - self._began_s

    def keep(self, now_s: float) -> None:
        """Take note of a file that is there from earlier; as long as there are only such, nothing has begun."""
        if not self._worked:
            self._marks[0] = (now_s, 0)

    def work(self, now_s: float) -> None:
        """Count a file that was worked on."""
        self._worked += 1
        if now_s - self._marks[-1][0] >= _WINDOW_S / _MOST_MARKS:
            self._marks.append((now_s, self._worked))
        while len(self._marks) > 2 and now_s - self._marks[0][0] > _WINDOW_S:
            self._marks.popleft()

    def rate(self, now_s: float) -> float | None:
        """Return the files done in a second of late; None before there is one."""
        since_s, before = self._marks[0]
        if self._worked == before or now_s <= since_s:
            return None
        return (self._worked - before) / (now_s - since_s)

    def left_s(self, now_s: float, remaining: int) -> float | None:
        """Return the seconds that so many files will take; None when nobody knows yet."""
        rate = self.rate(now_s)
        return None if not rate else remaining / rate
