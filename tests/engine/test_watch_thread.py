"""The thread that watches: how it begins, what it survives, and that it ends."""

from __future__ import annotations

import errno
import os
import queue
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from qualia._plugins.hints import NoHints, Watchfiles, hints
from qualia._plugins.scan import Changes
from qualia._plugins.watch import Watch
from qualia.errors import InvalidManifest
from tests.engine import watched
from tests.engine.places import run_python
from tests.engine.watched import WAIT_S, Host, Watches, plugin

watches, quick, host = watched.watches, watched.quick, watched.host
linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")


def threads() -> list[str]:
    """Return the threads of watches that live."""
    return [thread.name for thread in threading.enumerate() if thread.name == "qualia-watch"]


def save(folder: Path, code: str) -> None:
    """Change a plugin."""
    (folder / "__init__.py").write_text(code)


def test_a_watch_that_was_stopped_leaves_nothing_behind(watches: Watches, host: Host, tmp_path: Path) -> None:
    """Stopping ends the thread and gives its descriptors back; both calls may be repeated, and it may start again."""
    a = plugin(tmp_path / "a")
    for turn in range(4):
        watch = watches.start(host, tmp_path)
        watch.start()
        assert threads() == ["qualia-watch"]
        save(a, str(turn))
        host.answers(a=str(turn))
        watch.stop()
        watch.stop()
        assert threads() == []
        watch.start()
        save(a, f"{turn} again")
        host.answers(a=f"{turn} again")
        watch.stop()


@linux
def test_no_descriptor_stays_open(quick: Watches, host: Host, tmp_path: Path) -> None:
    """Twenty watches open as many descriptors as one."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        quick.start(host, tmp_path).stop()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_watch_may_be_stopped_by_what_it_calls(quick: Watches, tmp_path: Path) -> None:
    """A host that stops watching while it applies a change does not wait for itself."""
    a = plugin(tmp_path / "a")
    stopped = threading.Event()

    def apply(changes: Changes, settled: bool) -> frozenset[Path]:
        watch.stop()
        stopped.set()
        return frozenset()

    watch = Watch(lambda: [tmp_path], apply, warn=pytest.fail)
    watch.start()
    thread = next(each for each in threading.enumerate() if each.name == "qualia-watch")
    save(a, "2")
    assert stopped.wait(WAIT_S)
    thread.join(WAIT_S)
    assert threads() == []


@pytest.mark.parametrize("error", [OSError("disk"), InvalidManifest("a", "no")])
def test_an_error_of_the_host_is_told(error: Exception, quick: Watches, host: Host, tmp_path: Path) -> None:
    """An error that a reload may raise is a warning; the change is tried once more, and later ones are applied."""
    a = plugin(tmp_path / "a")
    quick.start(host, tmp_path)
    host.raises = [error]
    save(a, "2")
    host.answers(a="2")
    assert [settled for _, settled in host.calls] == [False, True]
    assert host.warnings == [f"plugins could not be reloaded: {error}"]
    save(a, "3")
    host.answers(a="3")


@pytest.mark.parametrize("bug", [ZeroDivisionError(), SystemExit()])
def test_a_bug_ends_a_thread_and_not_the_watch(
    bug: BaseException, quick: Watches, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else comes out of the host is handed on like an error of any thread, and another thread goes on."""
    shown: queue.Queue[object] = queue.Queue()
    monkeypatch.setattr(threading, "excepthook", lambda told: shown.put(told.exc_value))
    a = plugin(tmp_path / "a")
    watch = quick.start(host, tmp_path, sweep_s=0.02)
    host.raises = [bug]
    save(a, "2")
    host.answers(a="2")
    assert shown.get(timeout=WAIT_S) is bug
    assert host.warnings == []
    save(a, "3")
    host.answers(a="3")
    watch.stop()
    assert threads() == []


def test_one_may_look_without_a_thread(host: Host, tmp_path: Path) -> None:
    """Looking by hand takes note of what is there first, applies changes, and holds to the clock it was given."""
    now_s = 0.0
    a = plugin(tmp_path / "a")
    watch = Watch(lambda: [tmp_path], host.apply, warn=host.warn, clock=lambda: now_s)
    watch.look_now()
    assert host.calls == []
    save(a, "broken now")
    for _ in range(3):
        watch.look_now()
    assert [settled for _, settled in host.calls] == [False]
    now_s = 0.25
    for _ in range(3):
        watch.look_now()
    assert (host.errors, len(host.calls)) == ([a], 2)
    (a / "plugin.toml").unlink()
    watch.look_now()
    now_s = 0.74
    watch.look_now()
    assert len(host.calls) == 2
    now_s = 0.75
    watch.look_now()
    assert host.calls[2:] == [(Changes(removed=frozenset({a})), True)]


def test_looking_while_a_change_is_applied_does_nothing(tmp_path: Path) -> None:
    """A host that asks for a look from within a look gets none, and no change is applied twice."""
    a = plugin(tmp_path / "a")
    calls = []

    def apply(changes: Changes, settled: bool) -> frozenset[Path]:
        calls.append(changes)
        watch.look_now()
        return frozenset()

    watch = Watch(lambda: [tmp_path], apply, warn=pytest.fail)
    watch.look_now()
    save(a, "22")
    watch.look_now()
    assert calls == [Changes(changed=frozenset({a}))]


def test_looking_takes_turns_with_the_thread(watches: Watches, host: Host, tmp_path: Path) -> None:
    """What a look by hand applied is not applied by the thread, and the other way round nothing is lost."""
    folders = [plugin(tmp_path / f"p{number}") for number in range(8)]
    watch = watches.start(host, tmp_path)
    for turn in range(5):
        for folder in folders:
            save(folder, str(turn))
        watch.look_now()
        assert {folder.name: host.code[folder] for folder in folders} == {each.name: str(turn) for each in folders}


class Refusing(NoHints):
    """A system that watches no more folders."""

    def arm(self, places: Iterable[str], beside: Iterable[str]) -> bool:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def refuse(**_: int) -> Refusing:
    """Be a system that opens no more watches."""
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


@pytest.mark.parametrize(
    ("found", "notice"),
    [
        (lambda **_: Refusing(), "the system watches no more folders ("),
        (refuse, "the system refuses to watch folders ("),
        (lambda **_: None, "watchfiles is not installed; "),
    ],
)
def test_without_hints_one_looks(
    found: object, notice: str, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the system refuses to tell of changes, there is one notice and changes are found by looking."""
    monkeypatch.setattr("qualia._plugins.watch.hints", found)
    a = plugin(tmp_path / "a")
    watch = Watch(lambda: [tmp_path], host.apply, warn=host.warn, sweep_s=0.02)
    watch.start()
    for text in ("2", "3"):
        save(a, text)
        host.answers(a=text)
    watch.stop()
    assert len(host.warnings) == 1
    assert host.warnings[0].startswith(notice)
    assert host.warnings[0].endswith("plugin folders are looked at several times a second instead")


class Deaf(NoHints):
    """A system that says it watches and tells nothing."""


def test_a_change_without_a_hint_is_found_in_the_end(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a hint get lost, the next look that comes by itself finds the change."""
    monkeypatch.setattr("qualia._plugins.watch.hints", lambda **_: Deaf())
    monkeypatch.setattr("qualia._plugins.watch.NoHints", Refusing)
    a = plugin(tmp_path / "a")
    watch = Watch(lambda: [tmp_path], host.apply, warn=host.warn, sweep_s=0.02)
    watch.start()
    save(a, "2")
    host.answers(a="2")
    watch.stop()
    assert host.warnings == []


def test_folders_of_a_server_are_looked_at(
    quick: Watches, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A root on a network is looked at often, with one notice; a setting that rules that out is obeyed."""
    monkeypatch.setattr("qualia._plugins.watch.read_mounts", lambda: f"server:/x {tmp_path}/far nfs4 rw 0 0\n")
    far, near = tmp_path / "far", tmp_path / "near"
    a = plugin(far / "a")
    watch = quick.start(host, far, near, sweep_s=0.02)
    assert host.warnings == [f"{str(far)!r} lies on a network; it is looked at several times a second"]
    for text in ("2", "3"):
        save(a, text)
        host.answers(a=text)
    watch.stop()
    quick.start(host, far, force_polling=False)
    assert len(host.warnings) == 1


def test_where_there_is_no_other_way_watchfiles_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """On macOS and Windows watchfiles is asked, if it is installed."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert isinstance(hints(step_ms=20, debounce_ms=200), Watchfiles)
    monkeypatch.setattr("qualia._plugins.hints.find_spec", lambda name: None)
    assert hints(step_ms=20, debounce_ms=200) is None


@linux
def test_linux_tells_when_it_lost_count() -> None:
    """When hints were dropped there was a change somewhere, so one looks."""
    from qualia._plugins import inotify

    told = inotify.Inotify(step_ms=5, debounce_ms=50)
    read_end, write_end = os.pipe()
    real, told._fd = told._fd, read_end
    os.write(write_end, inotify._EVENT.pack(-1, inotify._OVERFLOW, 0, 0))
    assert list(told._read()) == [inotify.SOMEWHERE]
    told._fd = real
    told.close()
    told.close()
    told.wake()
    os.close(read_end)
    os.close(write_end)


@pytest.mark.parametrize("source", ["system", "watchfiles"])
def test_a_program_may_end_while_it_watches(source: str, tmp_path: Path) -> None:
    """A watch that was not stopped keeps no program from ending, and lets it end cleanly."""
    plugin(tmp_path / "a")
    code = (
        "from pathlib import Path\n"
        "from qualia._plugins import hints, watch\n"
        "if sys.argv[2] == 'watchfiles': watch.hints = hints.Watchfiles\n"
        "it = watch.Watch(lambda: [Path(sys.argv[1])], lambda *_: frozenset(), warn=print)\n"
        "it.start()\n"
        "print('armed')\n"
    )
    assert run_python(code, tmp_path, source) == "armed\n"


def test_a_watch_asked_of_linux_brings_nothing_along(tmp_path: Path) -> None:
    """On Linux no event loop and no library comes into the process for watching."""
    if sys.platform != "linux":
        pytest.skip("other systems are asked through watchfiles")
    code = (
        "from pathlib import Path\n"
        "from qualia._plugins.watch import Watch\n"
        "it = Watch(lambda: [Path(sys.argv[1])], lambda *_: frozenset(), warn=print)\n"
        "it.start(); it.stop()\n"
        "print([name for name in ('asyncio', 'anyio', 'watchfiles') if name in sys.modules])\n"
    )
    assert run_python(code, tmp_path) == "[]\n"
