"""The fixtures pytest knows once Qualia is installed. Nothing of the engine is loaded before a test asks for one.

``core``, ``run_plugin`` and ``sample_document`` are plain names: a fixture of the same name in a project's own tests
is stronger, and one that nobody names never runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from qualia.core import Core
    from qualia.document import Document

_SETTING = "qualia_plugin_dirs"


class RunPlugin(Protocol):
    """What the ``run_plugin`` fixture is."""

    def __call__(self, plugin: str, document: Any = None, /, **params: Any) -> Any:
        """Run a plugin on a document and return its value.

        Args:
            plugin: its id.
            document: a `Document`, a `Result`, a record, or a list of these; None for the sample document, or for
                sample records when the plugin works on records alone.
            params: its params.

        Raises:
            Exception: what the plugin itself raised, as it raised it.
            QualiaError: it could not be run, or gave what it does not promise.
        """
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting that names the folders of the plugins under test."""
    told = "folders of the plugins under test (default: the nearest folder above the test that has a plugin.toml)"
    parser.addini(_SETTING, told, type="paths", default=[])


@pytest.fixture
def qualia_plugin_dirs(request: pytest.FixtureRequest) -> tuple[Path, ...]:
    """Return the folders of the plugins under test; override it, or set ``qualia_plugin_dirs`` in pytest's settings.

    Without either it is the nearest folder above the test's file that holds a ``plugin.toml``, if there is one.
    """
    named = _named(request.config)
    if named:
        return named
    above = (folder for folder in request.path.parents if (folder / "plugin.toml").is_file())
    return tuple(above)[:1]


@pytest.fixture
def core(qualia_plugin_dirs: tuple[Path, ...]) -> Iterator[Core]:
    """Return a Core that sees the plugins under test and the shipped ones; it is closed when the test ends.

    It has default settings: neither the environment nor a project on this machine changes a test.
    """
    from qualia.testing.trial import open_core

    with open_core(qualia_plugin_dirs) as opened:
        yield opened


@pytest.fixture
def sample_document() -> Document:
    """Return the English sample: a small meeting of two people, with segments and times."""
    from qualia.testing.samples import sample

    return sample()


@pytest.fixture
def run_plugin(core: Core) -> RunPlugin:
    """Return a function that runs a plugin and returns its value: ``run_plugin("shout", document, mark="!")``."""

    def run(plugin: str, document: Any = None, /, **params: Any) -> Any:
        from qualia.testing.trial import given_for, value_of

        given = given_for(core.plugins[plugin]) if document is None else document
        return value_of(core, plugin, given, params)

    return run


def _named(config: pytest.Config) -> tuple[Path, ...]:
    try:
        return tuple(config.getini(_SETTING))
    except ValueError:  # a conftest took the fixtures alone, so nobody declared the setting
        return ()
