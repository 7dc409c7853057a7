"""What an installation brings: import names, data, scripts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

import pytest

import qualia

# How an import system says that it looked for a module and found none.
MISSING = "import sys; sys.modules['textual'] = None"


@pytest.fixture(scope="module")
def files() -> list[str]:
    """Return the files of the installed distribution, as far as they came from a wheel."""
    try:
        found = distribution("qualia-core").files or []
    except PackageNotFoundError:
        pytest.skip("qualia-core runs from its sources here, not from a wheel")
    names = [path.as_posix() for path in found if not path.as_posix().startswith("..")]
    if any(name.endswith(".pth") for name in names):
        pytest.skip("qualia-core is installed as editable here, not from a wheel")
    return [name for name in names if "__pycache__" not in name]


def test_three_import_names_reach_site_packages(files: list[str]) -> None:
    """The wheel brings qualia, qualia_tui and, where operators' tools were kept, qualia_ops; nothing else."""
    names = {name.partition("/")[0] for name in files if ".dist-info/" not in name}
    operators = {"qualia_ops"} if find_spec("qualia_ops") else set[str]()
    assert names == {"qualia", "qualia_tui"} | operators


def test_the_wheel_brings_types_plugins_and_demo_material(files: list[str]) -> None:
    """Markers for type checkers, the plugins' manifests and the demo's texts are all in it."""
    assert {"qualia/py.typed", "qualia_tui/py.typed"} <= set(files)
    assert len([name for name in files if re.fullmatch(r"qualia/_bundled/plugins/\w+/plugin\.toml", name)]) == 7
    assert len([name for name in files if name.endswith("/locale/pt_BR/LC_MESSAGES/plugin.mo")]) == 7
    assert {"qualia/cli/material/meeting.vtt", "qualia/cli/material/meeting.toml"} <= set(files)
    assert {"qualia/cli/templates/every/plugin.toml.txt", "qualia/cli/templates/analyzer/test_ID.py.txt"} <= set(files)


def test_the_wheel_brings_no_tests(files: list[str]) -> None:
    """No test and no benchmark reaches site-packages."""
    assert [name for name in files if re.search(r"(^|/)(tests?|benchmarks)/|/test_\w+\.py$", name)] == []


def test_the_distribution_says_what_the_package_says() -> None:
    """Version, licence and scripts of the metadata are the project's."""
    try:
        found = distribution("qualia-core")
    except PackageNotFoundError:
        pytest.skip("qualia-core runs from its sources here, not from a wheel")
    assert found.version == qualia.__version__
    assert found.metadata["License-Expression"] == "MIT"
    points = {(point.group, point.name): point.value for point in found.entry_points}
    operations = {name: value for (group, name), value in points.items() if group == "qualia.operations"}
    # Their names stay where the operators' package was left out; the command line says that they are not installed.
    assert {"backup", "backup.create", "backup.restore"} <= set(operations)
    assert all(value.startswith("qualia_ops.") for value in operations.values())
    assert points["qualia.checks", "alerts"] == "qualia_ops.alerts.checks:alerts"
    assert points["qualia.checks", "backups"] == "qualia_ops.backup.checks:backups"
    assert {key: value for key, value in points.items() if key[0] not in {"qualia.checks", "qualia.operations"}} == {
        ("console_scripts", "qualia"): "qualia.cli:main",
        ("console_scripts", "qualia-tui"): "qualia_tui:main",
        ("pytest11", "qualia"): "qualia.testing.fixtures",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal is made with the means of Unix")
def test_without_its_extra_the_console_says_how_to_install_it() -> None:
    """In a terminal qualia-tui says the pip command in one sentence and ends with 5, before anything is painted."""
    import pty

    root = str(Path(qualia.__file__).parents[1])
    code = f"{MISSING}\nsys.path.insert(0, {root!r})\nfrom qualia_tui import main\nsys.exit(main())"
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code, "--lang", "en"],
            env={**os.environ, "TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            timeout=60,
            check=False,
        )
        told = os.read(ours, 4096).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert (told, done.returncode) == ("qualia-tui: this needs the tui extra: pip install 'qualia-core[tui]'\r\n", 5)


def test_the_console_loads_no_engine() -> None:
    """qualia_tui is a client: importing it leaves qualia.core alone."""
    root = str(Path(qualia.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {root!r}); import qualia_tui; print('qualia.core' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
