"""The commands of alerts as somebody types them: what they print, what they end with, whom they tell."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.alerts.commands import WATCH, WatchParams
from qualia_ops.alerts.errors import AlertsLocked
from qualia_ops.alerts.sinks.webhook import key_of, signature
from qualia_ops.alerts.store import WATCH_LOCK, held_alone

from qualia import Core, Document
from qualia._plugins.entries import entries
from qualia.cancel import CancelToken
from qualia.errors import PluginFailed, RunCancelled
from qualia.host import expose
from qualia.operations import OperationContext, perform
from qualia.settings import Settings
from tests.cli.brought import install
from tests.cli.conftest import Ran, Run
from tests.ops.alerting import Hearing

ENTRIES = {
    f"alerts.{word}": f"qualia_ops.alerts.commands:{word.upper()}" for word in ("check", "list", "test", "watch")
}
ALWAYS_FULL = "[rules.disk]\nabove = 0.0\nlooks = 1\nseverity = 'critical'\n"
CHAT = "[sinks.chat]\nkind = 'webhook'\nsecret = {{ env = 'CHAT_SECRET' }}\nurl = '{url}'\ntries = 1\n"

PLUGIN = """
from qualia.plugin import Analyzer, NoParams


class Turns(Analyzer[NoParams, dict]):
    def analyze(self, document, params):
        return {"turns": WHAT}
"""
MANIFEST = """
id = "turns"
kind = "analyzer"
version = "1.0.0"
api = ">=1,<2"
summary = "How many lines there are."
entry = "Turns"
"""


@pytest.fixture
def alerts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what runs ``qualia alerts`` in a project, as installed."""
    from qualia.cli import main

    if all(entry.name != "alerts.check" for entry in entries(sys.path, "qualia.operations")):
        install(tmp_path, monkeypatch, ENTRIES, name="ops-of-qualia")
    folder = tmp_path / "interviews"
    (folder / ".qualia").mkdir(parents=True)
    (folder / "qualia.toml").touch()
    monkeypatch.chdir(folder)
    for name in ("LANG", "LC_ALL", "LANGUAGE", "SENTRY_DSN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAT_SECRET", "whsec_c2VjcmV0")

    def run(*words: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.StringIO())
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main(["alerts", *words])
        return Ran(code=code, out=out.getvalue(), err=err.getvalue())

    return run


@pytest.fixture
def hearing() -> Iterator[Hearing]:
    """Return a server that listens."""
    with Hearing() as found:
        yield found


def configure(text: str) -> None:
    """Write the project's settings of alerts."""
    Path(".qualia", "alerts.toml").write_text(text, encoding="utf-8")


def test_where_all_is_well_nothing_is_raised(alerts: Run) -> None:
    """A fresh project has nothing to tell; before anybody looked that is said."""
    assert "nobody has looked yet" in alerts("list").out
    checked = alerts("check")
    assert (checked.code, checked.out.splitlines()[0]) == (0, "nothing is raised")
    listed = alerts("list").out.splitlines()
    assert (listed[0], listed[-1].startswith("looked last: ")) == ("nothing is raised", True)


def test_from_raised_to_resolved(alerts: Run, hearing: Hearing) -> None:
    """A disk that is too full is told over the network, signed; it is listed; when it is over that is told too."""
    configure(ALWAYS_FULL + CHAT.format(url=hearing.url))
    first = alerts("check", "--format", "json")
    assert (first.code, [each["rule"] for each in first.data["raised"]]) == (1, ["disk"])
    assert first.data["sinks"] == [
        {"sink": "chat", "sent": 1, "answer": "127.0.0.1 answered 204", "error": "", "waiting": 0, "dropped": 0}
    ]
    again = alerts("check")
    assert (again.code, "critical: the disk is" in again.out, "+ [interviews]" in again.out) == (1, True, False)
    assert "disk, since 20" in alerts("list").out
    assert alerts("list", "--format", "json").data["raised"][0]["severity"] == "critical"
    configure(CHAT.format(url=hearing.url))
    over = alerts("check")
    assert (over.code, "- [interviews] over: the disk is" in over.out) == (0, True)
    events = [json.loads(body) for _path, _headers, body in hearing.heard]
    assert [each["type"] for each in events] == ["qualia.alert.raised", "qualia.alert.resolved"]
    _path, headers, body = hearing.heard[0]
    signed = signature(key_of("whsec_c2VjcmV0"), headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == signed


def test_who_could_not_be_told_has_a_code(alerts: Run, hearing: Hearing) -> None:
    """A sink that fails makes the look end with 3, and is named without its address."""
    configure(ALWAYS_FULL + CHAT.format(url=hearing.url))
    hearing.answers = [(500, {})]
    ran = alerts("check")
    assert (ran.code, "chat: not told, 1 wait: 127.0.0.1 answered 500" in ran.out) == (3, True)
    assert "hush" not in ran.out
    assert "chat: 1 wait since" in alerts("list").out


def test_each_sink_is_tried(alerts: Run, hearing: Hearing, tmp_path: Path) -> None:
    """Each says for itself what happened; one alone can be named, and one that is not there is refused."""
    argv = json.dumps([sys.executable, "-c", "import sys; sys.exit(7)"])
    configure(CHAT.format(url=hearing.url) + f"[sinks.page]\nkind = 'command'\nargv = {argv}\n")
    ran = alerts("test")
    assert (ran.code, ran.out.splitlines()) == (
        1,
        ["chat: 127.0.0.1 answered 204", "page: failed: it ended with code 7"],
    )
    assert json.loads(hearing.heard[0][2])["type"] == "qualia.alert.test"
    alone = alerts("test", "--sink", "chat", "--format", "json")
    assert (alone.code, [each["sink"] for each in alone.data]) == (0, ["chat"])
    wrong = alerts("test", "--sink", "chad")
    assert (wrong.code, "there is no sink 'chad'; there are: chat, page" in wrong.err) == (2, True)


def test_what_is_wrong_with_the_settings_is_said(alerts: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is looked at with settings that nobody can follow, or without a project."""
    configure("evry_s = 3")
    ran = alerts("check")
    assert (ran.code, "did you mean 'every_s'" in ran.err) == (2, True)
    assert (alerts("check", "--config", "none.toml").code, Path(".qualia/alerts.json").exists()) == (2, False)
    (tmp_path / "bare").mkdir()
    monkeypatch.chdir(tmp_path / "bare")
    assert (alerts("check").code, "no project stands here" in alerts("check").err) == (2, True)


def test_two_watchers_are_one_too_many(alerts: Run) -> None:
    """The second is refused and ends with 11."""
    with held_alone(Path(".qualia"), WATCH_LOCK):
        ran = alerts("watch")
    assert (ran.code, "somebody else looks after the alerts" in ran.err) == (11, True)


def test_a_watch_stops_when_it_is_asked_to(alerts: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the token that a host cancels, without waiting for the next look."""
    token = CancelToken()
    context = OperationContext(
        params=WatchParams(every=3600.0), project=Path.cwd(), settings=Settings.read({}, Path.cwd()), token=token
    )
    with pytest.raises(RunCancelled):
        perform(WATCH, context, lambda progress: token.cancel() if progress.told == "watching" else None)
    with held_alone(Path(".qualia"), WATCH_LOCK):
        pass


def test_while_somebody_else_looks_a_watch_waits_for_the_next_time(
    alerts: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look that is not to be had ends no watch."""
    looks: list[str] = []
    token = CancelToken()

    def look(_self: object) -> Any:
        looks.append("look")
        if len(looks) == 2:
            token.cancel()
        raise AlertsLocked("7")

    monkeypatch.setattr("qualia_ops.alerts.lookout.Lookout.look", look)
    monkeypatch.setattr("qualia_ops.alerts.commands._Ending.wait", lambda *_: None)
    context = OperationContext(
        params=WatchParams(every=1.0), project=Path.cwd(), settings=Settings.read({}, Path.cwd()), token=token
    )
    with pytest.raises(RunCancelled):
        perform(WATCH, context, lambda _progress: None)
    assert looks == ["look", "look"]


@pytest.mark.whole
@pytest.mark.skipif(os.name != "posix", reason="SIGTERM is asked for on POSIX alone")
def test_sigterm_ends_a_watch_cleanly(alerts: Run, hearing: Hearing) -> None:
    """It tells what it sees, and ends with 143 when the system asks it to."""
    configure(ALWAYS_FULL + CHAT.format(url=hearing.url))
    command = [sys.executable, "-m", "qualia", "alerts", "watch", "--every", "3600"]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ, encoding="utf-8") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert (process.wait(30), "+ [interviews] critical: the disk is" in line) == (143, True)
    assert len(hearing.heard) == 1


def test_portuguese_is_spoken(alerts: Run) -> None:
    """To whoever looks, and in messages to whom the settings say."""
    configure("language = 'pt-BR'\n" + ALWAYS_FULL)
    ran = alerts("check", "--lang", "pt-BR")
    assert "crítico: o disco está" in ran.out
    assert "O que fazer:" in ran.out


def test_a_plugin_that_starts_failing_is_told_until_it_is_mended(alerts: Run, hearing: Hearing) -> None:
    """Seen in the program that runs it: an open breaker is raised once, and over once the mended plugin answers."""
    configure(CHAT.format(url=hearing.url))
    folder = Path("plugins", "turns")
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "__init__.py").write_text(PLUGIN.replace("WHAT", "int(document.text)"), encoding="utf-8")
    with Core(project=Path.cwd()) as core, expose(core, name="nightly"):
        for number in range(core.settings.max_failures):
            with pytest.raises(PluginFailed):
                core.run("turns", Document(f"hush-hush {number}"))
        core.health.report(fresh=True)
        raised = alerts("check", "--format", "json")
        assert (raised.code, [each["rule"] for each in raised.data["raised"]]) == (1, ["breaker"])
        assert raised.data["raised"][0]["reason"].endswith("__init__.py:7")
        assert alerts("check").code == 1
        (folder / "__init__.py").write_text(PLUGIN.replace("WHAT", "1"), encoding="utf-8")
        core.reload("turns")
        core.run("turns", Document("the call that decides"))
        core.health.report(fresh=True)
        assert alerts("check").code == 0
    events = [json.loads(body) for _path, _headers, body in hearing.heard]
    assert [each["type"] for each in events] == ["qualia.alert.raised", "qualia.alert.resolved"]
    assert all(b"hush-hush" not in body for _path, _headers, body in hearing.heard)
