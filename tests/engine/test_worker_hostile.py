"""What a worker may send: nothing that comes from there harms the host, or waits for ever."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia._engine.worker import Workers
from qualia._engine.worker.shelf import MOST_INPUTS, Shelf
from qualia._engine.worker.wire import Garbled, Line, LineEnded, TooLate, frame_in, packed
from qualia.errors import PluginCrashed, PluginFailed
from tests.engine import hands
from tests.engine.hands import control, work

workers, make_workers = hands.workers, hands.make_workers
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="the plugin finds the socket in /proc")
HEAD = """
import json, os, struct
def line():
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            if os.readlink(f"/proc/self/fd/{fd}").startswith("socket:"):
                return fd
        except OSError:
            pass
def send(data):
    while data:
        data = data[os.write(line(), data):]
def frame(head, body=b""):
    head = json.dumps(head).encode()
    return struct.pack(">II", len(head), len(body)) + head + body
"""
LIES: dict[str, str] = {
    "garbage": "send(bytes(range(192, 256)))",
    "no JSON": "send(struct.pack('>II', 4, 0) + b'{{{{')",
    "no list": "send(struct.pack('>II', 2, 0) + b'{}')",
    "an empty list": "send(struct.pack('>II', 2, 0) + b'[]')",
    "a frame that is too long": "send(struct.pack('>II', 0xffffffff, 0xffffffff))",
    "deep JSON": "send(struct.pack('>II', 200000, 0) + b'[' * 200000)",
    "another call's answer": "send(frame(['ok', 999, False, '', 'plain', 1]))",
    "a short answer": "send(frame(['ok', 3]))",
    "an unknown verb": "send(frame(['hello', 3, False, '', 1]))",
    "a verb that is no text": "send(frame([{}, 3, False, '', 1]))",
    "an unknown kind": "send(frame(['ok', 3, False, '', 'pickle/1', 1]))",
    "a record of another shape": "send(frame(['ok', 3, False, '', 'sentiment/1', {'evil': 1}]))",
    "a kind that is no text": "send(frame(['ok', 3, False, '', [], 1]))",
    "too much": "send(frame(['ok', 3, False, '', 'plain', 1, 2]))",
    "an error it may not raise": "send(frame(['refused', 3, False, '', 'KeyboardInterrupt', [], '']))",
    "an error of another kind": "send(frame(['refused', 3, False, '', 'CircuitOpen', ['a', 1], '']))",
    "a list for a class": "send(frame(['refused', 3, False, '', [], [], '']))",
    "progress of another call": "send(frame(['progress', 999, 0.5]))",
    "progress that is no number": "send(frame(['progress', 3, 'half']))",
    "a log of no level": "send(frame(['log', 3, 10**9, 'a']))",
}


@needs_linux
@pytest.mark.parametrize("what", LIES)
def test_a_worker_that_sends_nonsense_is_killed(workers: Workers, write: Callable[..., Path], what: str) -> None:
    """It counts as a crash of its plugin, and the next call is answered by another."""
    bad, good = write("bad", f"{LIES[what]}\nwhile True:\n    pass", head=HEAD), write("good")
    with pytest.raises(PluginCrashed, match="sent what is no answer"):
        workers.call(work(bad, call_s=5), control())
    assert workers.call(work(good), control()) == {"characters": 13}


@needs_linux
def test_what_is_sent_between_calls_is_no_answer_to_the_next(workers: Workers, write: Any) -> None:
    """A worker that spoke without being asked is not asked again."""
    body = "send(frame(['ok', 3, False, '', 'plain', os.getpid()]) + frame(['ok', 4, False, '', 'plain', 'forged']))"
    folder = write("p", f"{body}\nreturn os.getpid()", head=HEAD)
    first = workers.call(work(folder), control())
    assert workers.call(work(folder), control()) not in (first, "forged")


@needs_linux
def test_a_flood_of_progress_does_not_outlast_the_call(workers: Workers, write: Any) -> None:
    """However much it says, a call ends when its time is over."""
    folder = write("p", "data = frame(['progress', 3, 0.5]) * 1000\nwhile True:\n    send(data)", head=HEAD)
    began_s = time.monotonic()
    with pytest.raises(PluginFailed, match=r"0\.2 seconds"):
        workers.call(work(folder, call_s=0.2), control())
    assert time.monotonic() - began_s < 2


@pytest.fixture
def ends() -> Iterator[tuple[Line, socket.socket]]:
    """Return a line and the socket at its other end."""
    ours, theirs = socket.socketpair()
    line = Line(ours, clock=time.monotonic, most_bytes=10_000_000)
    yield line, theirs
    line.close()
    theirs.close()


def test_a_frame_survives_any_cut(ends: tuple[Line, socket.socket]) -> None:
    """It is put together however it arrives, and what follows is the next."""
    line, theirs = ends
    data = packed(["a", 1], b"body") + packed(["b"])
    for cut in range(1, len(packed(["a", 1], b"body"))):
        theirs.sendall(data[:cut])
        with pytest.raises(TooLate):
            line.receive(time.monotonic() + 0.002)
        theirs.sendall(data[cut:])
        assert line.receive(None) == (["a", 1], b"body")
        assert line.receive(None) == (["b"], b"")


def test_frames_may_be_sent_both_ways_at_once(ends: tuple[Line, socket.socket]) -> None:
    """Bytes that do not fit into the socket wait until there is room."""
    line, theirs = ends
    body = b"x" * 5_000_000
    thread = threading.Thread(target=lambda: theirs.sendall(_read(theirs, len(packed(["a"], body)))))
    thread.start()
    line.send(packed(["a"], body), time.monotonic() + 10)
    assert line.receive(time.monotonic() + 10) == (["a"], body)
    thread.join(5)


def _read(sock: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += sock.recv(length - len(data))
    return data


def test_nobody_waits_longer_than_told(ends: tuple[Line, socket.socket]) -> None:
    """Neither for what does not come nor for what is not taken."""
    line, _ = ends
    began_s = time.monotonic()
    with pytest.raises(TooLate):
        line.receive(began_s + 0.02)
    with pytest.raises(TooLate):
        line.send(b"x" * 10_000_000, began_s + 0.05)
    assert 0.02 <= time.monotonic() - began_s < 1


def test_an_end_is_noticed(ends: tuple[Line, socket.socket]) -> None:
    """Both by who receives and by who sends."""
    line, theirs = ends
    assert line.is_quiet
    theirs.close()
    assert not line.is_quiet
    with pytest.raises(LineEnded):
        line.receive(None)
    with pytest.raises(LineEnded):
        line.send(b"x", None)


def test_shutting_a_line_wakes_who_waits(ends: tuple[Line, socket.socket]) -> None:
    """From any other thread."""
    line, _ = ends
    threading.Timer(0.01, line.shut).start()
    with pytest.raises(LineEnded):
        line.receive(time.monotonic() + 10)
    assert line.is_shut


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever comes is a frame, part of one, or garbage."""
    try:
        found = frame_in(data, 1000)
    except Garbled:
        return
    assert found is None or found[1] <= len(data)


@given(st.lists(st.integers() | st.text() | st.none(), min_size=1), st.binary(max_size=50), st.binary(max_size=50))
def test_a_frame_comes_back(head: list[Any], body: bytes, rest: bytes) -> None:
    """What is packed is read, and what follows is left."""
    data = packed(head, body)
    assert frame_in(data + rest, 10**6) == ((head, body), len(data))
    assert frame_in(data[:-1], 10**6) is None
    lengths = struct.unpack(">II", data[:8])
    assert json.loads(data[8 : 8 + lengths[0]].decode("utf-8", "surrogatepass")) == head


@given(st.lists(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 40)), min_size=1, max_size=4), max_size=300))
def test_two_shelves_used_alike_keep_the_same(calls: list[list[tuple[int, int]]]) -> None:
    """So the host knows what a worker has; what a call needs stays during it, and the bound holds after it."""
    ours, theirs = Shelf[None](500), Shelf[int](500)
    for call in calls:
        wanted = {f"{name}/{size}": size for name, size in call}
        for digest, size in wanted.items():
            if digest not in ours:
                ours.put(digest, size, None)
                theirs.put(digest, size, size)
        for digest in wanted:
            ours.used(digest)
            assert theirs.used(digest) == wanted[digest]
        ours.trim(wanted)
        theirs.trim(wanted)
        assert ours._kept.keys() == theirs._kept.keys() >= wanted.keys()
        assert len(ours._kept) <= MOST_INPUTS
        assert ours._bytes == sum(size for size, _ in ours._kept.values()) <= 500
