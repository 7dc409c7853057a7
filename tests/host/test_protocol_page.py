"""The page about the protocol: whoever follows it alone can write a client, and nothing it says is out of date."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia.host import Host
from qualia.host.verbs import words_of
from qualia.protocol.places import Place
from tests.host.conftest import Talker
from tests.host.reference import PAGE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no Unix sockets")

Talk = Callable[[Place], Talker]


def rows(head: str) -> dict[str, tuple[str, ...]]:
    """Return a table of the page by its first column."""
    page = PAGE.read_text(encoding="utf-8")
    table = page[page.index(head) :].split("\n\n", 1)[0].splitlines()[2:]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table]
    return {each[0]: each[1:] for each in cells}


def named(text: str) -> list[str]:
    """Return what stands in backticks."""
    return re.findall(r"`([^`]+)`", text)


def test_the_client_of_the_page_speaks_to_a_host(host: Host, tmp_path: Path) -> None:
    """It needs nothing but Python and the page."""
    page = PAGE.read_text(encoding="utf-8")
    code = page[page.index("```python\n") :].removeprefix("```python\n").split("```", 1)[0]
    (tmp_path / "tiny.py").write_text(code.replace("word_frequency", "toy_count"), encoding="utf-8")
    command = [sys.executable, "-I", "tiny.py", str(host.place.path)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout.splitlines()[1] == "{'words': 4}"


def test_every_param_of_a_verb_is_on_the_page_with_its_type(host: Host) -> None:
    """One name means one thing, and no other name is there."""
    told = {name: row[0] for names, row in rows("| param | type |").items() for name in named(names)}
    known = {name: words_of(kind) for verb in host.verbs() for name, kind in {**verb.takes, **verb.may_take}.items()}
    assert told == known


def test_answers_have_the_fields_of_the_page(host: Host, talker: Talker, project: Path) -> None:
    """No more and no fewer."""
    (project / "a.txt").write_text("a b", encoding="utf-8")
    (project / "pipelines").mkdir()
    (project / "pipelines" / "p.toml").write_text('[[steps]]\nplugin = "toy_count"\n', encoding="utf-8")
    one: dict[str, Any] = {"name": "p", "steps": [{"id": "a", "plugin": "toy_count"}]}
    run = talker.call("runs.start", pipeline=one, text="a b")["run"]
    facts = talker.settled(run)
    result = talker.call("runs.result", run=run)
    listed = talker.call("files.list")
    told: dict[str, Any] = {
        "a run or operation": facts,
        "its progress": talker.call("runs.progress", run=run),
        "a step of that": result["steps"][0],
        "a result": result["steps"][0]["result"],
        "what a run gave as a file": talker.call("runs.artifact", run=run),
        "a plugin": talker.call("plugins.list")[0],
        "a plan": talker.call("pipelines.plan", pipeline=one),
        "a pipeline file": talker.call("pipelines.list")[0],
        "a folder": listed,
        "what lies in it": listed["entries"][0],
        "a run of the history": talker.call("history.show", run_id=facts["run_id"]),
        "the host": talker.call("host.show"),
        "a setting": talker.call("settings.show")[0],
        "an answer to `subscribe`": talker.call("subscribe"),
    }
    page = rows("| what | fields |")
    for what, answer in told.items():
        fields = named(page[what][0].split(";")[0])
        assert fields == [*answer], what
    inspected = talker.call("plugins.inspect", plugin="toy_count")
    assert [*inspected][len(told["a plugin"]) :] == named(page["one that is inspected"][0])
    assert [*result] == [*facts, *named(page["what a run gave"][0])]
    step = talker.call("runs.progress", run=run)["steps"][0]
    assert set(step) <= {*named(page["a step of progress"][0])}
