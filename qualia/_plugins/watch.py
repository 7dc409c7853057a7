"""Watches plugin folders. What the system tells means "look again"; what is true is what a look finds."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from qualia._engine.network import is_on_network, read_mounts
from qualia._plugins.hints import Hints, NoHints, hints
from qualia._plugins.scan import Changes, Look, identity, is_litter, look
from qualia._plugins.settling import Settling
from qualia.errors import QualiaError

_POLL_S = 0.2
_POLL_SHARE = 100
_SWEEP_SHARE = 2000
_ARM_TURNS = 4
_START_S = 10.0
_JOIN_S = 5.0


class Watch:
    """Tells what changes in the plugin folders below some roots, from a daemon thread of its own.

    Hints from the system bring an answer some 25 ms after a save. Besides, it looks at the roots every ``sweep_s`` and
    at every file as often as takes 1/2000 of one processor, at most every ``sweep_s``. Where the system gives no hints
    (folders of a server, no watches left) it looks several times a second instead, with up to 1/100 of a processor.

    An `OSError` or `QualiaError` that ``apply`` lets out is told to ``warn``, and its folders count as failed. Anything
    else is a bug: it reaches `threading.excepthook` as from any thread, and a new thread goes on after ``sweep_s``.

    Args:
        roots: asked at each look, so they may come and go. They need not exist.
        apply: called with what changed and whether it has been quiet since; it returns the folders that failed, and
            see `Settling` for when it is called again. What looks different may be the same, after ``touch`` for
            instance. It must not wait for a lock that a caller of `look_now` holds.
        warn: called once with a sentence when changes cannot be noticed in the usual way, or ``apply`` failed.
        clock: monotonic seconds.
        force_polling: whether to look instead of waiting for hints; None where hints are of no use.
        step_ms: a change is acted upon when there was no other for so long,
        debounce_ms: or after so long.
        sweep_s: longest time until a change without a hint is noticed, for six plugins as for sixty.
        quiet_s: how long a folder must not change until a failure counts as settled.
        gone_s: how long a folder is away until it is removed.
    """

    def __init__(
        self,
        roots: Callable[[], Iterable[Path]],
        apply: Callable[[Changes, bool], frozenset[Path]],
        *,
        warn: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
        force_polling: bool | None = None,
        step_ms: int = 20,
        debounce_ms: int = 200,
        sweep_s: float = 2.0,
        quiet_s: float = 0.25,
        gone_s: float = 0.5,
    ) -> None:
        self._roots: Callable[[], Iterable[Path]] = roots
        self._apply: Callable[[Changes, bool], frozenset[Path]] = apply
        self._warn: Callable[[str], object] = warn
        self._clock: Callable[[], float] = clock
        self._force_polling: bool | None = force_polling
        self._step_ms: int = step_ms
        self._debounce_ms: int = debounce_ms
        self._sweep_s: float = sweep_s
        self._quiet_s: float = quiet_s
        self._gone_s: float = gone_s
        self._hints: Hints = NoHints()
        self._thread: threading.Thread | None = None
        self._armed: threading.Event = threading.Event()
        self._stopped: threading.Event = threading.Event()
        self._turn: threading.RLock = threading.RLock()
        """Held while looking and applying, so that two threads do not apply one change."""
        self._is_applying: bool = False
        self._settling: Settling | None = None
        self._found: Look = Look({})
        self._at: dict[Path, tuple[int, int] | None] = {}
        """What each root led to."""
        self._near: set[str] = set()
        """Folders of which only the roots in them matter."""
        self._told: set[Path] = set()
        """Roots on a network, of which there was a notice."""
        self._look_due_s: float = 0.0

    def start(self, since: Look | None = None) -> None:
        """Start watching; return when a change would be noticed. A watch that was started goes on.

        Args:
            since: what the caller knows, so that later changes are applied; None for what is there now.
        """
        with self._turn:
            if self._thread is not None:
                return
            self._settling = self._settle(since) if since is not None else None
            self._stopped.clear()
            self._armed.clear()
            self._spawn()
        self._armed.wait(_START_S)

    def stop(self) -> None:
        """Stop watching. An `apply` that is under way is waited for, for at most 5 s."""
        self._stopped.set()
        until_s = time.monotonic() + _JOIN_S
        self._hints.wake()
        # A thread that failed has a successor.
        while (thread := self._thread) is not None and thread.is_alive() and time.monotonic() < until_s:
            if thread is threading.current_thread():
                break
            thread.join(max(0.0, until_s - time.monotonic()))
        self._thread = None

    def look_now(self) -> None:
        """Look, and apply what changed, in the caller's thread. The very first look only takes note of what is there.

        Called from within ``apply`` it does nothing: the look that is under way takes in what it would find.
        """
        with self._turn:
            if not self._is_applying:
                self._look(self._now(), frozenset())
                self._look_due_s = 0.0
                self._apply_due()
        self._hints.wake()

    def _spawn(self, after_s: float = 0.0) -> None:
        self._thread = threading.Thread(target=self._run, args=(after_s,), name="qualia-watch", daemon=True)
        self._thread.start()

    def _run(self, after_s: float) -> None:
        is_done = False
        try:
            self._stopped.wait(after_s)
            self._watch()
            is_done = True
        finally:
            self._hints.close()
            self._armed.set()
            if not is_done and not self._stopped.is_set():
                self._spawn(self._sweep_s)

    def _watch(self) -> None:
        with self._turn:
            self._hints = self._open_hints()
            self._look(self._armed_look(), frozenset())
        self._armed.set()
        while not self._stopped.is_set():
            with self._turn:
                self._apply_due()
                pause_s = self._pause_s()
            paths = frozenset(path for path in self._hints.wait(pause_s) if self._matters(path))
            with self._turn:
                if not self._stopped.is_set() and (paths or self._is_look_due()):
                    self._look(self._armed_look(), paths)

    def _open_hints(self) -> Hints:
        if self._force_polling:
            return NoHints()
        try:
            found = hints(step_ms=self._step_ms, debounce_ms=self._debounce_ms)
        except OSError as error:
            return self._without(f"the system refuses to watch folders ({error})")
        return found or self._without("watchfiles is not installed")

    def _without(self, why: str) -> Hints:
        self._warn(f"{why}; plugin folders are looked at several times a second instead")
        return NoHints()

    def _now(self) -> Look:
        self._at = {root: identity(os.fspath(root)) for root in self._roots()}
        return look(self._at)

    def _armed_look(self) -> Look:
        """Look until what was found is also watched: whatever came before the watch was no hint."""
        began_s = self._clock()
        found = self._now()
        for _ in range(_ARM_TURNS):
            self._near = self._beside()
            try:
                is_new = self._hints.arm(found.places, self._near)
            except OSError as error:
                self._hints.close()
                self._hints = self._without(f"the system watches no more folders ({error})")
                is_new = True
            if not is_new:
                break
            found = self._now()
        cost_s = self._clock() - began_s
        if isinstance(self._hints, NoHints) or self._is_far():
            pause_s = min(max(_POLL_S, cost_s * _POLL_SHARE), self._sweep_s)
        else:
            pause_s = max(self._sweep_s, cost_s * _SWEEP_SHARE)
        self._look_due_s = self._clock() + pause_s
        return found

    def _look(self, found: Look, paths: frozenset[str]) -> None:
        if self._settling is None:
            self._settling = self._settle(found)
        now_s = self._clock()
        folders = found.folders
        touched = (next((above for above in Path(path).parents if above in folders), None) for path in paths)
        self._settling.see(now_s, found, frozenset(folder for folder in touched if folder is not None))
        if found != self._found:
            # Hints are lost when there are too many at once.
            self._look_due_s = min(self._look_due_s, now_s + self._quiet_s)
        self._found = found

    def _apply_due(self) -> None:
        settling = self._settling
        while settling is not None and not self._stopped.is_set():
            step = settling.due(self._clock())
            if step is None:
                return
            asked = step.changes.added | step.changes.changed
            self._is_applying = True
            try:
                settling.succeeded(asked - self._apply(step.changes, step.settled))
            except (OSError, QualiaError) as error:
                self._warn(f"plugins could not be reloaded: {error}")
            finally:
                self._is_applying = False

    def _settle(self, before: Look) -> Settling:
        return Settling(before, quiet_s=self._quiet_s, gone_s=self._gone_s)

    def _pause_s(self) -> float:
        now_s = self._clock()
        pending_s = None if self._settling is None else self._settling.wake_s(now_s)
        times = [self._sweep_s, self._look_due_s - now_s, *([] if pending_s is None else [pending_s])]
        return max(0.0, min(times))

    def _is_look_due(self) -> bool:
        now_s = self._clock()
        pending_s = None if self._settling is None else self._settling.wake_s(now_s)
        if now_s >= self._look_due_s or (pending_s is not None and pending_s <= 0):
            return True
        return self._at != {root: identity(os.fspath(root)) for root in self._roots()}

    def _is_far(self) -> bool:
        """Tell whether a root lies on a network, where other machines' changes give no hints."""
        if self._force_polling is not None:
            return False
        mounts = read_mounts()
        far = {root for root in self._at if is_on_network(root, mounts)}
        for root in sorted(far - self._told):
            self._warn(f"{str(root)!r} lies on a network; it is looked at several times a second")
        self._told |= far
        return bool(far)

    def _beside(self) -> set[str]:
        """Return the folders in which a root that is missing will appear, and those in which a link to one lies."""
        beside: set[str] = set()
        for root, where in self._at.items():
            if where is None:
                beside.add(next((str(above) for above in root.absolute().parents if above.is_dir()), os.sep))
            elif root.is_symlink():
                beside.add(str(root.absolute().parent))
        return beside

    def _matters(self, path: str) -> bool:
        """Tell whether a hint may be about a plugin. Of a path below no known place there is no telling."""
        if any(path == str(root) or str(root).startswith(path + os.sep) for root in self._at):
            return True
        place, last = path, ""
        while place not in self._found.places and place != last:
            if place in self._near:
                return False
            place, last = os.path.dirname(place), place  # noqa: PTH120 - plain text, thousands at a time
        names = path[len(place) :].split(os.sep)  # noqa: PTH206 - as above
        # A link of Kubernetes, `..data`, is all that tells of a new version.
        return place == last or not any(is_litter(name) and not name.startswith("..") for name in names)
