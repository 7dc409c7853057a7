"""Plugin folders under watch, and a host that answers with what it read there last."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qualia._plugins.hints import Hints, NoHints, Watchfiles
from qualia._plugins.scan import Changes
from qualia._plugins.watch import Watch

WAIT_S = 10.0
QUIET_S, GONE_S = 0.06, 0.1


def plugin(folder: Path, code: str = "1") -> Path:
    """Write a plugin's folder, the manifest last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text(code)
    (folder / "plugin.toml").write_text(f'id = "{folder.name}"')
    return folder


class Host:
    """Reads a plugin when it is told to; code that begins with "broken" cannot be loaded."""

    def __init__(self) -> None:
        self.turn: threading.Condition = threading.Condition()
        self.code: dict[Path, str] = {}
        """What answers, by folder."""
        self.errors: list[Path] = []
        """Folders whose failure was settled."""
        self.calls: list[tuple[Changes, bool]] = []
        self.warnings: list[str] = []
        self.raises: list[BaseException] = []

    def apply(self, changes: Changes, settled: bool) -> frozenset[Path]:
        """Swap in what changed."""
        failed = set()
        with self.turn:
            self.calls.append((changes, settled))
            self.turn.notify_all()
            if self.raises:
                raise self.raises.pop()
            for folder in changes.removed:
                self.code.pop(folder, None)
            for folder in changes.added | changes.changed:
                try:
                    code = (folder / "__init__.py").read_text()
                except OSError:
                    code = "broken: missing"
                if not code.startswith("broken"):
                    self.code[folder] = code
                    continue
                failed.add(folder)
                if settled:
                    self.errors.append(folder)
        return frozenset(failed)

    def warn(self, sentence: str) -> None:
        """Keep a warning."""
        with self.turn:
            self.warnings.append(sentence)
            self.turn.notify_all()

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds after a call."""
        with self.turn:
            assert self.turn.wait_for(holds, WAIT_S), (self.code, self.calls, self.warnings)

    def answers(self, **code: str) -> None:
        """Wait until exactly these plugins answer with this code, each by the name of its folder."""
        self.until(lambda: {folder.name: text for folder, text in self.code.items()} == code)


class Watches:
    """Starts watches and stops them when the test is over."""

    def __init__(self, hints: Callable[..., Hints] | None, patch: pytest.MonkeyPatch) -> None:
        self._started: list[Watch] = []
        self._is_polling: bool = hints is None
        if hints is not None:
            patch.setattr("qualia._plugins.watch.hints", hints)

    def make(self, host: Host, roots: Callable[[], Iterable[Path]], **options: Any) -> Watch:
        """Make a watch that is quick to call something settled."""
        # Hints alone must do: a look that comes by itself would hide that one is missing.
        options = {"quiet_s": QUIET_S, "gone_s": GONE_S, "sweep_s": 0.02 if self._is_polling else 600.0} | options
        if self._is_polling:
            options["force_polling"] = True
        self._started.append(Watch(roots, host.apply, warn=host.warn, **options))
        return self._started[-1]

    def start(self, host: Host, *roots: Path, **options: Any) -> Watch:
        """Watch some roots."""
        watch = self.make(host, lambda: roots, **options)
        watch.start()
        return watch

    def stop(self) -> None:
        """Stop them all."""
        for watch in self._started:
            watch.stop()


def system_hints(**options: int) -> Hints:
    """Return the hints of this system."""
    from qualia._plugins.hints import hints

    return hints(**options) or NoHints()


SOURCES: dict[str, Callable[..., Hints] | None] = {"system": system_hints, "watchfiles": Watchfiles, "polling": None}


@pytest.fixture(params=SOURCES)
def watches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watches]:
    """Give watches that learn of changes from the system, from watchfiles and by looking."""
    made = Watches(SOURCES[request.param], monkeypatch)
    yield made
    made.stop()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watches]:
    """Give watches that learn of changes from this system."""
    made = Watches(system_hints, monkeypatch)
    yield made
    made.stop()


@pytest.fixture
def host() -> Host:
    """Give a host with no plugins."""
    return Host()
