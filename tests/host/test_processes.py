"""``qualia host`` as a process of its own: how it begins, ends, and is found after it was killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qualia import Core
from qualia.host import Host, expose
from qualia.protocol import HostRunning
from qualia.protocol.places import Place, fits, running, socket_paths
from tests.host.conftest import Talker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no Unix sockets")

Spawn = Callable[..., subprocess.Popen[str]]
Talk = Callable[[Place], Talker]


def place_of(process: subprocess.Popen[str]) -> Place:
    """Wait until a host answers, and return where."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, process.communicate()[1]
    return Place(path=Path(line))


def left_by(folder: Path) -> list[str]:
    """List what hosts leave while they run."""
    return [path.name for path in folder.rglob("*") if path.suffix in (".sock", ".lock", ".host", ".s", ".part")]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.whole)]
)
def test_a_host_ends_cleanly_when_asked_to(
    spawn: Spawn, talk: Talk, project: Path, short: Path, number: signal.Signals, code: int
) -> None:
    """Ctrl-C and SIGTERM end it with a goodbye and a code of their own, and it leaves nothing."""
    process = spawn("host", "--project", str(project))
    client = talk(place_of(process))
    assert client.hello()["pid"] == process.pid
    process.send_signal(number)
    _out, err = process.communicate(timeout=30)
    assert (process.returncode, err.splitlines()[-1]) == (code, "the host is over")
    assert client.is_hung_up()
    assert client.aside[-1]["params"] == {"reason": "the host was closed"}
    assert left_by(short) == []


def test_a_killed_host_blocks_nothing(spawn: Spawn, talk: Talk, project: Path, short: Path) -> None:
    """What it leaves is recognised: it is in no list, and the next host takes its place."""
    first = spawn("host", "--project", str(project))
    place = place_of(first)
    second = spawn("host", "--project", str(project))
    _out, err = second.communicate(timeout=30)
    assert second.returncode == 1
    assert "a host answers at" in err
    first.kill()
    first.wait(30)
    assert place.path.exists()
    assert running({"XDG_RUNTIME_DIR": str(short / "run")}) == ()
    third = spawn("host", "--project", str(project))
    assert place_of(third) == place
    assert talk(place).hello()["pid"] == third.pid


def test_a_host_that_nobody_needs_leaves(spawn: Spawn, project: Path, short: Path) -> None:
    """With ``--idle-exit`` it ends by itself when nobody came, and leaves nothing."""
    process = spawn("host", "--project", str(project), "--idle-exit", "0.05")
    _out, err = process.communicate(timeout=30)
    assert (process.returncode, err.splitlines()[-1]) == (0, "the host is over, as nobody needed it")
    assert left_by(short) == []


@pytest.mark.whole
def test_running_hosts_are_listed(spawn: Spawn, host: Host) -> None:
    """Each with its process and what it serves, and where for programs."""
    process = spawn("host", "--list", "--format", "json")
    out, _err = process.communicate(timeout=30)
    (found,) = json.loads(out)
    assert (found["place"], "token" in out) == (str(host.place.path), False)
    out, _err = spawn("host", "--list").communicate(timeout=30)
    assert str(found["pid"]) in out


@pytest.mark.whole
def test_where_no_host_runs_the_list_says_so(spawn: Spawn, project: Path) -> None:
    """Nothing is on stdout, and stderr tells how to start one."""
    out, err = spawn("--project", str(project), "host", "--list").communicate(timeout=30)
    assert (out, err) == ("", "no host is running; start one with: qualia host\n")


def test_two_hosts_of_one_project_are_refused_within_a_process_too(core: Core, host: Host) -> None:
    """The second hears who is there, and leaves the first alone."""
    with pytest.raises(HostRunning):
        expose(core)
    assert host.place.path.exists()


def test_a_project_with_a_long_name_is_served_from_the_runtime_folder(
    short: Path, plugin_dir: Path, talk: Talk
) -> None:
    """A socket's path has a limit; a project's has none."""
    deep = short / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    first, *_others = socket_paths(deep / ".qualia", {"XDG_RUNTIME_DIR": str(short / "run")})
    with Core(plugin_dir, project=deep) as core, expose(core, project=deep) as served:
        assert served.place.path == first
        assert fits(first)
        assert first.parent == short / "run" / "qualia"
        assert talk(served.place).hello()["project"] == str(deep)


def test_an_embedding_program_is_watched_from_outside(spawn: Spawn, talk: Talk) -> None:
    """A program that says `expose` tells its name, and its client's leaving is nothing to it."""
    code = """
import sys
from qualia import Core
from qualia.host import expose
with Core(sys.argv[1]) as core, expose(core, name="an app") as host:
    print(host.place.path, flush=True)
    sys.stdin.readline()
print("ended", flush=True)
"""
    folder = Path(__file__).parent
    process = spawn(str(folder), code=code)
    client = talk(place_of(process))
    assert client.hello()["name"] == "an app"
    client.close()
    out, err = process.communicate("\n", timeout=30)
    assert (process.returncode, out, err) == (0, "ended\n", "")
