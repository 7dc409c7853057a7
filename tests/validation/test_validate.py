"""Validation of plugins that are right, of single rules, and of whole folders."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from qualia._plugins.catalog import shipped_folder
from qualia.errors import DocumentUnreadable
from qualia.validation import Finding, Place, Report, validate, validate_all
from qualia.validation.folders import check_folder
from qualia.validation.imports import providers_of
from qualia.validation.rules import RULES
from tests.broken.corpus import code, manifest


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a plugin's files and return its folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rules(report: Report) -> list[str]:
    """Return the rules of a report's findings that are more than notes."""
    return [each.rule for each in report.findings if each.severity != "note"]


def checked(folder: Path, source: str, **keys: Any) -> Report:
    """Write a plugin of this source and check it without running it."""
    write(folder, {"plugin.toml": manifest(folder.name, **keys), "__init__.py": source})
    return validate(folder, smoke=False, known=())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a plugin yet to be written."""
    return tmp_path / "tried"


@pytest.mark.whole
@pytest.mark.parametrize("plugin", sorted(path.parent.name for path in shipped_folder().glob("*/plugin.toml")))
def test_nothing_is_wrong_with_a_plugin_that_ships(plugin: str) -> None:
    """The plugins that ship have no error and no warning, run on samples too."""
    report = validate(shipped_folder() / plugin, timeout_s=60)
    missing = [each for each in report.findings if each.rule == "QP303"]
    if missing:
        pytest.skip(f"{plugin} needs what is not installed here: {missing[0].message}")
    assert report.ran
    assert rules(report) == []


def test_a_whole_folder_is_checked_plugin_by_plugin(tmp_path: Path) -> None:
    """Each plugin of a folder has its report, in order, and is checked beside the others."""
    write(tmp_path / "b", {"plugin.toml": manifest("b"), "__init__.py": code()})
    write(tmp_path / "a", {"plugin.toml": manifest("b"), "__init__.py": code()})
    write(tmp_path / "_hidden", {"plugin.toml": manifest("c"), "__init__.py": code()})
    write(tmp_path / "no_plugin", {"notes.txt": "x"})
    reports = validate_all(tmp_path, smoke=False, known=())
    assert [each.folder.name for each in reports] == ["a", "b"]
    assert [rules(each) for each in reports] == [["QP106", "QP010"], ["QP106"]]
    with pytest.raises(DocumentUnreadable, match="several plugins"):
        validate(tmp_path, smoke=False)


def test_a_path_may_be_a_folder_or_a_manifest(folder: Path) -> None:
    """The manifest in a folder stands for the folder; anything else is refused with what to do."""
    write(folder, {"plugin.toml": manifest("tried"), "__init__.py": code()})
    assert validate(folder / "plugin.toml", smoke=False) == validate(folder, smoke=False)
    with pytest.raises(DocumentUnreadable, match="no such file"):
        validate(folder / "absent")
    with pytest.raises(DocumentUnreadable, match=r"name a plugin's folder"):
        validate(folder / "__init__.py")


def test_plugins_that_need_each_other_are_a_cycle(tmp_path: Path) -> None:
    """The circle is named, and one of which another plugin makes the record is none."""
    needs = code().replace("params)", "params, **records)")
    one: dict[str, Any] = {"produces": "sentiment/1", "consumes": ["word-frequencies/1"]}
    two: dict[str, Any] = {"produces": "word-frequencies/1", "consumes": ["sentiment/1"]}
    write(tmp_path / "one", {"plugin.toml": manifest("one", **one), "__init__.py": needs})
    write(tmp_path / "two", {"plugin.toml": manifest("two", **two), "__init__.py": needs})
    found = [each for report in validate_all(tmp_path, smoke=False, known=()) for each in report.findings]
    assert [each.message for each in found if each.rule == "QP109"] == [
        "these plugins need each other: one -> two -> one",
        "these plugins need each other: two -> one -> two",
    ]
    assert [rules(each) for each in validate_all(tmp_path, smoke=False)] == [[], []]


HARMLESS = {
    "for checkers alone": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nowhere",
    "a main guard": "if __name__ == '__main__':\n    import sys\n    print(1)\n    sys.exit(0)",
    "a constant": "NAMES = ['a', 'b']\ndef names():\n    return [*NAMES]",
    "a local of the same name": "NAMES = []\ndef names():\n    NAMES = []\n    NAMES.append(1)\n    return NAMES",
    "its own random numbers": "import random\nCHANCE = random.Random(3)",
    "a subclass": "from abc import ABC\nclass Own(ABC):\n    def open(self):\n        return self",
    "a frozen cache": "from functools import cache\n@cache\ndef f():\n    return 1",
    "a file in a function": "def f(path):\n    with open(path) as file:\n        return file.read()",
    "its own error": "try:\n    import json\nexcept ImportError as error:\n    raise RuntimeError from error",
    "an extra it asks for": "def f():\n    try:\n        import nowhere\n    except ImportError as error:\n"
    "        raise ValueError('install nowhere') from error",
    "attrs by its old name": "import attr",
    "an own registry": "from functools import singledispatch\n@singledispatch\ndef f(x): ...\n"
    "@f.register\ndef _(x: int): ...",
    "an init that freezes itself": "class Own:\n    def __init__(self):\n        object.__setattr__(self, 'x', 1)",
}


@pytest.mark.parametrize("head", HARMLESS.values(), ids=HARMLESS)
def test_what_does_no_harm_is_not_reported(head: str, folder: Path) -> None:
    """Common and harmless ways to write a plugin are neither errors nor warnings."""
    assert rules(checked(folder, code(head=head))) == []


HARMFUL = {
    "QP401 global": ("COUNT = 0\ndef f():\n    global COUNT\n    COUNT += 1", "QP401", 3),
    "QP401 list": ("SEEN = []\ndef f(x):\n    SEEN.append(x)", "QP401", 3),
    "QP401 dict": ("SEEN = dict()\ndef f(x):\n    SEEN[x] = 1", "QP401", 3),
    "QP402 open": ("WORDS = open('words.txt').read()", "QP402", 1),
    "QP402 path": ("from pathlib import Path\nWORDS = Path('x').read_text()", "QP402", 2),
    "QP402 request": ("import requests\nWORDS = requests.get('x')", "QP402", 2),
    "QP402 sleep": ("from time import sleep\nclass Own:\n    sleep(1)", "QP402", 3),
    "QP402 subprocess": ("import subprocess as sub\nsub.run(['ls'])", "QP402", 2),
    "QP403 exit": ("from os import _exit\ndef f():\n    _exit(1)", "QP403", 3),
    "QP404 pickle": ("import pickle\ndef f(x):\n    return pickle.load(x)", "QP404", 3),
    "QP405 environment": ("import os\nos.environ['X'] = '1'", "QP405", 2),
    "QP405 patching": ("import json\njson.dumps = repr", "QP405", 2),
    "QP405 warnings": ("import warnings\nwarnings.simplefilter('ignore')", "QP405", 2),
    "QP406 register": ("from pprint import pformat\n@pformat.register\ndef f(x): ...", "QP406", 2),
    "QP406 cattrs": ("import cattrs\ndef f(x):\n    return cattrs.unstructure(x)", "QP406", 3),
}


@pytest.mark.parametrize(("head", "rule", "line"), HARMFUL.values(), ids=HARMFUL)
def test_a_harmful_habit_is_a_warning_at_its_line(head: str, rule: str, line: int, folder: Path) -> None:
    """What works today and hurts later is named where it stands."""
    found = [each for each in checked(folder, code(head=head)).findings if each.rule == rule]
    assert [(each.line, each.severity) for each in found] == [(line, "warning")]


def test_an_import_belongs_to_the_distribution_that_brings_it(folder: Path) -> None:
    """Import names and names of distributions differ; declared is what counts, and what is optional is a note."""
    brought = providers_of(sys.path)
    assert brought["_pytest"] == {"pytest"}
    head = "import _pytest\ntry:\n    import nowhere\nexcept ImportError:\n    nowhere = None"
    declared = checked(folder, code(head=head), dependencies=["pytest>=1"])
    assert rules(declared) == []
    assert [(each.rule, each.line) for each in declared.findings if each.rule == "QP306"] == [("QP306", 3)]
    undeclared = checked(folder, code(head=head))
    assert [(each.rule, each.line) for each in undeclared.findings if each.severity == "error"] == [("QP301", 1)]
    assert "pytest brings and dependencies does not name" in undeclared.findings[0].message


def test_what_the_shared_rooms_need_counts_as_used(folder: Path) -> None:
    """A plugin that draws with qualia.draw declares what that draws with, and imports none of it itself."""
    report = checked(folder, code(head="from qualia.draw import draw"), dependencies=["matplotlib>=3"])
    assert "QP302" not in rules(report)


def test_a_test_of_the_plugin_may_import_what_tests_need(folder: Path) -> None:
    """Tests in the folder are no part of what runs: pytest needs no declaration and may print."""
    write(folder, {"test_tried.py": "import pytest\nfrom qualia import Core\nprint(Core)\n", "README.md": "x"})
    report = checked(folder, code())
    assert report.findings == ()


def test_a_producer_that_is_not_here_is_a_warning(folder: Path) -> None:
    """A record nobody here gives is named where the manifest asks for it."""
    source = code(kind="visualizer")
    report = checked(folder, source, kind="visualizer")
    assert [(each.rule, each.line) for each in report.findings if each.severity != "note"] == [("QP107", 8)]


def test_an_entry_is_followed_through_the_package(folder: Path) -> None:
    """The class may come from another module, and derive from a class of the plugin's own."""
    base = code().replace("Entry", "Base")
    entry = "from .base import Base\nclass Entry(Base):\n    pass\n"
    write(folder, {"base.py": base, "entry.py": entry})
    assert rules(checked(folder, "from .entry import Entry\n")) == []
    write(folder, {"entry.py": "class Entry:\n    pass\n"})
    found = checked(folder, "from .entry import Entry\n").findings[0]
    assert (found.rule, found.file.name, found.line) == ("QP204", "entry.py", 1)


def test_findings_come_in_a_steady_order_each_once() -> None:
    """Errors come first, then by place; the same finding twice is one."""
    last = Finding(rule="QP007", severity="note", message="m", remedy="r", file=Path("a"))
    first = Finding(rule="QP201", severity="error", message="m", remedy="r", file=Path("b"), line=3)
    report = Report(folder=Path(), plugin=None, findings=(last, first, first))
    assert report.findings == (first, last)
    assert (report.ok, report.count("error"), report.count("note")) == (False, 1, 1)
    assert str(first) == "b:3: error QP201: m; r"
    assert str(Place(file=Path("b"), line=3, column=9)) == "b:3:9"


def test_the_rules_have_steady_ids() -> None:
    """Ids are unique and in order, names are unique, and every rule says what to do."""
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.message and rule.remedy for rule in RULES)


def test_the_process_is_found_by_the_name_that_was_given(folder: Path, tmp_path: Path) -> None:
    """A plugin reached through a link is reported under the link's name."""
    write(folder, {"plugin.toml": manifest("tried"), "__init__.py": code("raise ValueError('x')")})
    if sys.platform == "win32":
        pytest.skip("links need a right of their own there")
    (tmp_path / "elsewhere").mkdir()
    shutil.move(folder, tmp_path / "elsewhere" / "tried")
    folder.symlink_to(tmp_path / "elsewhere" / "tried")
    found = next(each for each in validate(folder, known=()).findings if each.rule == "QP504")
    assert str(found.file) == str(folder / "__init__.py")


def test_a_folder_of_tests_is_looked_through(tmp_path: Path) -> None:
    """A plugin's test may lie deep in it, beside those of others, which do not count."""
    plugin, deep = tmp_path / "plugins" / "toy", tmp_path / "tests" / "a" / "b"
    plugin.mkdir(parents=True)
    deep.mkdir(parents=True)
    for name in ("test_other.py", "test_toy_more.py"):
        (deep / name).touch()
    assert "QP008" not in {each.rule for each in check_folder(plugin, (), "toy")}
    assert "QP008" in {each.rule for each in check_folder(plugin, (), "cat")}
