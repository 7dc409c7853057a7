"""The runs of a real host: exported where it offers, and run again with what came of that."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from qualia import Core, Document
from qualia.client import Client
from tests.tui.seeing import ran, shown


def test_a_run_is_exported_where_the_console_offers(core: Core, project: Path, reach: Callable[[], Client]) -> None:
    """The path that is offered is one the host takes, in the project; what is there is replaced only when asked."""
    core.run("toy_count", Document("one two three"))

    async def work() -> None:
        async with shown(reach, size=(100, 30)) as seen:
            await seen.press("4")
            await seen.until("toy_count")
            for has_one in (False, True):
                await seen.press("e")
                await seen.until("Export as")
                await seen.press(*"results", "enter")
                await seen.until("Where to, on the host's machine")
                await seen.press("enter")
                if has_one:
                    await seen.until("is there already. Replace it?")
                    await seen.press("right", "enter")
                await seen.until("written to")
                await seen.press("4")

    ran(work)
    (file,) = project.glob("run-*.json")
    assert json.loads(file.read_text(encoding="utf-8"))[0]["value"] == {"words": 3}


def test_running_again_tells_whether_it_gave_the_same(
    core: Core, project: Path, plugin_dir: Path, reach: Callable[[], Client]
) -> None:
    """A text that nobody kept has to be named; then the outcome is compared, and another code is told of."""
    text = project / "monday.txt"
    text.write_text("one two three\n", encoding="utf-8")
    core.run("toy_count", Document.from_path(text))

    async def work() -> None:
        async with shown(reach, size=(120, 40)) as seen:
            await seen.press("4")
            await seen.until("toy_count")
            await seen.press("r")
            await seen.until("The file that it was run on")
            await seen.press(*"monday.txt", "enter")
            await seen.until("run again: the results are the same")
            code = plugin_dir / "toy_count" / "__init__.py"
            code.write_text(code.read_text(encoding="utf-8").replace("len(", "2 * len("), encoding="utf-8")
            core.reload("toy_count")
            await seen.press("r")
            await seen.until("The file that it was run on")
            await seen.press(*"monday.txt", "enter")
            await seen.until("run again: the results differ")

    ran(work)
