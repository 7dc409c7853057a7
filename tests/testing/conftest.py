"""The fixtures under test, taken by name: where Qualia runs from its sources pytest does not know of them."""

from __future__ import annotations

from qualia.testing.fixtures import core, qualia_plugin_dirs, run_plugin, sample_document

__all__ = ["core", "qualia_plugin_dirs", "run_plugin", "sample_document"]
