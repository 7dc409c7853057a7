"""Asynchronous runs: the event loop goes on, a cancelled task cancels its run, and loops come and go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Document, Event
from qualia.errors import CoreClosed, DeadlineExceeded, InvalidPipeline, PluginFailed

TEXT = Document("gato")
WAIT_S = 30.0
HANG = "import gate\ngate.entered.set()\ngate.leave.wait(30)\nreturn 1"
Write = Callable[..., Path]
MakeCore = Callable[..., Core]
Listen = Callable[[Core], list[Event]]


async def entered(gate: Any) -> None:
    """Wait, as a task, until the plugin has begun."""
    while not gate.entered.is_set():  # noqa: ASYNC110 - it is set in another thread
        await asyncio.sleep(0)


def test_the_loop_goes_on_while_a_plugin_runs(write: Write, make_core: MakeCore, gate: Any) -> None:
    """Another task lets the plugin go on: if the loop were blocked, it never could."""
    write("a", HANG)
    core = make_core()

    async def main() -> Any:
        async def heart() -> None:
            await entered(gate)
            gate.leave.set()

        return (await asyncio.gather(core.arun("a", TEXT), heart()))[0]

    assert asyncio.run(main()).value == 1


def test_the_loop_goes_on_while_a_plugin_is_imported(write: Write, make_core: MakeCore, gate: Any) -> None:
    """Loading is not done in the loop either."""
    write("a", "return 2", head="import gate\ngate.entered.set()\ngate.leave.wait(30)")
    core = make_core()

    async def main() -> Any:
        async def heart() -> None:
            await entered(gate)
            gate.leave.set()

        return (await asyncio.gather(core.arun("a", TEXT), heart()))[0]

    assert asyncio.run(main()).value == 2


def test_an_asynchronous_run_gives_what_a_run_gives(write: Write, make_core: MakeCore) -> None:
    """Results, outcomes and errors are those of the same call without await."""
    write("a", "return document.text")
    write("bad", "raise ValueError('no')")
    core = make_core()

    async def main() -> None:
        assert await core.arun("a", TEXT) == core.run("a", TEXT)
        steps = {"steps": [{"plugin": "bad"}, {"plugin": "a"}]}
        outcome = await core.arun_pipeline(steps, TEXT, on_error="continue")
        assert [(each.step, each.status) for each in outcome.steps] == [("bad", "failed"), ("a", "ok")]
        with pytest.raises(PluginFailed, match="ValueError: no"):
            await core.arun_pipeline(steps, TEXT)
        with pytest.raises(InvalidPipeline):
            await core.arun_pipeline({"steps": []}, TEXT)
        with pytest.raises(ValueError, match="on_error must be 'raise' or 'continue', not 'rise'"):
            await core.arun_pipeline(steps, TEXT, on_error="rise")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    asyncio.run(main())


def test_a_cancelled_task_cancels_its_run(write: Write, make_core: MakeCore, gate: Any) -> None:
    """The task ends at once, and the plugin, which looks up, is told to stop."""
    code = """
import gate
from qualia.plugin import Analyzer, NoParams

class Entry(Analyzer[NoParams, int]):
    def analyze(self, document, params, *, context):
        gate.entered.set()
        while not gate.leave.wait(0.001):
            context.check()
        return 1
"""
    write("a", code=code)
    core, stopped = make_core(), threading.Event()
    core.subscribe(lambda event: stopped.set() if event.kind == "step_failed" else None, wait=True)

    async def main() -> None:
        task = asyncio.create_task(core.arun("a", TEXT))
        await entered(gate)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert stopped.wait(WAIT_S)


def test_a_task_that_is_cancelled_waits_for_no_plugin_that_hangs(write: Write, make_core: MakeCore, gate: Any) -> None:
    """Neither the task nor the end of its loop waits for a plugin that never looks up."""
    write("hang", HANG)
    write("b", "return 2")
    core = make_core()

    async def main() -> Any:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await core.arun("hang", TEXT)
        return await core.arun("b", TEXT)

    assert asyncio.run(main()).value == 2
    assert gate.entered.is_set()
    core.close()


def test_an_asynchronous_run_keeps_its_deadline(write: Write, make_core: MakeCore, gate: Any) -> None:
    """The time counts from the call, whoever is waited for."""
    write("hang", HANG)
    core = make_core()

    async def main() -> None:
        with pytest.raises(DeadlineExceeded):
            await core.arun("hang", TEXT, timeout_s=0.05)
        with pytest.raises(DeadlineExceeded):
            await core.arun_pipeline({"steps": [{"plugin": "hang"}]}, TEXT, timeout_s=0)

    asyncio.run(main())


def test_a_run_that_never_began_can_be_cancelled(write: Write, make_core: MakeCore, listen: Listen, gate: Any) -> None:
    """A task that is cancelled before the loop gets to it starts no run."""
    write("a", HANG)
    core = make_core()
    heard = listen(core)

    async def main() -> None:
        task = asyncio.create_task(core.arun("a", TEXT))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert heard == []


def test_many_runs_at_once_are_all_answered(write: Write, make_core: MakeCore) -> None:
    """Two hundred runs that wait for a thread each get the answer to their own text."""
    write("a", "return document.text")
    core = make_core()

    async def main() -> list[Any]:
        return await asyncio.gather(*(core.arun("a", Document(str(number))) for number in range(200)))

    assert [each.value for each in asyncio.run(main())] == [str(number) for number in range(200)]
    assert len([thread for thread in threading.enumerate() if thread.name == "qualia-run"]) <= 32


def test_runs_at_once_really_run_at_once(write: Write, make_core: MakeCore, gate: Any) -> None:
    """Eight runs whose plugins wait for each other all finish."""
    gate.meeting = threading.Barrier(8)
    write("a", "import gate\nreturn gate.meeting.wait(30) >= 0")
    core = make_core()

    async def main() -> list[Any]:
        return await asyncio.gather(*(core.arun("a", Document(str(number))) for number in range(8)))

    assert [each.value for each in asyncio.run(main())] == [True] * 8


def test_one_core_serves_one_loop_after_the_other(write: Write, make_core: MakeCore) -> None:
    """``asyncio.run`` twice works: a Core belongs to no loop."""
    write("a", "return document.text")
    core = make_core()
    assert [asyncio.run(core.arun("a", Document(text))).value for text in "xyx"] == ["x", "y", "x"]


def test_one_core_serves_several_loops_at_once(write: Write, make_core: MakeCore, gate: Any) -> None:
    """Loops in three threads have runs under way at the same time."""
    gate.meeting = threading.Barrier(3)
    write("a", "import gate\ngate.meeting.wait(30)\nreturn document.text")
    core = make_core()
    found: dict[str, Any] = {}

    def loop(text: str) -> None:
        found[text] = asyncio.run(core.arun("a", Document(text))).value

    threads = [threading.Thread(target=loop, args=(text,)) for text in "xyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert found == {"x": "x", "y": "y", "z": "z"}


def test_the_loops_own_threads_stay_free(write: Write, make_core: MakeCore, gate: Any) -> None:
    """However many runs wait, ``asyncio.to_thread`` of the host program has its threads."""
    write("a", HANG)
    core = make_core()

    async def main() -> str:
        tasks = [asyncio.create_task(core.arun("a", Document(str(number)))) for number in range(40)]
        await entered(gate)
        name = await asyncio.to_thread(lambda: "free")
        gate.leave.set()
        await asyncio.gather(*tasks)
        return name

    assert asyncio.run(main()) == "free"


def test_runs_that_wait_for_their_turn_hear_of_the_closing_too(write: Write, make_core: MakeCore, gate: Any) -> None:
    """Of more runs than there are turns, each ends with CoreClosed; none looks as if it had been cancelled."""
    write("hang", HANG)
    core = make_core()

    async def main() -> list[Any]:
        tasks = [asyncio.create_task(core.arun("hang", Document(str(number)))) for number in range(40)]
        await entered(gate)
        core.close()
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(each) for each in asyncio.run(main())] == [CoreClosed] * 40


def test_a_closed_core_says_so_at_once(write: Write, make_core: MakeCore, gate: Any) -> None:
    """Runs under way end with CoreClosed, and later ones do not begin."""
    write("hang", HANG)
    core = make_core()

    async def main() -> None:
        task = asyncio.create_task(core.arun("hang", TEXT))
        await entered(gate)
        core.close()
        with pytest.raises(CoreClosed):
            await task
        with pytest.raises(CoreClosed, match="cannot run plugins"):
            await core.arun("hang", TEXT)
        with pytest.raises(CoreClosed, match="cannot run pipelines"):
            await core.arun_pipeline({"steps": [{"plugin": "hang"}]}, TEXT)

    asyncio.run(main())
