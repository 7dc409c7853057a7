"""What a plugin's tests need: fixtures, sample documents, strategies, and a contract any plugin can be held to.

Installing Qualia makes the fixtures known to pytest, so a test just names them::

    from qualia.testing import PluginContract, RunPlugin

    def test_questions_are_counted(run_plugin: RunPlugin) -> None:
        assert run_plugin("questions")["total"] == 1

    class TestQuestions(PluginContract):
        plugin = "questions"

The strategies (`documents`, `segments`, `texts`, `params_of`, `records`, `word_frequencies`, `sentiments`) need
hypothesis; the extra ``testing`` brings it and pytest.
"""

from __future__ import annotations

# Type checkers take the name for true. pytest loads this package in every run, so its parts wait for their first use.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from qualia.testing.contract import PluginContract as PluginContract
    from qualia.testing.fixtures import RunPlugin as RunPlugin
    from qualia.testing.samples import odd_texts as odd_texts
    from qualia.testing.samples import sample as sample
    from qualia.testing.samples import sample_record as sample_record
    from qualia.testing.strategies import documents as documents
    from qualia.testing.strategies import params_of as params_of
    from qualia.testing.strategies import records as records
    from qualia.testing.strategies import segments as segments
    from qualia.testing.strategies import sentiments as sentiments
    from qualia.testing.strategies import texts as texts
    from qualia.testing.strategies import word_frequencies as word_frequencies

__all__ = [
    "PluginContract",
    "RunPlugin",
    "documents",
    "odd_texts",
    "params_of",
    "records",
    "sample",
    "sample_record",
    "segments",
    "sentiments",
    "texts",
    "word_frequencies",
]

_HOMES = {
    "PluginContract": "contract",
    "RunPlugin": "fixtures",
    "documents": "strategies",
    "odd_texts": "samples",
    "params_of": "strategies",
    "records": "strategies",
    "sample": "samples",
    "sample_record": "samples",
    "segments": "strategies",
    "sentiments": "strategies",
    "texts": "strategies",
    "word_frequencies": "strategies",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it.

    Raises:
        ExtraMissing: it is a strategy, and hypothesis is not installed.
    """
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'qualia.testing' has no attribute {name!r}")
    from importlib import import_module
    from importlib.util import find_spec

    if home == "strategies" and find_spec("hypothesis") is None:
        from qualia.errors import ExtraMissing

        raise ExtraMissing("testing", f"qualia.testing.{name}")
    value: object = getattr(import_module(f"qualia.testing.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
