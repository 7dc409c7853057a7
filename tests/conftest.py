"""How hypothesis searches: the same cases on every machine, as many as the session has time for."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import configuration, settings

# Nobody's own settings are part of a test.
os.environ["XDG_CONFIG_HOME"] = str(Path(tempfile.gettempdir(), "qualia-no-settings"))
# Its files belong in no checkout, and in no folder a test looks at.
configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir(), "qualia-hypothesis"))
settings.register_profile("steady", derandomize=True, database=None, deadline=None, print_blob=True)
settings.register_profile("large", settings.get_profile("steady"), max_examples=100)
settings.load_profile("steady")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that hypothesis drives, and those of the plugins, so that some sessions can leave them out."""
    for item in items:
        if Path(__file__).parent / "plugins" in item.path.parents:
            item.add_marker(pytest.mark.whole)
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.properties)
