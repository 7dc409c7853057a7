"""What the event of a failed step tells besides the error's sentence, which may quote a document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Document
from qualia._plugins.keys import Isolation
from qualia.errors import PluginFailed
from qualia.settings import Settings

CANARY = "MARIA-SAID-IT"
MANIFEST = """
id = "toy"
kind = "analyzer"
version = "1.0.0"
api = ">=1,<2"
summary = "Fails."
entry = "Toy"
"""
PLUGIN = """
from typing import Literal

from attrs import frozen

from qualia.plugin import Analyzer, param


@frozen
class Params:
    mode: Literal["soft", "hard"] = param("soft", help="How.")
    words: tuple[str, ...] = param((), help="Which.")
    name: str | None = param(None, help="Who.")
    most: int = param(3, help="How many.")


class Toy(Analyzer[Params, dict]):
    def analyze(self, document, params):
        raise LookupError(document.text)
"""


@pytest.mark.parametrize(("isolation", "mode"), [("inline", "soft"), ("thread", "soft"), ("process", "<4 characters>")])
def test_a_failed_step_tells_where_and_with_which_params(tmp_path: Path, isolation: Isolation, mode: str) -> None:
    """Class, place, cause and params are told, texts by their length; where the choices are not at hand, those too."""
    folder = tmp_path / "plugins" / "toy"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "__init__.py").write_text(PLUGIN, encoding="utf-8")
    told: list[Mapping[str, Any]] = []
    with Core(tmp_path / "plugins", settings=Settings(installed_plugins=False)) as core:
        core.subscribe(lambda event: told.append(event.details) if event.kind == "step_failed" else None, wait=True)
        with pytest.raises(PluginFailed):
            core.run("toy", Document(CANARY), {"words": [CANARY], "name": CANARY}, isolation=isolation)
    [facts] = told
    assert facts["error_type"] == "PluginFailed"
    assert facts["place"].endswith("__init__.py:19")
    # What was raised in another process is known here by its sentence alone.
    assert isolation == "process" or facts["cause"] == "LookupError"
    assert facts["params"] == {"mode": mode, "words": "<1 texts>", "name": "<13 characters>", "most": 3}
    assert CANARY not in str({name: value for name, value in facts.items() if name != "error"})
