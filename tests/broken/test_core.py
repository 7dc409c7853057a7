"""A Core over all broken plugins at once, and one good one: it starts, tells of each, and goes on answering."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Document, QualiaError, Settings
from qualia.errors import DuplicatePlugin, UnsupportedInput
from tests.broken.corpus import DOCUMENT, RECORD, Case, code, manifest, usable
from tests.broken.every import CASES

pytestmark = pytest.mark.filterwarnings("ignore:coroutine 'Entry.analyze' was never awaited:RuntimeWarning")

HERE = [case for case in CASES if case.outcome != "absent" and not case.needs_process]
APART = [case for case in CASES if case.outcome != "absent" and case.needs_process]


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write every broken plugin this machine can have, and a good one, into one folder."""
    folder = tmp_path_factory.mktemp("broken")
    for name in ("good", "other"):
        (folder / name).mkdir()
        (folder / name / "plugin.toml").write_text(manifest(name), encoding="utf-8")
        (folder / name / "__init__.py").write_text(code(), encoding="utf-8")
    for case in CASES:
        if not usable(case):
            case.write(folder)
    return folder


@pytest.fixture(scope="module")
def core(plugins: Path) -> Iterator[Core]:
    """Open a Core over all of them that forgets and switches off nothing."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("qualia._plugins.places.shipped_folder", lambda: plugins / "nothing-ships")
        with Core([plugins], settings=Settings(history=False, max_failures=1_000_000)) as core:
            yield core


@pytest.fixture
def good(core: Core, request: pytest.FixtureRequest) -> Iterator[None]:
    """Ask the good plugin before and after, each time something no cache knows."""

    def answers(when: str) -> bool:
        text = f"{when} {request.node.name}"
        return bool(core.run("good", Document(text)).value["characters"] == len(text))

    assert answers("before")
    yield
    assert answers("after")


def call(core: Core, case: Case, **how: Any) -> Any:
    """Run a case on what its kind works on."""
    plugin = "other" if case.name == "twin" else case.name
    return core.run(plugin, RECORD if case.kind == "visualizer" else DOCUMENT, **how)


HANG_S = 1.0
"""What validation gives those that hang."""


def check(core: Core, case: Case, **how: Any) -> None:
    """Call a case and check that it fails as a plugin fails, or answers if it can."""
    if case.outcome == "answers":
        assert call(core, case, **how) is not None
        return
    with pytest.raises(UnsupportedInput if case.outcome == "refuses" else QualiaError) as caught:
        call(core, case, **how)
    told = str(caught.value)
    if case.outcome == "refuses":
        return
    assert case.name in told
    is_seen = case.at.startswith("__init__.py") and not case.says[0].startswith("QP20") and not case.blind
    # On a machine under load the time may be over before the process has come to the plugin.
    if case.outcome == "fails" and is_seen and "was not done in time;" not in told:
        assert "__init__.py" in told, told


def test_it_starts_and_lists_them_all(core: Core, plugins: Path) -> None:
    """Every plugin stands in the list, and those whose manifest is wrong say why."""
    listed = {info.folder.name: info for info in core.plugins.values()}
    assert core.plugins["good"].state in ("enabled", "loaded")
    for case in CASES:
        if usable(case):
            continue
        if case.outcome == "absent":
            assert case.name not in listed
        elif case.name != "twin":
            info = listed[case.name]
            assert (info.state == "unavailable") is (case.outcome == "listed"), case.name
            assert info.reason or case.outcome != "listed", case.name


def test_two_plugins_of_one_id_are_named_with_both_places(plugins: Path, tmp_path: Path) -> None:
    """Nobody wins silently: the error names both folders."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("qualia._plugins.places.shipped_folder", lambda: tmp_path)
        with Core([plugins / "other", plugins / "twin"], settings=Settings(history=False)) as core:
            with pytest.raises(DuplicatePlugin) as caught:
                core.run("other", DOCUMENT)
            assert str(plugins / "other") in str(caught.value)
            assert str(plugins / "twin") in str(caught.value)


@pytest.mark.parametrize("case", HERE, ids=lambda case: case.name)
def test_a_broken_plugin_costs_its_own_call_alone(case: Case, core: Core, good: None) -> None:
    """It fails with an error that names it and its place, and the good plugin answers before and after."""
    if usable(case):
        pytest.skip(usable(case))
    check(core, case)


@pytest.mark.whole
@pytest.mark.parametrize("case", APART, ids=lambda case: case.name)
def test_one_that_would_take_the_host_down_is_contained_in_a_process(case: Case, core: Core, good: None) -> None:
    """In a process of its own even a crash, a hang or a changed process costs its own call alone."""
    if usable(case):
        pytest.skip(usable(case))
    check(core, case, isolation="process", timeout_s=10.0 if case.timeout_s > HANG_S else 2.0)
