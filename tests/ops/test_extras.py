"""What happens where the library behind an extra is not installed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from qualia_ops import logs, metrics, tracing
from qualia_ops.logs.commands import LOG
from qualia_ops.logs.commands import Params as LogParams
from qualia_ops.metrics.commands import METRICS, Params

from qualia import Core, Settings
from qualia.errors import ExtraMissing
from qualia.operations import OperationContext, perform


def show(project: Path) -> object:
    """Ask for the figures of a project."""
    context = OperationContext(params=Params(), project=project, settings=Settings())
    return perform(METRICS, context, lambda _progress: None)


def follow(project: Path) -> object:
    """Ask for the lines of a project's host."""
    context = OperationContext(params=LogParams(), project=project, settings=Settings())
    return perform(LOG, context, lambda _progress: None)


@pytest.mark.parametrize(
    ("library", "extra", "ask"),
    [
        ("prometheus_client", "ops", lambda _folder, core: metrics.attach(core)),
        ("prometheus_client", "ops", lambda folder, _core: show(folder)),
        ("structlog", "ops", lambda _folder, _core: logs.configure()),
        ("structlog", "ops", lambda folder, _core: follow(folder)),
        ("opentelemetry.trace", "tracing", lambda _folder, core: tracing.attach(core)),
        ("opentelemetry.trace", "tracing", lambda _folder, _core: tracing.continued("00-0-0-01").__enter__()),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_brings_it(
    library: str, extra: str, ask: Callable[[Path, Core], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The packages import without their libraries; asking for one says which extra has it, and changes nothing."""
    monkeypatch.setitem(sys.modules, library, None)
    with Core(settings=Settings(installed_plugins=False)) as core:
        with pytest.raises(ExtraMissing, match=rf"pip install 'qualia-core\[{extra}\]'"):
            ask(tmp_path, core)
        assert not core._observers
