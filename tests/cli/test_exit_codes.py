"""Exit codes are an interface."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import pytest

from qualia import errors
from qualia.cli import exit_codes
from qualia.cli.exit_codes import ExitCode, code_for

EXPECTED = {
    "QualiaError": 1,
    "InputError": 2,
    "DocumentUnreadable": 4,
    "UnknownPlugin": 2,
    "InvalidParam": 2,
    "InvalidPipeline": 2,
    "PipelineCycle": 2,
    "UnsupportedInput": 4,
    "InvalidSetting": 2,
    "UnwritableOutput": 4,
    "PluginError": 1,
    "InvalidManifest": 5,
    "DuplicatePlugin": 5,
    "PluginUnavailable": 5,
    "PluginFailed": 1,
    "InvalidOutput": 1,
    "PluginCrashed": 1,
    "PluginHung": 1,
    "PluginBusy": 5,
    "NoEarlierGeneration": 2,
    "CircuitOpen": 5,
    "CircuitHeld": 5,
    "Quarantined": 5,
    "CoreClosed": 1,
    "RunCancelled": 1,
    "DeadlineExceeded": 1,
    "WorkerLost": 1,
    "HistoryUnreadable": 1,
    "CacheUnreadable": 1,
    "ExtraMissing": 5,
    "OperationFailed": 1,
    "OperationUnavailable": 5,
}


def classes() -> Iterator[type[errors.QualiaError]]:
    for _name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.QualiaError):
            yield kind


@pytest.mark.parametrize("kind", list(classes()))
def test_every_error_class_has_a_code_of_its_own_in_the_table(kind: type[errors.QualiaError]) -> None:
    """Each class of `qualia.errors` ends with the code that is written down here."""
    error = kind.__new__(kind)
    assert code_for(error) == EXPECTED[kind.__name__]
    assert re.search(rf"errors\.{kind.__name__}: ", inspect.getsource(exit_codes.code_for))


def test_a_class_nobody_listed_ends_as_its_nearest_parent() -> None:
    """A subclass made elsewhere keeps its parent's code, and a stranger ends with 1."""

    class Finer(errors.DocumentUnreadable):
        pass

    assert code_for(Finer("x", "y", "z")) == ExitCode.BAD_INPUT
    assert code_for(ZeroDivisionError()) == ExitCode.FAILED


def test_the_numbers_are_those_scripts_rely_on() -> None:
    """The codes never change."""
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "PARTIAL": 3,
        "BAD_INPUT": 4,
        "UNAVAILABLE": 5,
        "INTERRUPTED": 130,
        "BROKEN_PIPE": 141,
        "TERMINATED": 143,
    }
