"""When a change that was seen is acted upon; pure, with the time passed in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from qualia._plugins.scan import Changes, Look, Signature


@frozen
class Step:
    """What to apply now."""

    changes: Changes
    settled: bool
    """Whether the folders have been quiet for so long that a failure is not due to a save that is under way."""


class Settling:
    """Turns what is seen into what is applied.

    - What is new or changed is applied at once. If that fails, it is applied once more when it has been quiet for
      ``quiet_s``; after that only when it changes, or when a folder is removed, which may have been in its way.
    - What vanishes is removed after ``gone_s``: version control and editors take files away and put them back. It is
      removed at once when its very files are now in a new folder, which means that it was renamed.

    A folder that was applied once is `Changes.changed` from then on, even if it has always failed.

    Args:
        before: what is known and needs no applying.
        quiet_s: seconds.
        gone_s: seconds.
    """

    def __init__(self, before: Look, *, quiet_s: float, gone_s: float) -> None:
        self._quiet_s: float = quiet_s
        self._gone_s: float = gone_s
        self._known: dict[Path, Signature] = dict(before.folders)
        """As each folder was when it was applied last."""
        self._seen: Mapping[Path, Signature] = before.folders
        self._open: set[Path] = set()
        """Changed and not applied yet."""
        self._moved_s: dict[Path, float] = {}
        """When each folder was last seen to change."""
        self._gone_at_s: dict[Path, float] = {}
        """Since when known folders have not been seen."""
        self._broken: dict[Path, bool] = {}
        """Folders that failed when they were applied last, and whether they are owed another try."""

    def see(self, now_s: float, found: Look, touched: frozenset[Path] = frozenset()) -> None:
        """Take note of what there is.

        Args:
            now_s: the time.
            found: what there is.
            touched: folders of which the system says that something in them was written, even if they look as before:
                two writes within one tick of the file system's clock do.
        """
        for folder, signature in found.folders.items():
            self._gone_at_s.pop(folder, None)
            if folder in touched or self._seen.get(folder) != signature:
                self._moved_s[folder] = now_s
                if folder in touched or self._known.get(folder) != signature:
                    self._open.add(folder)
        for folder in self._known.keys() - found.folders.keys():
            self._gone_at_s.setdefault(folder, now_s)
        self._seen = found.folders

    def due(self, now_s: float) -> Step | None:
        """Take what is to be applied now; None when there is nothing. Ask until there is nothing.

        Until `succeeded` tells otherwise, the folders of a step count as failed.
        """
        fresh = self._open & self._seen.keys()
        if fresh:
            added = frozenset(fresh - self._known.keys())
            moved = frozenset(self._renamed(added))
            step = Step(Changes(added=added, changed=frozenset(fresh - added), removed=moved), settled=False)
        else:
            removed = frozenset(each for each, since_s in self._gone_at_s.items() if now_s - since_s >= self._gone_s)
            again = (each for each in self._broken.keys() & self._seen.keys() if removed or self._is_quiet(each, now_s))
            step = Step(Changes(changed=frozenset(again), removed=removed), settled=True)
        if not step.changes:
            return None
        self._take(step)
        return step

    def succeeded(self, folders: frozenset[Path]) -> None:
        """Take note of the folders of a step that could be applied."""
        for folder in folders:
            self._broken.pop(folder, None)

    def wake_s(self, now_s: float) -> float | None:
        """Tell in how many seconds something is due if nothing changes; None when nothing is pending."""
        if self._open & self._seen.keys():
            return 0.0
        times = [since_s + self._gone_s for since_s in self._gone_at_s.values()]
        times += [
            self._moved_s.get(folder, now_s) + self._quiet_s
            for folder, is_owed in self._broken.items()
            if is_owed and folder in self._seen
        ]
        return max(0.0, min(times) - now_s) if times else None

    def _is_quiet(self, folder: Path, now_s: float) -> bool:
        return self._broken[folder] and now_s - self._moved_s.get(folder, now_s) >= self._quiet_s

    def _renamed(self, added: frozenset[Path]) -> set[Path]:
        signatures = {self._seen[folder] for folder in added}
        return {folder for folder in self._gone_at_s if self._known[folder] in signatures}

    def _take(self, step: Step) -> None:
        for folder in step.changes.removed:
            for state in (self._known, self._gone_at_s, self._broken, self._moved_s):
                state.pop(folder, None)
        for folder in step.changes.added | step.changes.changed:
            self._known[folder] = self._seen[folder]
            self._broken[folder] = not step.settled
        self._open -= step.changes.added | step.changes.changed
