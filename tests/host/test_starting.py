"""A host that is started because somebody needs it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import qualia as qualia_package
from qualia import Core
from qualia.client import Client, HostNotStarted, HostUnreachable, connect, host_for, start
from qualia.client.starting import LOG
from qualia.host import Host, Manners, expose
from tests.host.conftest import COUNT, MANIFEST
from tests.host.test_client import ran

Begin = Callable[..., Awaitable[Client]]


@pytest.fixture
def environ(short: Path) -> dict[str, str]:
    """Return the environment of hosts that are started."""
    return {**os.environ, "PYTHONPATH": str(Path(qualia_package.__file__).parents[1]), "LANG": "en_US.UTF-8"}


@pytest.fixture
def begin(plugin_dir: Path, environ: dict[str, str]) -> Iterator[Begin]:
    """Attach to hosts, started when need be; each is ended at the end."""
    pids: set[int] = set()

    async def begun(project: Path, *, idle_exit_s: float = 30.0) -> Client:
        options = ("--plugin-dir", str(plugin_dir))
        client = await start(project, environ=environ, options=options, idle_exit_s=idle_exit_s)
        pids.add(client.told["pid"])
        return client

    yield begun
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


@pytest.mark.whole
def test_a_host_is_started_when_there_is_none_and_found_when_there_is(begin: Begin, project: Path) -> None:
    """Several who need one at the same time get the same, and it lies in a session of its own."""

    async def work() -> None:
        first, second = await asyncio.gather(begin(project), begin(project))
        third = await begin(project)
        assert len({each.told["epoch"] for each in (first, second, third)}) == 1
        pid = first.told["pid"]
        assert os.getsid(pid) == pid
        assert "toy_count" in [each["id"] for each in await third.call("plugins.list")]
        for each in (first, second, third):
            await each.close()

    ran(work)


@pytest.mark.whole
def test_a_started_host_leaves_when_nobody_needs_it(begin: Begin, project: Path) -> None:
    """It was started for its clients, and ends by itself after they have left; the next one is started again."""

    async def work() -> None:
        client = await begin(project, idle_exit_s=0.05)
        epoch, socket = client.told["epoch"], project / ".qualia" / "host.sock"
        await client.close()
        while socket.exists():  # noqa: ASYNC110 - the host that removes it is another process
            await asyncio.sleep(0.005)
        again = await begin(project)
        assert again.told["epoch"] != epoch
        await again.close()

    ran(work)


def test_a_host_that_cannot_start_says_why(begin: Begin, project: Path) -> None:
    """Its own sentence is the reason, without what it is called."""
    (project / "qualia.toml").write_text("max_failurs = 3\n", encoding="utf-8")
    with pytest.raises(HostNotStarted) as caught:
        ran(lambda: begin(project))
    assert caught.value.reason.endswith("setting 'max_failurs' is unknown; did you mean 'max_failures'?")
    assert not caught.value.reason.startswith("qualia")
    assert (project / ".qualia" / LOG).stat().st_mode & 0o077 == 0


def test_a_project_that_is_none_starts_nothing(begin: Begin, project: Path) -> None:
    """A folder that is not there, or cannot be written, is named with the reason."""
    with pytest.raises(HostNotStarted, match="there is no such folder"):
        ran(lambda: begin(project / "gone"))


def test_the_host_of_an_embedding_program_is_found(host: Host, project: Path, environ: dict[str, str]) -> None:
    """Whoever serves the project already is the host; nothing is started beside it."""

    async def work() -> None:
        assert await host_for(project, environ=environ) == host.place
        async with await start(project, environ=environ) as client:
            assert client.told["pid"] == os.getpid()

    ran(work)


def test_a_host_that_takes_too_long_is_not_waited_for(project: Path, environ: dict[str, str]) -> None:
    """Nobody waits longer than they said."""
    (project / "sitecustomize.py").write_text("import time\ntime.sleep(2)\n", encoding="utf-8")
    slow = environ | {"PYTHONPATH": f"{project}{os.pathsep}{environ['PYTHONPATH']}"}
    with pytest.raises(HostUnreachable, match=r"it was not there within 0\.3 s"):
        ran(lambda: host_for(project, environ=slow, within_s=0.3))


@pytest.mark.whole
def test_what_a_plugin_prints_harms_no_run(begin: Begin, project: Path, plugin_dir: Path) -> None:
    """Nobody reads a started host's stdout any more: what is printed lies beside what the host says."""
    (plugin_dir / "toy_print").mkdir()
    (plugin_dir / "toy_print" / "plugin.toml").write_text(MANIFEST.format(id="toy_print"), encoding="utf-8")
    code = COUNT.replace("return {", "print('printed' * 9999, flush=True)\n        return {")
    (plugin_dir / "toy_print" / "__init__.py").write_text(code, encoding="utf-8")

    async def work() -> None:
        async with await begin(project) as client:
            events = client.events(since=0)
            run = (await client.call("runs.start", plugin="toy_print", text="a"))["run"]
            async for event in events:
                if event.run == run and event.details.get("state") in ("ok", "failed"):
                    break
            assert (await client.call("runs.show", run=run))["state"] == "ok"
        assert "printed" in (project / ".qualia" / LOG).read_text(encoding="utf-8")

    ran(work)


def test_a_host_that_is_about_to_end_is_not_the_one_to_attach_to(
    core: Core, project: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it was idle for long enough it takes nobody in, and whoever needs a host starts the next one."""
    begun: list[Path] = []

    async def another(_command: object, folder: Path, _environ: object) -> tuple[str, str]:
        begun.append(folder)
        return str(folder / "another.sock"), ""

    monkeypatch.setattr("qualia.client.starting._begun", another)
    with expose(core, project=project, manners=Manners(most_clients=1)) as served:

        async def crowded() -> None:
            async with await connect(served.place):
                assert await host_for(project, environ=environ) == served.place

        ran(crowded)
        assert served.wait(idle_exit_s=0)
        assert ran(lambda: host_for(project, environ=environ)).path == project / "another.sock"
    assert begun == [project]


def test_a_folder_nobody_may_look_into_has_no_host(
    project: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's state folder is closed: what the host that was started said is told, not what Python says."""

    async def ended(*_of: object) -> tuple[str, str]:
        return "", "permission denied"

    stat = os.stat

    def closed(path: Any, *options: Any, **more: Any) -> os.stat_result:
        if ".qualia" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *options, **more)

    monkeypatch.setattr("qualia.client.starting._begun", ended)
    monkeypatch.setattr(os, "stat", closed)
    with pytest.raises(HostNotStarted, match="permission denied"):
        ran(lambda: host_for(project, environ=environ))
