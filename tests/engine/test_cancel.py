"""Stopping a run: tokens, deadlines, and what a plugin that takes a context can see and do."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia import CancelToken, Core, Document, Event
from qualia.cancel import Control
from qualia.errors import (
    CoreClosed,
    DeadlineExceeded,
    InvalidManifest,
    PluginFailed,
    PluginUnavailable,
    QualiaError,
    RunCancelled,
)

TEXT = Document("gato")
WAIT_S = 30.0
HANG = "import gate\ngate.entered.set()\ngate.leave.wait(30)\nreturn 1"
# A plugin that looks up again and again, without ever looking at the clock itself.
LOOK_UP = "import gate\ngate.entered.set()\nwhile not gate.leave.wait(0.001):\n    context.check()\nreturn 1"
Write = Callable[..., Path]
MakeCore = Callable[..., Core]
Notes = Callable[[], list[str]]
Listen = Callable[[Core], list[Event]]


@pytest.fixture
def write_with_context(write: Write) -> Callable[..., Path]:
    """Write an analyzer whose method names a context."""

    def write_one(id_: str, body: str, *, takes: str = "*, context", head: str = "", **more: Any) -> Path:
        indented = "\n".join(f"        {line}" for line in body.splitlines())
        code = f"""
import functools
from pathlib import Path
from qualia.plugin import Analyzer, NoParams
{head}
class Entry(Analyzer[NoParams, object]):
    def analyze(self, document, params, {takes}):
{indented}
"""
        return write(id_, code=code, **more)

    return write_one


def _once_entered(gate: Any, action: Callable[[], object]) -> None:
    """Do something in another thread as soon as a plugin has begun."""

    def wait() -> None:
        gate.entered.wait(WAIT_S)
        action()

    threading.Thread(target=wait).start()


# -------------------------------------------------------------------------------------------------- token and control


def test_a_token_is_cancelled_for_good() -> None:
    """Cancelling twice is fine, and nothing takes it back."""
    token = CancelToken()
    assert token.cancelled is False
    token.cancel()
    token.cancel()
    assert token.cancelled is True


def test_a_token_calls_each_action_once() -> None:
    """Actions run in order when it is cancelled, not before, and not again."""
    token, called = CancelToken(), list[str]()
    token.when_cancelled(lambda: called.append("a"))
    token.when_cancelled(lambda: called.append("b"))
    assert called == []
    token.cancel()
    token.cancel()
    assert called == ["a", "b"]


def test_an_action_that_comes_too_late_is_called_at_once() -> None:
    """Whoever asks a cancelled token need not wait."""
    token, called = CancelToken(), list[str]()
    token.cancel()
    token.when_cancelled(lambda: called.append("late"))
    assert called == ["late"]


def test_an_action_can_be_called_off() -> None:
    """What was called off does not happen, and nothing is kept of it."""
    token, called = CancelToken(), list[str]()
    off = token.when_cancelled(lambda: called.append("a"))
    off()
    off()
    token.cancel()
    assert called == []


def test_an_action_may_use_the_token() -> None:
    """No lock is held against the thread that cancels."""
    token, seen = CancelToken(), list[bool]()
    token.when_cancelled(token.cancel)
    token.when_cancelled(lambda: seen.append(token.cancelled))
    token.cancel()
    assert seen == [True]


def test_what_ends_a_run_is_checked_in_one_order() -> None:
    """The caller's wish comes before a closed Core, that before the clock, and all before a lost sibling."""
    now, token, closing = [0.0], CancelToken(), CancelToken()
    control = Control(name="n", clock=lambda: now[0], token=token, deadline_s=5.0, closing=closing)
    control.check()
    assert control.remaining_s == 5.0
    for end, error in (
        (control.halt.cancel, RunCancelled),
        (lambda: now.__setitem__(0, 5.0), DeadlineExceeded),
        (closing.cancel, CoreClosed),
        (token.cancel, RunCancelled),
    ):
        end()
        with pytest.raises(error):
            control.check()
    assert control.remaining_s == 0.0


def test_a_control_tells_when_it_is_over_once_for_each_reason() -> None:
    """Token and closing both call, and neither after it was called off."""
    token, closing, called = CancelToken(), CancelToken(), list[int]()
    control = Control(name="n", clock=lambda: 0.0, token=token, closing=closing)
    control.when_over(lambda: called.append(1))
    off = control.when_over(lambda: called.append(2))
    off()
    token.cancel()
    closing.cancel()
    assert called == [1, 1]


# -------------------------------------------------------------------------------------------------------------- a Core


def test_a_cancelled_token_begins_nothing(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """Given a token that was cancelled before, no plugin is called, by any way to run."""
    write("a", "note('a')\nreturn 1")
    core, token = make_core(), CancelToken()
    token.cancel()
    ways: list[Callable[[], object]] = [
        lambda: core.run("a", TEXT, cancel=token),
        lambda: core.run_pipeline({"steps": [{"plugin": "a"}]}, TEXT, cancel=token),
        lambda: list(core.map([TEXT], {"steps": [{"plugin": "a"}]}, cancel=token)),
    ]
    for way in ways:
        with pytest.raises(RunCancelled):
            way()
    assert notes() == []


def test_a_plugin_that_hangs_is_left_at_the_deadline(write: Write, make_core: MakeCore, gate: Any) -> None:
    """The caller hears that time is over, the next call of another plugin works, and so does closing."""
    write("hang", HANG)
    write("b", "return 2")
    core = make_core()
    with pytest.raises(
        DeadlineExceeded,
        match=r"'hang' was not done in time \(it stood at .*__init__\.py:\d+\); give it a longer timeout",
    ):
        core.run("hang", TEXT, timeout_s=0.3)
    assert gate.entered.is_set()
    assert core.run("b", TEXT, timeout_s=WAIT_S).value == 2
    core.close()


@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "disk"])
def test_a_run_that_was_given_up_is_not_waited_for_by_the_next(
    write: Write, make_core: MakeCore, gate: Any, tmp_path: Path, on_disk: bool
) -> None:
    """The same call again is a call of its own, though the first still hangs."""
    first = "import gate\nif not gate.entered.is_set():\n    gate.entered.set()\n    gate.leave.wait(30)\n"
    write("a", f"{first}return document.text")
    core = make_core(state_dir=tmp_path / "state" if on_disk else None)
    with pytest.raises(DeadlineExceeded):
        core.run("a", TEXT, timeout_s=0.3)
    assert core.run("a", TEXT).value == "gato"
    assert gate.leave.is_set() is False


def test_a_run_that_was_given_up_is_in_the_history(
    write: Write, make_core: MakeCore, gate: Any, tmp_path: Path
) -> None:
    """It is told as cancelled, with every step: what was done, what was left, and what never began."""
    write("a", "return 1")
    write("hang", HANG)
    core = make_core(state_dir=tmp_path / "state", parallel_steps=1)
    steps = [{"plugin": "a"}, {"plugin": "hang", "needs": ["a"]}, {"plugin": "a", "id": "c", "needs": ["hang"]}]
    with pytest.raises(DeadlineExceeded):
        core.run_pipeline({"name": "p", "steps": steps}, TEXT, timeout_s=0.2)
    assert core.history is not None
    run = core.history.runs()[0]
    assert (run.outcome, run.error.partition(" (it stood at ")[0]) == ("cancelled", "'p' was not done in time")
    assert [(step.step, step.outcome) for step in run.steps] == [("a", "ok"), ("hang", "failed"), ("c", "skipped")]


def test_a_plugin_that_hangs_while_it_is_imported_is_left_too(write: Write, make_core: MakeCore, gate: Any) -> None:
    """Planning loads plugins, and is part of the time."""
    write("hang", head="import gate\ngate.entered.set()\ngate.leave.wait(30)")
    with pytest.raises(DeadlineExceeded):
        make_core().run("hang", TEXT, timeout_s=0.3)
    assert gate.entered.is_set()


def test_an_unlimited_time_is_no_deadline(write: Write, make_core: MakeCore) -> None:
    """Infinity waits for ever, zero for nothing, and what is no time is refused."""
    write("a", "return 1")
    core = make_core()
    assert core.run("a", TEXT, timeout_s=float("inf")).value == 1
    with pytest.raises(DeadlineExceeded):
        core.run("a", TEXT, timeout_s=0)
    for wrong in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="timeout_s must be at least 0"):
            core.run("a", TEXT, timeout_s=wrong)


def test_a_plugin_that_looks_up_is_stopped(
    write_with_context: Write, make_core: MakeCore, listen: Listen, gate: Any
) -> None:
    """Cancelled from another thread, it ends by itself; that is no failure of the plugin."""
    write_with_context("a", LOOK_UP, limits={"max_failures": 1})
    core, token, ended = make_core(), CancelToken(), threading.Event()
    heard = listen(core)
    core.subscribe(lambda event: ended.set() if event.kind == "step_failed" else None, wait=True)
    _once_entered(gate, token.cancel)
    with pytest.raises(RunCancelled, match="'a' was cancelled"):
        core.run("a", TEXT, cancel=token)
    assert ended.wait(WAIT_S)
    gate.leave.set()
    assert core.run("a", TEXT).value == 1
    assert [event for event in heard if event.kind == "breaker_moved"] == []


def test_a_plugin_that_looks_up_sees_the_deadline(write_with_context: Write, make_core: MakeCore, gate: Any) -> None:
    """It is told how many seconds are left, and nothing without a deadline."""
    write_with_context("a", "return context.remaining_s")
    core = make_core()
    assert core.run("a", TEXT).value is None
    assert 0 < core.run("a", Document("x"), timeout_s=WAIT_S).value <= WAIT_S
    write_with_context("slow", LOOK_UP)
    with make_core() as other, pytest.raises(DeadlineExceeded):
        other.run("slow", TEXT, timeout_s=0.02)


def test_closing_ends_runs_that_wait(write: Write, make_core: MakeCore, gate: Any) -> None:
    """A run that waits for a step in another thread ends with CoreClosed as soon as the Core is closed."""
    write("hang", HANG)
    core = make_core()
    _once_entered(gate, core.close)
    with pytest.raises(CoreClosed, match="cannot finish 'hang' any more"):
        core.run("hang", TEXT, timeout_s=WAIT_S)


def test_a_plugin_that_hangs_keeps_no_interpreter_from_ending(tmp_path: Path, write_plugin: Write) -> None:
    """A program that gave up on a plugin can end, although the plugin never does."""
    write_plugin(tmp_path, "hang", "import threading\nthreading.Event().wait()")
    code = f"""
from qualia import Core, Document, Settings
with Core([{str(tmp_path)!r}], settings=Settings()) as core:
    try:
        core.run("hang", Document("a"), timeout_s=0.1)
    except TimeoutError:
        print("left")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("left\n", "")


# ------------------------------------------------------------------------------------------------------------- context


@pytest.mark.parametrize(
    ("takes", "head", "expected"),
    [
        ("*, context", "", True),
        ("context", "", True),
        ("context=None", "", True),
        ("*, context, **more", "", True),
        ("**more", "", False),
        ("*more", "", False),
        ("other=1", "", False),
    ],
    ids=["keyword", "positional", "optional", "with more", "only more", "only positions", "other"],
)
def test_a_plugin_gets_a_context_by_naming_it(
    write_with_context: Write, make_core: MakeCore, takes: str, head: str, expected: bool
) -> None:
    """However it is named, as long as a keyword reaches it; whoever takes just anything gets nothing extra."""
    write_with_context("a", "found = locals()\nreturn found.get('context') is not None", takes=takes, head=head)
    assert make_core().run("a", TEXT).value is expected


def test_a_decorated_method_gets_its_context(write: Write, make_core: MakeCore) -> None:
    """A decorator that says what it decorates is looked through."""
    code = """
from functools import wraps
from qualia.plugin import Analyzer, NoParams

def shouted(method):
    @wraps(method)
    def call(*args, **kwargs):
        return method(*args, **kwargs).upper()
    return call

class Entry(Analyzer[NoParams, str]):
    @shouted
    def analyze(self, document, params, *, context):
        return context.step
"""
    write("a", code=code)
    assert make_core().run("a", TEXT).value == "A"


@pytest.mark.parametrize("kind", ["document", "visualizer"])
def test_every_kind_of_plugin_may_take_a_context(write: Write, make_core: MakeCore, kind: str) -> None:
    """A document plugin and a visualizer name it like an analyzer."""
    base, method, answer = {
        "document": ("DocumentProcessor", "process(self, document, params, context)", "Document(context.step)"),
        "visualizer": (
            "Visualizer",
            "render(self, params, *, context)",
            "Artifact(media_type='text/plain', data=context.step.encode(), name='a')",
        ),
    }[kind]
    code = f"""
from qualia.plugin import Artifact, Document, DocumentProcessor, NoParams, Visualizer

class Entry({base}[NoParams]):
    def {method}:
        return {answer}
"""
    write("a", code=code, kind=kind)
    value = make_core().run("a", TEXT).value
    assert (value.text if kind == "document" else value.data.decode()) == "a"


@pytest.mark.parametrize(
    ("takes", "sentence"),
    [
        ("*, contxt", "Entry.analyze takes 'contxt', which is unknown; did you mean 'context'?"),
        ("numbers", "Entry.analyze takes 'numbers', which is unknown; known: context"),
        ("context, /", "Entry.analyze takes 'context', by position, and it comes by keyword"),
    ],
    ids=["misspelled", "not consumed", "by position"],
)
def test_an_argument_that_nobody_gives_is_refused(
    write_with_context: Write, make_core: MakeCore, takes: str, sentence: str
) -> None:
    """The plugin is refused when it is loaded, and the sentence says what was probably meant."""
    write_with_context("a", "return 1", takes=takes)
    with pytest.raises(InvalidManifest) as caught:
        make_core().run("a", TEXT)
    assert sentence in str(caught.value)


def test_a_context_belongs_to_its_run(write_with_context: Write, make_core: MakeCore, listen: Listen) -> None:
    """Run id and step are those of the events; the log is the plugin's own; progress is told, within its bounds."""
    body = """
for done in (-1, 0.25, 7):
    context.progress(done)
return [context.run_id, context.step, context.log.name]
"""
    write_with_context("a", body.strip())
    core = make_core()
    heard = listen(core)
    outcome = core.run_pipeline({"steps": [{"plugin": "a", "id": "mine"}]}, TEXT)
    assert outcome["mine"].value == (heard[-1].run_id, "mine", "qualia.plugins.a")
    assert [event.details["done"] for event in heard if event.kind == "step_progress"] == [0.0, 0.25, 1.0]


def test_a_call_has_a_scratch_folder_of_its_own(write_with_context: Write, make_core: MakeCore) -> None:
    """It is empty and private, the same throughout the call, and gone afterwards with all that is in it."""
    body = """
folder = context.scratch
(folder / "deep").mkdir()
(folder / "deep" / "file").write_text("x")
return [str(folder), folder == context.scratch, folder.stat().st_mode & 0o077]
"""
    write_with_context("a", body.strip())
    core = make_core()
    first, second = (core.run("a", Document(text)).value for text in "xy")
    assert (first[1:], first[0] != second[0]) == ((True, 0), True)
    assert [Path(each[0]).exists() for each in (first, second)] == [False, False]


def test_a_call_that_fails_leaves_no_scratch_folder(write_with_context: Write, make_core: MakeCore) -> None:
    """The folder goes however the call ends."""
    write_with_context("a", "raise ValueError(context.scratch)")
    with pytest.raises(PluginFailed) as caught:
        make_core().run("a", TEXT)
    assert isinstance(caught.value.__cause__, ValueError)
    assert not Path(str(caught.value.__cause__)).exists()


def test_what_a_plugin_wants_done_at_its_close_is_done_once(
    write_with_context: Write, make_core: MakeCore, tmp_path: Path, listen: Listen
) -> None:
    """Named in every call and done once, the last first, before the plugin's own close; one that raises is told."""
    log = tmp_path / "endings"
    head = f"""
def note(text):
    with Path({str(log)!r}).open("a") as file:
        file.write(text)
def first(): note("first ")
def second():
    note("second ")
    raise ValueError("stuck")
"""
    body = "context.on_close(first)\ncontext.on_close(second)\nreturn 1\ndef close(self): pass"
    write_with_context("a", body.replace("def close(self): pass", "").strip(), head=head)
    core = make_core()
    heard = listen(core)
    for text in "xyz":
        core.run("a", Document(text))
    assert not log.exists()
    core.close()
    assert log.read_text() == "second first "
    assert [(event.plugin, event.step) for event in heard if event.kind == "step_failed"] == [("a", "close")]


def test_a_plugin_that_cannot_be_loaded_is_told(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """The event carries the plugin's id and the sentence of the error."""
    write("broken", code="import no_such_module_anywhere")
    write("lacking", dependencies=["no-such-distribution"])
    core = make_core()
    heard = listen(core)
    errors: list[QualiaError] = []
    for plugin in ("broken", "lacking"):
        with pytest.raises((PluginFailed, PluginUnavailable)) as caught:
            core.run(plugin, TEXT)
        errors.append(caught.value)
    told = [(event.plugin, event.details["error"]) for event in heard if event.kind == "plugin_failed"]
    assert told[0] == ("broken", str(errors[0]))
