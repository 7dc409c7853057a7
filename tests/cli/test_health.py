"""``qualia health`` and ``qualia status``: how everything is, for people and for scripts."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from qualia._engine.health import sentences
from qualia.cli.exit_codes import ExitCode
from qualia.cli.upkeep import health, status
from qualia.cli.words import speaking, translated, translations
from qualia.health import Component, HealthReport
from qualia.host import about_upkeep, look
from qualia.host.look import Looked

Run = Callable[..., Any]
AT_S = 1_790_000_000.0
WELL = Component(name="engine", status="ok", since_s=AT_S, facts={"plugins": 2, "uptime_s": 5.0})
BOOM = Component(
    name="plugin:toy_boom",
    status="failing",
    reason="it is left alone after too many failures: ValueError: no luck",
    remedy="mend what fails, then reset its breaker",
    since_s=AT_S,
    facts={"state": "loaded", "last_error_when_s": AT_S, "p50_s": 0.0012345678, "last_error": "", "retry_after_s": 3.0},
)
TEMPLATES = [
    value
    for module in (sentences, about_upkeep, look)
    for name, value in vars(module).items()
    if name.isupper() and not name.startswith("_") and isinstance(value, str) and " " in value
]


def seen(*components: Component, host: Mapping[str, Any] | None = None, **more: Any) -> Looked:
    """Return a look at some components."""
    return Looked(report=HealthReport.of(components, at_s=AT_S, engine="1.0"), host=host, **more)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the commands see what a test says, one look after the other; after the last one somebody presses Ctrl-C."""

    def put(*all_: Looked) -> None:
        rest: Iterator[Looked] = iter(all_)

        class Looking:
            def __init__(self, *_: object, **__: object) -> None:
                """Take anything."""

            def __enter__(self) -> Looking:
                return self

            def __exit__(self, *_: object) -> None:
                """Do nothing."""

            def __call__(self) -> Looked:
                try:
                    return next(rest)
                except StopIteration:
                    raise KeyboardInterrupt from None

        monkeypatch.setattr(health, "Looking", Looking)

    follow = health.follow
    for module in (health, status):
        monkeypatch.setattr(module, "follow", lambda *a, **k: follow(*a, **k, sleep=lambda _s: None))
    return put


# -------------------------------------------------------------------------------------------------------- for real


def test_a_fresh_install_is_healthy_and_nothing_is_left_behind(home: Path, qualia: Run) -> None:
    """In an empty folder and in an empty project the code is 0, and no file is made by looking."""
    for project_file in (False, True):
        if project_file:
            (home / "qualia.toml").write_text("", encoding="utf-8")
        ran = qualia("health", plugins=False)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("ok: Qualia Core ")
        assert qualia("status", plugins=False).out.splitlines()[0] == "health: ok"
    assert [path.name for path in home.iterdir()] == ["qualia.toml"]


def test_health_and_doctor_do_not_contradict_each_other(
    home: Path, qualia: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one calls a problem is failing to the other, and what is well is well to both."""
    (home / "qualia.toml").write_text("", encoding="utf-8")
    torn = home / "plugins" / "torn"
    torn.mkdir(parents=True)
    (torn / "plugin.toml").write_text("id = 7\n", encoding="utf-8")
    found = {each["name"]: each["status"] for each in qualia("health", "--json").data["components"]}
    told = qualia("doctor", "--format", "json", "--check", "plugins").data["checks"]
    assert found["plugin:torn"] == "failing"
    assert "problem" in {each["status"] for each in told if "torn" in each["what"]}
    assert found["plugin:toy_absent"] == "unknown"
    assert "warning" in {each["status"] for each in told if "toy_absent" in each["what"]}
    for free, total, by_health, by_doctor in (
        (10**7, 10**12, "failing", "problem"),
        (10**10, 10**12, "degraded", "warning"),
        (10**11 + 1, 10**11 + 2, "ok", "ok"),
    ):
        usage = SimpleNamespace(free=free, used=total - free, total=total)
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder, usage=usage: usage)
        found = {each["name"]: each["status"] for each in qualia("health", "--json").data["components"]}
        told = qualia("doctor", "--format", "json", "--check", "folders").data["checks"]
        assert (found["disk"], told[-1]["status"]) == (by_health, by_doctor)


def test_json_holds_the_report_and_who_gave_it(home: Path, qualia: Run) -> None:
    """It reads back as a report; `--json` is `--format json`."""
    data = qualia("health", "--json").data
    assert data["host"] is None
    assert HealthReport.from_plain(data).component("plugin:toy_count") is not None
    again = qualia("health", "--format", "json").data
    assert [each["name"] for each in again["components"]] == [each["name"] for each in data["components"]]


# ---------------------------------------------------------------------------------------------------------- health


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ((WELL,), ExitCode.OK),
        ((WELL, Component(name="model", status="unknown", reason="who knows")), ExitCode.OK),
        ((WELL, evolve(WELL, name="disk", status="degraded", reason="tight")), ExitCode.PARTIAL),
        ((WELL, evolve(WELL, name="history", status="failing", reason="gone")), ExitCode.FAILED),
        ((), ExitCode.PARTIAL),
    ],
)
def test_the_exit_code_is_the_verdict(
    qualia: Run, looks: Callable[..., None], components: tuple[Component, ...], code: ExitCode
) -> None:
    """0 when it is well, 3 when it is degraded or nobody knows, 1 when it is failing; for both commands."""
    for command in ("health", "status"):
        looks(seen(*components))
        assert qualia(command).code == code


def test_what_is_not_well_comes_first_with_reason_and_remedy(qualia: Run, looks: Callable[..., None]) -> None:
    """The worst first; what is well is one line."""
    tight = Component(name="disk", status="degraded", reason="the disk of /x is 93 % full, 70 MB are free")
    odd = Component(name="model", status="unknown", reason="it gave no answer within 2 s")
    looks(seen(WELL, odd, tight, BOOM, host={"name": "/work", "pid": 7}))
    lines = re.sub(r"\d\d:\d\d:\d\d", "<time>", qualia("health").out).splitlines()
    assert lines == [
        "failing: Qualia Core 1.0, as the host of /work says (process 7)",
        "  failing   toy_boom, since <time>: it is left alone after too many failures: ValueError: no luck",
        "            -> mend what fails, then reset its breaker",
        "  degraded  disk: the disk of /x is 93 % full, 70 MB are free",
        "  unknown   model: it gave no answer within 2 s",
        "  ok        engine",
    ]


def test_a_failure_with_json_is_an_object(qualia: Run) -> None:
    """The short option stands for the long one here, too, even before the command is understood."""
    ran = qualia("health", "--json", "--every", "x")
    assert (ran.code, ran.data["error"]) == (2, "WrongUsage")
    ran = qualia("health", "--json", "--watch", "--every", "0")
    assert (ran.code, ran.data["error"]) == (2, "WrongUsage")


@pytest.mark.skipif(not hasattr(select, "poll"), reason="pipes cannot be asked here")
def test_a_watch_ends_when_nobody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait for news to find that out."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        told: list[Looked] = []
        with pytest.raises(BrokenPipeError):
            health.follow(lambda: seen(WELL), told.append, changed=lambda _seen: 1, every_s=0.1, sleep=lambda _s: None)
    assert len(told) == 1


def test_a_host_that_is_silent_is_not_called_absent(qualia: Run, looks: Callable[..., None]) -> None:
    """It is there, and this command looked in its place."""
    silent = Component(name="host", status="failing", reason="a host listens and gives no answer", since_s=AT_S)
    looks(seen(WELL, silent), seen(WELL, silent))
    assert "the host gives no answer; this command looked itself" in qualia("health").out
    assert "source: this command, as the host gives no answer" in qualia("status").out


def test_what_strangers_say_cannot_steer_the_terminal(qualia: Run, looks: Callable[..., None]) -> None:
    """Control characters of reasons, names and facts become visible."""
    bad = Component(name="mo\x1bdel", status="failing", reason="a\x1b]52;c;b\x07c\nd", facts={"x\x9b": "\u202ey"})
    for command in (("health",), ("status",), ("health", "--json")):
        looks(seen(bad, host={"name": "\x1b[2J", "pid": 1}))
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", qualia(*command).out)


def test_watching_tells_only_what_changed(qualia: Run, looks: Callable[..., None]) -> None:
    """A look that says the same is not told; Ctrl-C ends it with 0."""
    later = evolve(WELL, facts={"plugins": 2, "uptime_s": 9.0})
    looks(seen(WELL), seen(later), seen(WELL, BOOM), seen(WELL, BOOM), seen(WELL))
    ran = qualia("health", "--watch")
    assert (ran.code, ran.err) == (0, "watching is over\n")
    heads = [line for line in ran.out.splitlines() if "Qualia Core" in line]
    assert [head.partition(":")[0] for head in heads] == ["ok", "failing", "ok"]
    looks(seen(WELL), seen(WELL, BOOM))
    lines = qualia("health", "--watch", "--json").out.splitlines()
    assert [HealthReport.from_plain(health_line(each)).status for each in lines] == ["ok", "failing"]


def health_line(line: str) -> Any:
    """Return a line of JSON as data."""
    import json

    return json.loads(line)


@pytest.mark.parametrize("every", ["0", "nan", "-1", "1e9"])
def test_a_pause_that_is_none_is_refused(qualia: Run, every: str) -> None:
    """From a tenth of a second to a day."""
    for command in ("health", "status"):
        ran = qualia(command, "--watch", "--every", every)
        assert (ran.code, "--every" in ran.err) == (2, True)


# ---------------------------------------------------------------------------------------------------------- status


def test_status_is_one_fact_a_line_with_names_that_stay(qualia: Run, looks: Callable[..., None]) -> None:
    """Moments are told as such, numbers as they are, nothing is a box; names are the same in Portuguese."""
    host = {"name": "/work", "pid": 7, "began_at_s": AT_S, "clients": 1, "running": 1, "read_only": False}
    run = {"run": "ab12", "state": "running", "name": "toy_count"}
    looks(seen(WELL, BOOM, host=host, runs=(run,)))
    english = qualia("status").out.splitlines()
    assert english[:3] == ["health: failing", "engine.version: 1.0", "source: the running host"]
    for line in (
        "host.pid: 7",
        "host.project: -",
        "host.read_only: no",
        "run.ab12: running, toy_count",
        "engine: ok",
        "plugin.toy_boom: failing",
        "plugin.toy_boom.p50_s: 0.00123457",
        "plugin.toy_boom.last_error: -",
    ):
        assert line in english
    when = next(line for line in english if line.startswith("plugin.toy_boom.last_error_when: "))
    assert re.fullmatch(r".*: 2026-09-2\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", when)
    looks(seen(WELL, BOOM, host=host, runs=(run,)))
    portuguese = qualia("--lang", "pt-BR", "status").out.splitlines()
    assert [each.partition(":")[0] for each in portuguese] == [each.partition(":")[0] for each in english]
    assert "plugin.toy_boom: com falha" in portuguese


def test_another_process_that_looks_is_no_news(qualia: Run, looks: Callable[..., None]) -> None:
    """It knows how things are since its own first look; only where a status changed is that moment told."""
    looks(seen(WELL), seen(evolve(WELL, since_s=AT_S + 50)), seen(evolve(WELL, status="failing", since_s=AT_S + 60)))
    out = qualia("status", "--watch", plugins=False).out
    assert out.count("engine.since") == 2
    assert "\n\n" not in out


def test_watching_status_tells_lines_that_changed_with_the_time(qualia: Run, looks: Callable[..., None]) -> None:
    """Numbers that never rest are told once; what is gone is told with a dash."""
    well = Component(name="plugin:toy_boom", status="ok", since_s=AT_S + 60, facts={"state": "loaded"})
    looks(
        seen(WELL, BOOM),
        seen(
            evolve(WELL, facts={"plugins": 2, "uptime_s": 6.0}),
            evolve(BOOM, facts={**BOOM.facts, "retry_after_s": 2.0}),
        ),
        seen(evolve(WELL, facts={"plugins": 3, "uptime_s": 7.0}), BOOM),
        seen(WELL, well),
    )
    ran = qualia("status", "--watch")
    first = [line for line in ran.out.splitlines() if not re.match(r"\d\d:\d\d:\d\d  ", line)]
    assert "engine.uptime_s: 5" in first
    later = [line[10:] for line in ran.out.splitlines() if re.match(r"\d\d:\d\d:\d\d  ", line)]
    assert later[0] == "engine.plugins: 3"
    assert "plugin.toy_boom: ok" in later
    assert "plugin.toy_boom.reason: -" in later
    assert not [line for line in later if "uptime" in line]
    assert ran.code == 0


def test_following_sleeps_between_looks_and_ends_at_ctrl_c() -> None:
    """The pause is the one asked for; nothing is told twice."""
    slept: list[float] = []
    told: list[Looked] = []
    reports = [seen(WELL), seen(WELL), seen(BOOM)]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    health.follow(
        lambda: reports[len(slept)],
        told.append,
        changed=lambda one: one.report.components,
        every_s=2.5,
        sleep=sleep,
    )
    assert (slept, told) == ([2.5] * 3, [reports[0], reports[2]])


# ------------------------------------------------------------------------------------------------------- languages


def test_every_sentence_of_the_engines_checks_is_translated() -> None:
    """Each template is in the catalogues, and a sentence made from it is recognised."""
    known = translations()
    assert [each for each in TEMPLATES if not known.get(each)] == []
    with speaking("pt-BR"):
        for template in TEMPLATES:
            names = re.findall(r"\{(\w+)\}", template)
            made = template.format(**{name: f"<{name}>" for name in names})
            expected = known[template].format(**{name: f"<{name}>" for name in names})
            assert translated(made) == expected


def test_health_speaks_portuguese(qualia: Run, looks: Callable[..., None]) -> None:
    """Verdict, names, reasons and remedies."""
    looks(seen(WELL, BOOM, host={"name": "/work", "pid": 7}))
    out = qualia("--lang", "pt-BR", "health").out
    assert "com falha: Qualia Core 1.0, segundo o host de /work (processo 7)" in out
    assert "foi deixado de lado depois de falhas demais: ValueError: no luck" in out
    assert "-> conserte o que falha e rearme o disjuntor" in out


@pytest.mark.whole
@pytest.mark.parametrize("command", ["health", "status"])
def test_watching_ends_with_143_at_sigterm(command: str, tmp_path: Path) -> None:
    """Whoever supervises it can tell that it was asked to end; it says that watching is over, and nothing else."""
    words = [sys.executable, "-m", "qualia", command, "--watch"]
    environ = {**os.environ, "LANGUAGE": "en"}
    watching = subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    )
    assert watching.stdout is not None
    assert watching.stdout.readline()
    watching.terminate()
    _out, err = watching.communicate(timeout=60)
    assert (watching.returncode, err) == (143, "watching is over\n")
