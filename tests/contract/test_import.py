"""What importing Qualia loads and leaves behind, seen from a fresh interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

HEAVY = (
    "asyncio",
    "matplotlib",
    "nltk",
    "numpy",
    "plotly",
    "rich",
    "textblob",
    "textual",
    "watchfiles",
    "wordcloud",
    "yaml",
)
LIST_PLUGINS = """
import json
from qualia import Core
with Core() as core:
    plugins = core.plugins.values()
"""
# Taken before and after: everything an embedding program would notice.
SNAPSHOT = """
import atexit, json, locale, logging, os, signal, sys, threading, warnings
def snapshot():
    root = logging.getLogger()
    return {
        "logging": [repr(root.handlers), root.level, repr(logging.getLogger("qualia").handlers), logging.root.disabled],
        "signals": [repr(signal.getsignal(each)) for each in sorted(signal.valid_signals())],
        "environ": dict(os.environ),
        "cwd": os.getcwd(),
        "umask": os.umask(os.umask(0o22)),
        "sys.path": list(sys.path),
        "hooks": [repr(each) for each in (*sys.meta_path, *sys.path_hooks, sys.excepthook, sys.displayhook)],
        "limits": [sys.getrecursionlimit(), sys.getswitchinterval(), sys.dont_write_bytecode],
        "warnings": [repr(each) for each in warnings.filters],
        "locale": locale.setlocale(locale.LC_ALL),
        "threads": [thread.name for thread in threading.enumerate()],
    }
before = snapshot()
"""


def test_import_qualia_loads_no_third_party_module_and_hardly_any_other(fresh: Callable[[str], Any]) -> None:
    """``import qualia`` costs next to nothing: a handful of modules, all from the standard library or its own."""
    loaded = fresh("""
before = set(sys.modules)
import qualia
new = sorted(set(sys.modules) - before)
import json
print(json.dumps({"new": new, "foreign": [n for n in new if n.partition(".")[0] not in sys.stdlib_module_names]}))
""")
    assert [name for name in loaded["foreign"] if name.partition(".")[0] != "qualia"] == []
    assert len(loaded["new"]) <= 5, loaded["new"]


def test_listing_the_plugins_imports_none_of_them(fresh: Callable[[str], Any]) -> None:
    """A Core that has listed seven plugins has loaded neither a plugin nor a library that only plugins or faces use."""
    seen = fresh(f"""{LIST_PLUGINS}
print(json.dumps({{"ids": [plugin.id for plugin in plugins], "modules": sorted(sys.modules)}}))
""")
    assert len(seen["ids"]) == 7
    assert [name for name in seen["modules"] if name.partition(".")[0] in HEAVY] == []
    assert [name for name in seen["modules"] if any(plugin in name for plugin in seen["ids"])] == []


def test_listing_the_plugins_needs_no_converter(fresh: Callable[[str], Any]) -> None:
    """The converter library is loaded by the first value that travels as JSON, not by a Core that merely lists."""
    modules = fresh(f"{LIST_PLUGINS}\nprint(json.dumps(sorted(sys.modules)))")
    assert [name for name in modules if name.partition(".")[0] == "cattrs"] == []


def test_listing_the_plugins_loads_nothing_that_runs_them(fresh: Callable[[str], Any]) -> None:
    """The engine, and what only it needs, waits for the first call: that is what keeps a Core within its budget."""
    modules = fresh(
        f"""{LIST_PLUGINS}
loaded = sorted(sys.modules)
print(json.dumps([name for name in loaded if name not in before]))
""".replace("import json\n", "import json\nbefore = set(sys.modules)\n")
    )
    late = ("qualia._engine", "qualia.plugin", "asyncio", "concurrent", "hashlib", "logging", "sqlite3", "tempfile")
    assert [name for name in modules if f"{name}.".startswith(tuple(f"{each}." for each in late))] == []


@pytest.mark.parametrize(
    "action",
    [
        pytest.param("import qualia", id="import"),
        pytest.param("import qualia; [getattr(qualia, name) for name in qualia.__all__]", id="every-public-name"),
        pytest.param(
            "from qualia import Core\nwith Core() as core: core.plugins.values()", id="core-opened-and-closed"
        ),
    ],
)
def test_the_host_program_is_left_as_it_was(fresh: Callable[[str], Any], action: str) -> None:
    """Logging, signals, environment, folder, path, hooks, warnings filters, locale and threads stay untouched."""
    seen = fresh(f"{SNAPSHOT}\n{action}\nprint(json.dumps([before, snapshot()]))")
    assert seen[1] == seen[0]


def test_an_import_reads_no_environment(fresh: Callable[[str], Any]) -> None:
    """A nonsensical setting in the environment is met by the Core that reads it, not by an import."""
    seen = fresh("""
import json, os
os.environ["QUALIA_MAX_FAILURES"] = "many"
import qualia
for name in qualia.__all__:
    getattr(qualia, name)
try:
    qualia.Core()
except qualia.QualiaError as error:
    print(json.dumps(type(error).__name__))
""")
    assert seen == "InvalidSetting"


def test_a_core_works_in_a_thread_that_is_not_the_main_one(fresh: Callable[[str], Any]) -> None:
    """Nothing a Core does belongs to the main thread alone."""
    seen = fresh("""
import json, threading
from qualia import Core
found = []
def work():
    with Core() as core:
        found.extend(plugin.id for plugin in core.plugins.values())
thread = threading.Thread(target=work)
thread.start()
thread.join()
print(json.dumps(found))
""")
    assert len(seen) == 7


def test_two_cores_in_one_process_do_not_know_each_other(fresh: Callable[[str], Any]) -> None:
    """Two Cores with different plugin folders each list their own, and closing one leaves the other open."""
    seen = fresh("""
import json, tempfile
from pathlib import Path
from qualia import Core
MANIFEST = '''
id = "{0}"
kind = "analyzer"
version = "1.0.0"
api = ">=1,<2"
summary = "Says what it is called."
entry = "Name"
'''
CODE = '''
from qualia.plugin import Analyzer, Document, NoParams
class Name(Analyzer[NoParams, str]):
    def analyze(self, document: Document, params: NoParams) -> str:
        return "{0}"
'''
with tempfile.TemporaryDirectory() as folder:
    for side in ("left", "right"):
        plugin = Path(folder, side, f"only_{side}")
        plugin.mkdir(parents=True)
        (plugin / "plugin.toml").write_text(MANIFEST.format(plugin.name))
        (plugin / "__init__.py").write_text(CODE.format(plugin.name))
    left, right = (Core([Path(folder, side)]) for side in ("left", "right"))
    extra = [[plugin.id for plugin in core.plugins.values() if plugin.id.startswith("only_")] for core in (left, right)]
    left.close()
    from qualia import Document
    extra.append(right.run("only_right", Document("a text")).value)
    right.close()
print(json.dumps(extra))
""")
    assert seen == [["only_left"], ["only_right"], "only_right"]
