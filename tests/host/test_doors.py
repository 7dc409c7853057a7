"""Where a host is found: what stands in the way of its files, who else may be there, and what it leaves."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from qualia import Core
from qualia.client import HostUnreachable, connect
from qualia.errors import UnwritableOutput
from qualia.host import door, expose
from qualia.host.door import opened_door
from qualia.protocol.places import Place, answers, place_at, running, runtime_folder, socket_paths
from qualia.settings import Settings
from tests.host.conftest import Talker
from tests.host.test_client import ran
from tests.host.test_processes import left_by

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no Unix sockets")

Spawn = Callable[..., subprocess.Popen[str]]
Talk = Callable[[Place], Talker]
FORKED = """
import multiprocessing, sys, time
from pathlib import Path
from qualia import Core
from qualia.host import expose
from qualia.settings import Settings

core = Core(settings=Settings(state_dir=Path(sys.argv[1]), installed_plugins=False))
host = expose(core)
child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,))
child.start()
print(host.place.path, child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def facts() -> Mapping[str, Any]:
    """Return what the list of hosts tells of one."""
    return {"name": "toy", "pid": os.getpid(), "started_at": ""}


def accepting() -> list[str]:
    """Return the threads that wait for clients."""
    return [each.name for each in threading.enumerate() if each.name == "qualia-host"]


def test_a_folder_that_was_cleared_and_served_anew_stays_as_it_is(core: Core, project: Path, talk: Talk) -> None:
    """A host whose files somebody removed takes away none of those that another one made in their place."""
    first = expose(core)
    shutil.rmtree(project / ".qualia")
    with Core(settings=Settings(state_dir=project / ".qualia", installed_plugins=False)) as other:
        with expose(other) as second:
            assert second.place == first.place
            first.close()
            assert talk(second.place).hello()["epoch"] == second.epoch
            assert (project / ".qualia" / "host.sock.lock").exists()
        assert left_by(project) == []


def test_a_host_whose_folder_moved_ends_with_all_its_threads(core: Core, project: Path) -> None:
    """Closing needs none of its files: nobody waits for a client that cannot find it."""
    served = expose(core)
    project.rename(project.with_name("moved"))
    served.close()
    assert accepting() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked")
def test_a_forked_child_of_a_killed_host_blocks_nothing(spawn: Spawn, talk: Talk, short: Path) -> None:
    """It holds neither the lock nor the links of the host, which ended for everybody."""
    state = short / "state"
    process = spawn(str(state), code=FORKED)
    assert process.stdout is not None
    path, child = process.stdout.readline().split()
    client = talk(Place(path=Path(path)))
    client.hello()
    try:
        process.kill()
        process.wait()
        assert client.is_hung_up()
        with Core(settings=Settings(state_dir=state, installed_plugins=False)) as core, expose(core) as served:
            assert talk(served.place).hello()["pid"] == os.getpid()
    finally:
        os.kill(int(child), 9)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_does_not_end_the_host(core: Core, talk: Talk) -> None:
    """Whatever it leaves on its way out is not its own."""
    with expose(core) as served:
        child = os.fork()
        if child == 0:
            served.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert talk(served.place).hello()["pid"] == os.getpid()


def test_a_host_with_many_waiting_stays_in_the_list(short: Path) -> None:
    """A host that is stopped for a while, and comes to nobody, is there all the same."""
    listening, waiting = socket.socket(socket.AF_UNIX), list[socket.socket]()
    with listening:
        listening.bind(str(short / "busy.sock"))
        listening.listen(0)
        (short / "run" / "qualia").mkdir(mode=0o700)
        entry = short / "run" / "qualia" / "busy.host"
        entry.write_text(json.dumps({"place": str(short / "busy.sock"), "name": "busy"}), encoding="utf-8")
        for _ in range(4):
            waiting.append(socket.socket(socket.AF_UNIX))
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(str(short / "busy.sock"))
        assert [each.name for each in running(os.environ)] == ["busy"]
        assert entry.exists()
    for each in waiting:
        each.close()


@pytest.mark.parametrize("place", ["/tmp/\0", "", "/tmp/\ud800", "/" + "x" * 300])
def test_an_entry_that_leads_nowhere_is_removed(short: Path, place: str) -> None:
    """Damage in the list costs the damaged entry, and not the list."""
    folder = short / "run" / "qualia"
    folder.mkdir(mode=0o700)
    (folder / "odd.host").write_text(json.dumps({"place": place}), encoding="utf-8")
    assert running(os.environ) == ()
    assert list(folder.iterdir()) == []


def test_what_another_user_lists_is_not_believed(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder for everybody, somebody else may have made the list, and the files that name a port."""
    with expose(core):
        assert len(running(os.environ)) == 1
        entries = [*runtime_folder(os.environ).iterdir()]
        with monkeypatch.context() as patch:
            patch.setattr("qualia.protocol.places.os.geteuid", lambda: 12345)
            assert running(os.environ) == ()
        assert [*runtime_folder(os.environ).iterdir()] == entries


def test_a_host_of_another_user_is_told_nothing(core: Core, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may write into a shared folder may listen there; texts and paths are not for them."""
    with expose(core) as served:
        monkeypatch.setattr("qualia.protocol.places.peer_user", lambda _link: 12345)
        assert not answers(served.place)
        with pytest.raises(HostUnreachable, match="another user's"):
            ran(lambda: connect(served.place, within_s=0.3))


def test_a_file_of_another_user_names_no_port(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wrote it would be told everything."""
    path = short / "host.sock"
    path.write_text(json.dumps({"port": 7, "token": "t"}), encoding="utf-8")
    assert place_at(path) == Place(path=path, port=7, token="t")
    monkeypatch.setattr("qualia.protocol.places.os.geteuid", lambda: 12345)
    assert place_at(path) is None


def test_a_list_that_cannot_be_written_is_told_and_nothing_is_left(
    short: Path, facts: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that nobody could find in the list does not begin, and leaves no socket behind."""

    def full(path: Path, _facts: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(door, "_write_private", full)
    with pytest.raises(UnwritableOutput, match="no space left"):
        opened_door(socket_paths(short / "state", os.environ), runtime=short / "run" / "q", facts=facts, tcp=False)
    assert left_by(short) == []


def test_what_a_host_left_that_was_killed_on_its_way_is_replaced(short: Path, facts: Mapping[str, Any]) -> None:
    """Between its first name and its last one a socket has no host that could remove it."""
    state = short / "state"
    state.mkdir()
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(state / ".host.s"))
    opened = opened_door(socket_paths(state, os.environ), runtime=short / "run" / "q", facts=facts, tcp=False)
    assert opened.place.path == state / "host.sock"
    opened.shut()
    assert left_by(short) == []


def test_a_killed_host_is_not_listed_beside_the_next_one(core: Core) -> None:
    """Somebody answers at its place again, and that is another one."""
    with expose(core):
        mine = next(runtime_folder(os.environ).glob("*.host")).read_text(encoding="utf-8")
    for number in range(3):
        killed = runtime_folder(os.environ) / f"{number}.host"
        killed.write_text(json.dumps({**json.loads(mine), "pid": number}), encoding="utf-8")
    with expose(core):
        assert [each.pid for each in running(os.environ)] == [os.getpid()]


def test_a_link_in_the_place_of_a_lock_leads_nowhere(short: Path, facts: Mapping[str, Any]) -> None:
    """A project from elsewhere makes no file outside of it; its host answers from the runtime folder."""
    state = short / "state"
    state.mkdir()
    (state / "host.sock.lock").symlink_to(short / "mine")
    paths = socket_paths(state, os.environ)
    opened = opened_door(paths, runtime=short / "run" / "qualia", facts=facts, tcp=False)
    assert opened.place.path == paths[1]
    opened.shut()
    assert not (short / "mine").exists()


def test_a_system_without_threads_costs_the_client_and_not_the_host(
    core: Core, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who cannot be served is told so; who comes when there are threads again is served."""
    begin = threading.Thread.start

    def start(self: threading.Thread) -> None:
        if self.name in names:
            raise RuntimeError("can't start new thread")
        begin(self)

    with expose(core) as served:
        monkeypatch.setattr(threading.Thread, "start", start)
        names = ["qualia-host-read"]
        assert talk(served.place).read()["params"]["reason"].startswith("the system has no threads")
        names = ["qualia-host-write"]
        assert talk(served.place).is_hung_up()
        names = ["qualia-host-aside", "qualia-host-run"]
        client = talk(served.place)
        client.hello()
        assert client.call("health")["components"]
        assert "no threads left" in client.refused("runs.start", plugin="toy_count", text="a")["message"]
        assert client.call("runs.list") == []
        names = []
        client.call("subscribe")
        assert client.settled(client.call("runs.start", plugin="toy_count", text="a")["run"])["state"] == "ok"
        assert served.clients == 1
