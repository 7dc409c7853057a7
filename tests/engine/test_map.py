"""Many documents: lazily, in bounded memory, over any executor, and never twice what was finished."""

from __future__ import annotations

import itertools
import multiprocessing
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import CancelToken, Core, Document, Event, Mapped, Settings
from qualia.errors import (
    CoreClosed,
    InvalidPipeline,
    PluginFailed,
    QualiaError,
    RunCancelled,
    UnsupportedInput,
    WorkerLost,
)

WAIT_S = 30.0
STEPS = {"name": "p", "steps": [{"plugin": "a"}]}
Write = Callable[..., Path]
MakeCore = Callable[..., Core]
Notes = Callable[[], list[str]]
Listen = Callable[[Core], list[Event]]


def texts(*of: str) -> list[Document]:
    return [Document(text) for text in of]


def value(mapped: Mapped) -> Any:
    return mapped.error if mapped.outcome is None else mapped.outcome["a"].value


def _once_entered(gate: Any, action: Callable[[], object]) -> None:
    """Do something in another thread as soon as a plugin has begun."""

    def wait() -> None:
        gate.entered.wait(WAIT_S)
        action()

    threading.Thread(target=wait).start()


class InPlace(Executor):
    """An executor that does everything at once, in the caller's thread."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BrokenExecutor as error:
            future.set_exception(error)
        return future


class ByHand(Executor):
    """An executor that does nothing until the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))
        return future

    def finish(self, place: int) -> None:
        future, action = self.waiting.pop(place)
        future.set_result(action())


# ------------------------------------------------------------------------------------------------------- lazy, bounded


def test_each_document_is_run(write: Write, make_core: MakeCore) -> None:
    """Every document's outcome comes with its place and id, in the documents' order."""
    write("a", "return document.text")
    found = list(make_core().map(texts("x", "y", "z"), STEPS))
    assert [(each.index, each.document, value(each)) for each in found] == [
        (0, Document("x").id, "x"),
        (1, Document("y").id, "y"),
        (2, Document("z").id, "z"),
    ]


@pytest.mark.parametrize("window", [1, 2, 5])
@pytest.mark.parametrize("ordered", [True, False])
def test_no_more_documents_are_taken_than_the_window(
    write: Write, make_core: MakeCore, window: int, ordered: bool
) -> None:
    """From an endless iterator, never more than the window beyond what was handed out; nothing before the first."""
    write("a", "return document.text")
    taken = itertools.count()
    endless = (Document(str(next(taken))) for _ in itertools.count())
    mapped = make_core().map(endless, STEPS, window=window, ordered=ordered)
    assert repr(taken) == "count(0)"
    for number in range(1, 20):
        next(mapped)
        assert int(repr(taken)[6:-1]) <= number + window - 1
    mapped.close()  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue]


def test_outcomes_come_in_order_however_they_are_completed(write: Write, make_core: MakeCore) -> None:
    """The first document is waited for, although the ones behind it are done."""
    write("a", "return document.text")
    by_hand = ByHand()
    mapped = make_core().map(texts("x", "y", "z"), STEPS, executor=by_hand, window=3)
    threading.Thread(target=lambda: _finish(by_hand, 3, (2, 1, 0))).start()
    assert [value(each) for each in mapped] == ["x", "y", "z"]


def test_outcomes_can_come_as_they_are_completed(write: Write, make_core: MakeCore) -> None:
    """Whatever is done first comes first, with the place it had among the documents."""
    write("a", "return document.text")
    by_hand = ByHand()
    mapped = make_core().map(texts("x", "y", "z"), STEPS, executor=by_hand, window=3, ordered=False)
    threading.Thread(target=lambda: _finish(by_hand, 3, (2, 0, 0))).start()
    assert [(each.index, value(each)) for each in mapped] == [(2, "z"), (0, "x"), (1, "y")]


def _finish(by_hand: ByHand, count: int, places: tuple[int, ...]) -> None:
    pause = threading.Event()
    while len(by_hand.waiting) < count:
        pause.wait(0.001)
    for place in places:
        by_hand.finish(place)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"window": 0}, "'window' must be >= 1: 0"), ({"on_error": "skip"}, "'on_error' must be in")],
    ids=["window", "on_error"],
)
def test_a_map_that_makes_no_sense_is_refused_at_once(
    write: Write, make_core: MakeCore, options: dict[str, Any], sentence: str
) -> None:
    """The mistake is told by the call itself, not by the first document."""
    write("a")
    with pytest.raises(ValueError, match=sentence):
        make_core().map([], STEPS, **options)
    with pytest.raises(InvalidPipeline):
        make_core().map([], {"steps": []})


@pytest.mark.parametrize("odd", ["text", None, Path("a.txt")], ids=["text", "none", "path"])
def test_what_is_no_document_ends_the_map(write: Write, make_core: MakeCore, odd: Any) -> None:
    """The sentence says what came instead."""
    write("a", "return document.text")
    mapped = make_core().map([*texts("x"), odd], STEPS, window=1)
    assert value(next(mapped)) == "x"
    with pytest.raises(UnsupportedInput, match=r"input: is a .*; give Documents, one after the other"):
        next(mapped)


def test_an_error_of_the_documents_own_iterator_passes(write: Write, make_core: MakeCore) -> None:
    """What reading a document raises reaches the caller as it is."""
    write("a", "return document.text")

    def read() -> Iterator[Document]:
        yield Document("x")
        raise ZeroDivisionError

    mapped = make_core().map(read(), STEPS, window=1)
    assert value(next(mapped)) == "x"
    with pytest.raises(ZeroDivisionError):
        next(mapped)


@pytest.mark.properties
@given(
    letters=st.text("abcdef", max_size=12),
    window=st.integers(1, 6),
    ordered=st.booleans(),
    pool=st.sampled_from((None, "threads", "in place")),
)
def test_a_map_gives_what_a_loop_gives(
    loop_core: Core, letters: str, window: int, ordered: bool, pool: str | None
) -> None:
    """Whatever the window, the order and the executor, each document has the outcome of its own run."""
    executor = {"threads": ThreadPoolExecutor(2), "in place": InPlace(), None: None}[pool]
    documents = texts(*letters)
    found = list(loop_core.map(documents, STEPS, executor=executor, window=window, ordered=ordered, on_error="yield"))
    if ordered:
        assert [each.index for each in found] == list(range(len(letters)))
    for each in sorted(found, key=lambda one: one.index):
        letter = letters[each.index]
        assert isinstance(value(each), UnsupportedInput) if letter == "f" else value(each) == letter
    assert sorted(each.index for each in found) == list(range(len(letters)))
    if executor is not None:
        executor.shutdown()


@pytest.fixture(scope="module")
def loop_core(write_plugin: Write, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """Make a Core whose plugin tells its text, and refuses one."""
    folder = tmp_path_factory.mktemp("loop")
    write_plugin(folder, "a", "if document.text == 'f':\n    raise UnsupportedInput('a', 'f')\nreturn document.text")
    with Core([folder], settings=Settings()) as core:
        yield core


# ------------------------------------------------------------------------------------------------- failures and ending


def test_the_first_failure_ends_the_map(write: Write, make_core: MakeCore) -> None:
    """The documents before it have their outcomes, and the error is the plugin's."""
    write("a", "if document.text == 'bad':\n    raise ValueError('no')\nreturn document.text")
    mapped = make_core().map(texts("x", "bad", "y"), STEPS, window=1)
    assert value(next(mapped)) == "x"
    with pytest.raises(PluginFailed, match="ValueError: no"):
        next(mapped)
    assert list(mapped) == []


def test_failures_can_be_handed_on(write: Write, make_core: MakeCore) -> None:
    """A document that fails is told with its error, and the others are not touched by it."""
    write("a", "if document.text == 'bad':\n    raise ValueError('no')\nreturn document.text")
    found = list(make_core().map(texts("x", "bad", "y"), STEPS, on_error="yield"))
    assert [each.outcome is None for each in found] == [False, True, False]
    assert isinstance(found[1].error, PluginFailed)


def test_a_pipeline_that_cannot_be_planned_fails_each_document(write: Write, make_core: MakeCore) -> None:
    """A document of a type that nothing reads is that document's failure."""
    write("a", "return document.text")
    odd = Document("", media_type="application/zip", data=b"x")
    found = list(make_core().map([Document("x"), odd], STEPS, on_error="yield"))
    assert isinstance(found[1].error, InvalidPipeline)
    assert value(found[0]) == "x"


def test_each_document_that_is_finished_is_told(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """Events carry place, id and error, in the order the outcomes come."""
    write("a", "if document.text == 'bad':\n    raise ValueError\nreturn 1")
    core = make_core()
    heard = listen(core)
    list(core.map(texts("x", "bad"), STEPS, on_error="yield"))
    told = [dict(event.details) for event in heard if event.kind == "document_finished"]
    assert [(each["index"], each["document"]) for each in told] == [(0, Document("x").id), (1, Document("bad").id)]
    assert (told[0]["error"], str(told[1]["error"])[:19]) == (None, "plugin 'a' failed a")


def test_cancelling_ends_a_map_that_waits(write: Write, make_core: MakeCore, gate: Any) -> None:
    """The caller is answered while a plugin still hangs; what had not begun never does."""
    write("a", "import gate\ngate.entered.set()\ngate.leave.wait(30)\nnote(document.text)\nreturn 1")
    core, token = make_core(parallel_steps=1), CancelToken()
    mapped = core.map(texts("x", "y"), STEPS, cancel=token)
    _once_entered(gate, token.cancel)
    with pytest.raises(RunCancelled, match="'p' was cancelled"):
        next(mapped)
    assert list(mapped) == []


LOOK_UP = """
import gate
from qualia.plugin import Analyzer, NoParams

class Entry(Analyzer[NoParams, str]):
    def analyze(self, document, params, *, context):
        while document.text == "slow" and not gate.leave.wait(0.001):
            gate.entered.set()
            context.check()
        return document.text
"""


@pytest.mark.parametrize("end", ["close", "cancel", "failure"])
def test_a_map_that_ends_stops_what_is_under_way(write: Write, make_core: MakeCore, gate: Any, end: str) -> None:
    """Closed early, cancelled or failed: plugins that look up stop, and the map's own threads end."""
    write("a", code=LOOK_UP)
    core, token, stopped = make_core(), CancelToken(), threading.Event()
    core.subscribe(
        lambda event: stopped.set() if event.kind == "step_failed" and event.plugin == "a" else None, wait=True
    )
    steps = {"steps": [{"plugin": "a"}]}
    mapped: Any = core.map(texts("fast", "slow"), steps, window=2, cancel=token)
    next(mapped)
    assert gate.entered.wait(WAIT_S)
    if end == "close":
        mapped.close()
    elif end == "cancel":
        token.cancel()
    else:
        with pytest.raises(ZeroDivisionError):
            mapped.throw(ZeroDivisionError)
    assert stopped.wait(WAIT_S)
    mapped.close()
    for thread in [each for each in threading.enumerate() if each.name == "qualia-map"]:
        thread.join(WAIT_S)
    assert [each for each in threading.enumerate() if each.name == "qualia-map"] == []


def test_a_map_that_was_never_begun_leaves_nothing(write: Write, make_core: MakeCore) -> None:
    """No thread is started and no document taken before the first is asked for."""
    write("a")
    before = set(threading.enumerate())
    mapped = make_core().map(iter(texts("x")), STEPS)
    assert set(threading.enumerate()) <= before
    del mapped


def test_closing_the_core_ends_a_map_in_flight(write: Write, make_core: MakeCore, gate: Any) -> None:
    """Whether it is asked for the next document or waits for one, the answer is CoreClosed, at once."""
    write("a", "import gate\nif document.text != 'x':\n    gate.entered.set()\n    gate.leave.wait(30)\nreturn 1")
    core = make_core()
    asked, waiting = core.map(texts("x", "x", "x"), STEPS, window=1), core.map(texts("x", "hang"), STEPS, window=1)
    next(asked)
    next(waiting)
    _once_entered(gate, core.close)
    with pytest.raises(CoreClosed, match="cannot finish 'p' any more"):
        next(waiting)
    with pytest.raises(CoreClosed):
        next(asked)
    with pytest.raises(CoreClosed, match="cannot map"):
        core.map([], STEPS)


# ---------------------------------------------------------------------------------------------------------- executors


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_run_a_map(write: Write, make_core: MakeCore, listen: Listen, tmp_path: Path, method: str) -> None:
    """Work is done in other processes, outcomes are the same, and they share the disk cache with this one."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("this system has no forkserver")
    write(
        "a", "import os\nnote(os.getpid())\nif document.text == 'f':\n    raise ValueError('no')\nreturn document.text"
    )
    core = make_core(state_dir=tmp_path / "state")
    heard = listen(core)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        found = list(core.map(texts(*"abcdef"), STEPS, executor=pool, window=8, on_error="yield"))
    assert [value(each) for each in found[:5]] == list("abcde")
    error = found[5].error
    assert isinstance(error, PluginFailed) and "ValueError: no" in error.__notes__[-1]
    assert [event.kind for event in heard if event.kind == "document_finished"] == ["document_finished"] * 6
    assert core.run("a", Document("a")).cached


def test_documents_travel_to_processes_in_lots(write: Write, make_core: MakeCore) -> None:
    """An executor that is no pool of threads gets a quarter of the window in one go, and the window holds."""
    write("a", "return document.text")
    sizes: list[int] = []

    class Counting(InPlace):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            sizes.append(len(args[0]))
            return super().submit(fn, *args, **kwargs)

    found = list(make_core().map(texts(*"abcdefghij"), STEPS, executor=Counting(), window=16))
    assert ([value(each) for each in found], sizes) == (list("abcdefghij"), [4, 4, 2])


def test_an_executor_in_this_process_uses_this_core(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """What does not pickle its work makes no second Core: events are told here, and the memory cache is this one."""
    write("a", "return document.text")
    core = make_core()
    heard = listen(core)
    list(core.map(texts("x"), STEPS, executor=InPlace()))
    assert "step_finished" in [event.kind for event in heard]
    assert core.run("a", Document("x")).cached


def test_a_worker_that_dies_is_told(write: Write, make_core: MakeCore) -> None:
    """What was under way is lost with a WorkerLost each; a pool that takes nothing more ends the map with one."""
    write("a", "import os\nif document.text == 'die':\n    os._exit(9)\nreturn document.text")
    endless = itertools.chain(texts("x", "die"), (Document(str(number)) for number in itertools.count()))
    found: list[Mapped] = []
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        mapped = make_core().map(endless, STEPS, executor=pool, window=2, on_error="yield")
        with pytest.raises(WorkerLost, match=r"the worker that ran 'p' died .*; run it again, finished documents come"):
            _keep(mapped, found)
    assert [value(each) if each.error is None else type(each.error) for each in found[:2]] == ["x", WorkerLost]
    assert {type(each.error) for each in found[1:]} == {WorkerLost}


def _keep(mapped: Iterator[Mapped], found: list[Mapped]) -> None:
    """Keep what comes before an error ends it."""
    for each in mapped:
        found.append(each)  # noqa: PERF402 - extend would lose it


def test_an_executor_that_recovers_goes_on(write: Write, make_core: MakeCore) -> None:
    """Only the document whose worker died is lost when the next one finds a worker."""
    write("a", "return document.text")

    class Recovering(InPlace):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            def lose(documents: tuple[Document, ...]) -> Any:
                if documents[0].text == "y":
                    raise BrokenExecutor("gone")
                return fn(documents)

            return super().submit(lose, *args, **kwargs)

    found = list(make_core().map(texts("x", "y", "z"), STEPS, executor=Recovering(), window=2, on_error="yield"))
    assert [isinstance(each.error, WorkerLost) for each in found] == [False, True, False]


def test_an_executor_that_was_shut_down_ends_the_map(write: Write, make_core: MakeCore) -> None:
    """It takes no document, so there is none to tell of."""
    write("a")
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(WorkerLost, match="shutdown"):
        next(make_core().map(texts("x"), STEPS, executor=pool, on_error="yield"))


def test_a_callers_executor_is_left_open(write: Write, make_core: MakeCore) -> None:
    """Only threads of the map's own are shut down at its end."""
    write("a", "return document.text")
    with ThreadPoolExecutor(1) as pool:
        list(make_core().map(texts("x"), STEPS, executor=pool))
        assert pool.submit(len, "abc").result(WAIT_S) == 3


# ------------------------------------------------------------------------------------------------------------- resuming

KILLED = """
import itertools, sys
from qualia import Core, Document, Settings
from pathlib import Path

def documents():
    for number in range(40):
        if number >= 12 and sys.argv[3] == "killed":
            sys.stdin.read()
        yield Document(f"document {number}")

core = Core([sys.argv[1]], settings=Settings(state_dir=Path(sys.argv[2]), parallel_steps=2))
for each in core.map(documents(), {"steps": [{"plugin": "a"}]}, window=4):
    print(each.index, each.outcome["a"].cached, flush=True)
core.close()
"""


def test_a_map_that_was_killed_goes_on_where_it_was(
    write: Write, plugin_folder: Path, notes: Notes, tmp_path: Path
) -> None:
    """Killed in the middle and started again, documents that were finished come from the cache, none computed twice."""
    write("a", "note(document.text)\nreturn document.text")
    command = [sys.executable, "-c", KILLED, str(plugin_folder), str(tmp_path / "state")]
    with subprocess.Popen([*command, "killed"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        finished = [child.stdout.readline().split() for _ in range(8)]
        child.kill()
    assert [each[1] for each in finished] == ["False"] * 8
    again = subprocess.run([*command, "whole"], capture_output=True, text=True, timeout=120, check=True)
    lines = [line.split() for line in again.stdout.splitlines()]
    assert [int(each[0]) for each in lines] == list(range(40))
    assert [each[1] for each in lines[:8]] == ["True"] * 8
    calls = Counter(notes())
    assert {calls[f"document {index}"] for index, _ in finished} == {1}
    assert set(calls) == {f"document {number}" for number in range(40)}


def test_errors_travel_whole_between_processes(write: Write, make_core: MakeCore) -> None:
    """The error of a document is of its class, with its fields, wherever it was raised."""
    write("a", "raise UnsupportedInput('a', 'is odd')")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        error = next(make_core().map(texts("x"), STEPS, executor=pool, on_error="yield")).error
    assert isinstance(error, UnsupportedInput) and isinstance(error, QualiaError)
    assert (error.subject, error.reason) == ("a", "is odd")
