"""Plugins in processes of their own: what arrives there, what comes back, and which process does it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from qualia import Artifact, Document, Segment
from qualia._engine.worker import Workers
from qualia._engine.worker.wire import packed
from qualia._plugins.loader import Source
from qualia.errors import InvalidOutput, PluginFailed, PluginUnavailable, UnsupportedInput
from qualia.records import WordCount, WordFrequencies
from tests.engine import hands
from tests.engine.hands import control, work

make_workers, workers = hands.make_workers, hands.workers
needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="processes are looked at in /proc")
CONTEXT = """
from qualia.plugin import Analyzer, NoParams
import logging, os, time
class Entry(Analyzer[NoParams, object]):
    def analyze(self, document, params, *, context):
        {body}
"""
RECORD = WordFrequencies(words=(WordCount("a", 2), WordCount("b", 1)), total=3, distinct=2)


@pytest.fixture
def ask(workers: Workers, write: Callable[..., Path]) -> Callable[..., Any]:
    """Write a plugin, have it called in a process and return what it gave."""

    def call(body: str | None, *, id_: str = "p", **more: Any) -> Any:
        said = {name: more.pop(name) for name in list(more) if name in ("kind", "params", "code", "consumes", "head")}
        declared, given = said.pop("params", ""), more.pop("given", {})
        return workers.call(work(write(id_, body, params=declared, **said), params=given, **more), control())

    return call


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("return None", None),
        ("return {'a': [1, 2.5, True, 'ü\\ud800']}", {"a": (1, 2.5, True, "ü\ud800")}),
        ("return WordFrequencies(words=(WordCount('a', 2), WordCount('b', 1)), total=3, distinct=2)", RECORD),
        ("return Artifact(media_type='image/png', data=bytes(range(256)), name='a.png')", None),
        ("return Document('Olá.', segments=(Segment(0, 3, speaker='A'),), data=b'\\x00')", None),
    ],
)
def test_what_a_plugin_gives_comes_back_as_it_was(ask: Any, body: str, value: object) -> None:
    """Plain data, records, documents and artifacts are equal to what they were over there."""
    wanted = {
        "Artifact": Artifact(media_type="image/png", data=bytes(range(256)), name="a.png"),
        "Document": Document("Olá.", segments=(Segment(0, 3, speaker="A"),), data=b"\x00"),
    }
    found = ask(body)
    assert found == wanted.get(type(found).__name__, value)


def test_inputs_arrive_as_they_are(ask: Any) -> None:
    """A document with its segments, metadata and bytes, and a record beside it."""
    document = Document("Olá.", segments=(Segment(0, 3, begin_s=1.5),), metadata={"a": [1]}, data=b"\x01")
    body = "return [repr(document.segments), dict(document.metadata), list(document.data), repr(records)]"
    segments, metadata, data, records = ask(body, inputs={"document": document, "word_frequencies": RECORD})
    assert (segments, metadata, data) == (repr(document.segments), {"a": (1,)}, (1,))
    assert records == repr({"word_frequencies": RECORD})


def test_params_are_built_over_there(ask: Any) -> None:
    """The worker makes the plugin's own params object of plain values, defaults filled in."""
    declared = "top: int = param(3, help='n')\nnames: tuple[str, ...] = param(('a',), help='n')"
    body = "return [params.top, list(params.names), type(params).__name__]"
    assert ask(body, params=declared, given={"names": ["b"]}) == (3, ("b",), "Params")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("document", Document("ONE TWO THREE")),
        ("visualizer", Artifact(media_type="text/plain", data=b"drawn", name="drawn.txt")),
    ],
)
def test_every_kind_of_plugin_can_be_called(ask: Any, kind: str, value: object) -> None:
    """Document plugins and visualizers run over there, too."""
    inputs = {} if kind == "visualizer" else {"document": Document("one two three")}
    assert ask(None, kind=kind, inputs=inputs) == value


def test_it_runs_in_another_process_with_nothing_of_the_program(ask: Any) -> None:
    """The plugin sees neither the program's main module nor its open files."""
    body = "import os, sys\nreturn [os.getpid(), os.getsid(0), 'pytest' in sys.modules, sys.stdin.read()]"
    pid, session, has_main, given = ask(body)
    assert pid != os.getpid()
    assert (session, has_main, given) == (pid, False, "")


@needs_proc
def test_no_descriptor_of_the_program_is_open_over_there(ask: Any, tmp_path: Path) -> None:
    """A file that the program has open, even one that children may inherit, does not reach a worker."""
    with (tmp_path / "secret").open("w", encoding="utf-8") as file:
        os.set_inheritable(file.fileno(), True)
        body = "import os\nreturn [os.path.realpath(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd')]"
        assert not [each for each in ask(body) if str(tmp_path) in each]


def test_one_instance_makes_call_after_call(workers: Workers, write: Any, notes: Any) -> None:
    """The plugin is loaded and opened once, and kept for the calls that follow."""
    folder = write("p", "self.n += 1\nreturn self.n", methods="def open(self):\n    note('open')\n    self.n = 0")
    assert [workers.call(work(folder), control()) for _ in range(3)] == [1, 2, 3]
    assert notes() == ["open"]


def test_a_failure_keeps_the_worker(workers: Workers, write: Any) -> None:
    """An exception is no reason to load a plugin again."""
    folder = write("p", "import os\nif document.text == 'bad':\n    raise ValueError('no')\nreturn os.getpid()")
    first = workers.call(work(folder), control())
    with pytest.raises(PluginFailed):
        workers.call(work(folder, document=Document("bad")), control())
    assert workers.call(work(folder), control()) == first


def test_an_input_is_sent_once(workers: Workers, write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that a worker has is only named afterwards, whatever its size."""
    sent: list[int] = []

    def count(head: list[Any], body: bytes = b"") -> bytes:
        sent.append(len(packed(head, body)))
        return packed(head, body)

    folder, large = write("p", "return len(document.text)"), Document("a" * 100_000)
    workers.call(work(folder), control())
    monkeypatch.setattr("qualia._engine.worker.remote.packed", count)
    assert [workers.call(work(folder, document=large), control()) for _ in range(3)] == [100_000] * 3
    keep, *calls = sent
    assert keep > 100_000
    assert max(calls) < 500


def test_more_inputs_than_a_worker_keeps_are_sent_again(workers: Workers, write: Any) -> None:
    """Host and worker drop the same ones, so that neither asks for what the other has not."""
    folder = write("p", "return document.text")
    texts = [str(number % 70) for number in range(300)]
    assert [workers.call(work(folder, document=Document(text)), control()) for text in texts] == texts


def test_progress_comes_before_the_answer(ask: Any) -> None:
    """What the plugin tells of its progress is passed on, kept between 0 and 1."""
    told: list[float] = []
    code = CONTEXT.format(body="[context.progress(each) for each in (0, 0.25, 7)]\n        return 1")
    assert ask(None, code=code, tell=told.append) == 1
    assert told == [0.0, 0.25, 1.0]


def test_a_log_is_forwarded_up_to_a_bound(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Its level and text arrive; a flood does not."""
    caplog.set_level(logging.INFO, "qualia.plugins.test")
    body = (
        "context.log.debug('unheard')\n        [context.log.warning('n%d', n) for n in range(5000)]\n        return 1"
    )
    ask(None, code=CONTEXT.format(body=body))
    assert caplog.record_tuples[0] == ("qualia.plugins.test", logging.WARNING, "n0")
    assert len(caplog.records) == 1000


def test_a_flood_of_output_hurts_nobody(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The beginning of what a plugin prints goes to its log at debug level; the rest goes nowhere."""
    caplog.set_level(logging.DEBUG, "qualia.plugins.test")
    flood = "[print('x' * 10**6) for _ in range(50)]\n[os.write(fd, b'y' * 10**6) for fd in (1, 2)]"
    ask(f"import os\nprint('hello')\n{flood}")
    (record,) = caplog.records
    assert record.getMessage().startswith("printed: hello\nxxx")
    assert len(record.getMessage()) < 20_000


def test_a_context_knows_its_run(ask: Any) -> None:
    """Run, step, remaining time and a folder that is there during the call."""
    body = "return [context.run_id, context.step, context.remaining_s, context.scratch.is_dir(), str(context.scratch)]"
    run, step, remaining_s, was_there, scratch = ask(None, code=CONTEXT.format(body=body))
    assert (run, step, remaining_s, was_there) == ("run-1", "step-1", None, True)
    assert not Path(scratch).exists()


def test_scratch_is_removed_after_a_kill(ask: Any, notes: Any, plugin_folder: Path) -> None:
    """Nothing of a call that was killed stays on disk, its temporary files neither."""
    body = f"""
        import tempfile
        handle, other = tempfile.mkstemp()
        open({str(plugin_folder / "log")!r}, "w").write(f"{{context.scratch}}\\n{{other}}")
        context.scratch.joinpath("file").write_text("x")
        os.kill(os.getpid(), 9)
"""
    with pytest.raises(PluginFailed):
        ask(None, code=CONTEXT.format(body=body.strip()))
    assert len(notes()) == 2
    assert [each for each in notes() if Path(each).exists()] == []


@needs_proc
def test_a_watchdog_learns_where_a_call_stands(workers: Workers, write: Any, plugin_folder: Path) -> None:
    """The place of a running call is told without harm, even while it holds the interpreter's lock."""
    begun, go_on = plugin_folder / "begun", plugin_folder / "go"
    os.mkfifo(begun)
    os.mkfifo(go_on)
    folder = write("p", f"open({str(begun)!r}, 'w').close()\nopen({str(go_on)!r}).close()\nreturn 'done'")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(workers.call, work(folder), control())
        begun.open(encoding="utf-8").close()
        places = {workers.place("run-1", "step-1") for _ in range(20)}
        go_on.open("w", encoding="utf-8").close()
        assert call.result(5) == "done"
    assert places <= {"", hands.line_of(folder, "begun"), hands.line_of(folder, "/go")}
    assert hands.line_of(folder, "/go") in places
    assert workers.place("run-1", "step-1") == ""


def test_params_can_be_asked_for_without_opening(workers: Workers, write: Any, notes: Any) -> None:
    """What a plugin declares is known without loading it here, and the worker that told is used for the calls."""
    declared = "top: int = param(3, ge=1, help='n')\nnames: tuple[str, ...] = param((), help='m')"
    folder = write("p", "import os\nreturn os.getpid()", params=declared, methods="def open(self):\n    note('open')")
    specs = workers.specs(work(folder))
    assert [(each.name, each.kind, each.default, each.ge) for each in specs] == [
        ("top", "int", 3, 1),
        ("names", "list", (), None),
    ]
    assert notes() == []


def test_calls_beyond_the_most_wait(make_workers: Any, write: Any) -> None:
    """There are never more workers of one generation than there may be, and every call is answered."""
    few = make_workers(most=2)
    folder = write("p", "import os\nsum(range(100_000))\nreturn os.getpid()")
    with ThreadPoolExecutor(8) as pool:
        pids = list(pool.map(lambda _: few.call(work(folder), control()), range(24)))
    assert 1 <= len(set(pids)) <= 2


def test_an_input_that_is_too_large_is_the_callers_affair(make_workers: Any, write: Any) -> None:
    """So is what a plugin returns its own; neither costs a worker."""
    small = make_workers(frame_bytes=100_000)
    folder = write("p", "import os\nreturn 'a' * 200_000 if document.text == 'much' else os.getpid()")
    first = small.call(work(folder), control())
    with pytest.raises(UnsupportedInput, match="too large"):
        small.call(work(folder, document=Document("a" * 200_000)), control())
    with pytest.raises(InvalidOutput, match="100000 is the most"):
        small.call(work(folder, document=Document("much")), control())
    assert small.call(work(folder), control()) == first


def test_a_program_that_cannot_start_processes_is_told_so(
    workers: Workers, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is nobody's failure, and the remedy is named."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(PluginUnavailable, match="isolation inline or thread"):
        workers.call(work(write("p")), control())


@pytest.mark.parametrize("body", ["return document.text", "import os\nos._exit(3)", "while True:\n    pass"])
def test_workers_that_are_spawned_do_the_same(make_workers: Any, write: Any, body: str) -> None:
    """Where there is no fork, every worker is an interpreter of its own, slower to start and as easy to kill."""
    spawning = make_workers(spawn=True)
    call = work(write("p", body), call_s=0.2)
    if "return" in body:
        assert spawning.call(call, control()) == "one two three"
        return
    with pytest.raises(PluginFailed, match=r"os\._exit\(3\)|0\.2 seconds"):
        spawning.call(call, control())
    assert spawning.call(work(write("good")), control()) == {"characters": 13}


def test_a_thousand_calls_of_many_threads_each_get_their_own_answer(make_workers: Any, write: Any) -> None:
    """Nobody is given what another asked for."""
    many = make_workers(most=2, recycle_calls=100)
    folder = write("p", "return document.text")
    source = Source.read(folder)

    def ask_for(number: int) -> bool:
        return many.call(work(folder, source=source, document=Document(str(number))), control()) == str(number)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask_for, range(1000)))
