"""``qualia log``: what the host of a project did and does, as lines."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("structlog")

from qualia_ops.logs.commands import LOG, Params
from qualia_ops.logs.errors import LogUnavailable

from qualia import Core, Document, Settings
from qualia.cancel import CancelToken
from qualia.errors import PluginFailed, RunCancelled
from qualia.host import expose
from qualia.operations import Finished, OperationContext, Progress, offered, perform
from tests.ops.toys import LENGTH, NUMBER, toys

BOUND_S = 30.0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a project in surroundings of its own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    folder = tmp_path / "interviews"
    folder.mkdir()
    return folder


@contextmanager
def hosted(home: Path) -> Generator[Core]:
    """Serve a Core with a plugin that works and one that fails."""
    with toys(home, {"good": LENGTH, "bad": NUMBER}, state=True) as core, expose(core, project=home):
        yield core


def context(home: Path | None, token: CancelToken | None = None, **params: Any) -> OperationContext[Params]:
    """Return what the operation is given by a face."""
    state = None if home is None else home / ".qualia"
    settings = Settings(state_dir=state)
    return OperationContext(params=Params(**params), project=home, settings=settings, token=token or CancelToken())


def lines(home: Path, **params: Any) -> Finished:
    """Run the operation to its end."""
    return perform(LOG, context(home, **params), lambda _progress: None)


def work(core: Core) -> None:
    """Let one run work and one fail."""
    core.run("good", Document("a"))
    with pytest.raises(PluginFailed):
        core.run("bad", Document("what she said"))


def test_what_happened_before_is_shown(home: Path) -> None:
    """The lines of the host's events come in order, as data and as text, without a word of a document."""
    with hosted(home) as core:
        work(core)
        done = lines(home, level="info", json=True)
    rows = [json.loads(line) for line in str(done.text).splitlines()]
    assert rows == done.value
    assert [each["event"] for each in rows] == [
        "plugin_loaded",
        "step_finished",
        "run_finished",
        "plugin_loaded",
        "step_failed",
        "run_failed",
    ]
    assert "she said" not in str(done.text)


def test_lines_can_be_chosen_by_level_plugin_and_number(home: Path) -> None:
    """What is less than the level, of another plugin, or older than the latest is left out."""
    with hosted(home) as core:
        work(core)
        assert [each["event"] for each in lines(home, level="error").value] == ["step_failed", "run_failed"]
        assert {each["plugin"] for each in lines(home, level="debug", plugin="good").value} == {"good"}
        assert [each["event"] for each in lines(home, lines=1).value] == ["run_failed"]
        assert lines(home, plugin="nobody").value == []


def test_people_get_lines_in_words(home: Path) -> None:
    """Without --json a line says what happened in a few words."""
    with hosted(home) as core:
        work(core)
        text = str(lines(home, level="error").text)
    assert "step failed" in text and "plugin=bad" in text and "cause=ValueError" in text


def test_following_shows_what_happens_as_it_happens(home: Path) -> None:
    """What comes after the beginning is told without asking again, until it is stopped."""
    told: list[Progress] = []
    seen, token = threading.Event(), CancelToken()

    def tell(progress: Progress) -> None:
        if progress.data is not None:
            told.append(progress)
            if progress.data["event"] == "run_failed":
                seen.set()

    def follow() -> None:
        with pytest.raises(RunCancelled):
            perform(LOG, context(home, token, follow=True, json=True), tell)

    with hosted(home) as core:
        core.run("good", Document("before"))
        thread = threading.Thread(target=follow)
        thread.start()
        work(core)
        assert seen.wait(BOUND_S)
        token.cancel()
        thread.join(BOUND_S)
    assert not thread.is_alive()
    assert [each.data["event"] for each in told][-2:] == ["step_failed", "run_failed"]
    assert [json.loads(str(each.text)) for each in told] == [each.data for each in told]


def test_without_a_host_or_a_project_it_says_what_to_do(home: Path) -> None:
    """Nothing is waited for when there is nobody to listen to."""
    with pytest.raises(LogUnavailable, match="qualia host"):
        lines(home)
    with pytest.raises(LogUnavailable, match="--project"):
        perform(LOG, context(None), lambda _progress: None)


def test_the_operation_is_offered_by_its_name() -> None:
    """The entry point leads to the operation."""
    offer = next(each for each in offered() if each.name == "log")
    assert offer.load() is LOG


def test_nothing_is_left_in_the_surroundings(home: Path) -> None:
    """Looking at lines writes no file of its own."""
    with hosted(home) as core:
        core.run("good", Document("a"))
        before = sorted(home.iterdir())
        lines(home)
        assert sorted(home.iterdir()) == before
