"""Plugins run on samples: what to give them, what they gave, and the same in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qualia._values import dumps, from_plain, to_plain
from qualia.core import Core
from qualia.document import Document
from qualia.errors import PluginFailed, UnsupportedInput
from qualia.records import SCHEMAS, record_type
from qualia.registry import PluginInfo
from qualia.settings import Settings
from qualia.testing.samples import sample, sample_record

Given = tuple[Any, ...]
"""What a plugin is run on: a document, or none, and its records."""

_ELSEWHERE = "from qualia.testing.trial import answer_standard_input; answer_standard_input()"
_ELSEWHERE_S = 60.0


def open_core(plugin_dirs: Iterable[Path]) -> Core:
    """Return a Core that sees the shipped plugins and those in ``plugin_dirs``, and nothing this machine is set to."""
    return Core(tuple(plugin_dirs), settings=Settings())


def kind_of(value: object) -> type[Any]:
    """Return the class of a value whose class nobody knows beforehand."""
    return type(value)


def given_for(info: PluginInfo, document: Document | None = None, *, mark: int = 0) -> Given:
    """Return what a plugin is run on: the document unless it is a visualizer, and a record of each kind it consumes.

    Args:
        info: the plugin.
        document: what it works on, or what the records tell of; None for the English sample.
        mark: makes what is given differ where no answer should show it.
    """
    source = sample() if document is None else document
    if mark:
        source = Document(
            source.text,
            title=source.title,
            language=source.language,
            media_type=source.media_type,
            segments=source.segments,
            metadata={**source.metadata, "trial": mark},
            data=source.data,
        )
    records = tuple(sample_record(schema, source, mark=mark) for schema in (*info.consumes, *info.consumes_when))
    return records if info.kind == "visualizer" else (source, *records)


def value_of(core: Core, plugin: str, given: Any, params: Mapping[str, Any]) -> Any:
    """Run a plugin and return its value.

    Raises:
        Exception: what the plugin raised, as it raised it.
        QualiaError: it could not be run, or gave what it does not promise.
    """
    try:
        return core.run(plugin, given, params).value
    except PluginFailed as failed:
        raised = failed.__cause__ if type(failed) is PluginFailed else None
        if raised is None:
            raise
    # Outside the handler, so that the report shows the plugin's own lines and no second error below them.
    raise raised


def told(core: Core, plugin: str, given: Any, params: Mapping[str, Any]) -> str:
    """Return a plugin's answer as JSON, or that it refused the input.

    Raises:
        QualiaError: it failed.
    """
    try:
        return dumps(core.run(plugin, given, params).value)
    except UnsupportedInput as refusal:
        return f"refused: {refusal}"


def told_elsewhere(
    plugin_dirs: Sequence[Path], plugin: str, many: Iterable[Given], params: Mapping[str, Any]
) -> list[str]:
    """Return what `told` gives in another process, whose sets and dicts of texts have another order.

    Raises:
        RuntimeError: that process failed; the sentence holds what it wrote.
    """
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    path = os.pathsep.join(each or os.curdir for each in sys.path)
    asked: dict[str, Any] = {
        "plugin_dirs": [str(folder) for folder in plugin_dirs],
        "plugin": plugin,
        "params": to_plain(params),
        "given": [[{"schema": kind_of(each).schema, "value": to_plain(each)} for each in given] for given in many],
    }
    done = subprocess.run(  # noqa: S603 - this interpreter, and code of our own
        [sys.executable, "-c", _ELSEWHERE],
        input=json.dumps(asked).encode(),
        capture_output=True,
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed},
        timeout=_ELSEWHERE_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode("utf-8", "replace").strip())
    answers: list[str] = json.loads(done.stdout)
    return answers


def answer_standard_input() -> None:
    """Answer, in a process of its own, what `told_elsewhere` asks."""
    asked = json.loads(sys.stdin.buffer.read())
    answers = sys.stdout.buffer
    # A plugin that prints must not spoil the answer.
    sys.stdout = sys.stderr
    with open_core(Path(folder) for folder in asked["plugin_dirs"]) as core:
        many = [tuple(_built(each) for each in given) for given in asked["given"]]
        said = [told(core, asked["plugin"], given, asked["params"]) for given in many]
    answers.write(json.dumps(said).encode())


def _built(told_value: Mapping[str, Any]) -> Any:
    schema = told_value["schema"]
    return from_plain(told_value["value"], record_type(schema) if schema in SCHEMAS else Document)
