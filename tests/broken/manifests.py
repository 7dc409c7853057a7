"""Plugins whose manifest or folder is broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.broken.corpus import Case, code, manifest, of_manifest


def cases() -> Iterator[Case]:
    """Yield each of them."""
    yield from _bad_toml()
    yield from _bad_values()
    yield from _bad_company()
    yield from _bad_folders()


def _bad_toml() -> Iterator[Case]:
    name = "toml_without_value"
    yield of_manifest(name, "QP101: Invalid value", at="plugin.toml:2:8", text=f'id = "{name}"\nkind = \n')
    name = "toml_open_text"
    yield of_manifest(name, "QP101: ", at="plugin.toml:1:21", text='id = "toml_open_text\n')
    name = "toml_key_twice"
    yield of_manifest(name, "QP101: Cannot overwrite", at="plugin.toml:2:9", text='id = "a"\nid = "b"\n')
    yield of_manifest("toml_of_braces", "QP101: ", at="plugin.toml:1:1", text="{{{{ this is no TOML")
    yield of_manifest("toml_not_utf8", "QP101: it is not UTF-8", at="plugin.toml:2", text=b'id = "x"\n# \xff\xfe\n')
    yield of_manifest("toml_bottomless", "QP101: ", at="plugin.toml", text="id = " + "[" * 50_000)
    name = "toml_endless"
    yield of_manifest(
        name, "QP101: a manifest has at most", at="plugin.toml", text=manifest(name) + "# " + "x" * 70_000
    )
    yield of_manifest(
        "toml_empty", "QP103: key id is missing", "QP103: key entry is missing", at="plugin.toml", text=""
    )


def _bad_values() -> Iterator[Case]:
    wrong: dict[str, tuple[Any, int]] = {
        "id": (5, 1),
        "kind": (["analyzer"], 2),
        "version": (1.0, 3),
        "api": (1, 4),
        "summary": ([], 5),
        "entry": (True, 6),
        "produces": (5, 7),
        "consumes": ("word-frequencies/1", 7),
        "accepts": (3, 7),
        "dependencies": ("attrs", 7),
        "lifecycle": ("finished", 7),
        "limits": (3, 7),
    }
    for key, (value, line) in wrong.items():
        given: dict[str, Any] = {key: value}
        yield of_manifest(f"type_of_{key}", f"QP104: {key}", at=f"plugin.toml:{line}", **given)
    limits = {"isolation": "jail", "max_failures": 0, "call_seconds": -1, "memory_mb": 1.5, "timeout_seconds": "x"}
    for key, value in limits.items():
        yield of_manifest(f"limit_{key}", f"QP104: {key}", at="plugin.toml:7", limits={key: value})
    yield of_manifest("unknown_limit", "QP102: did you mean 'memory_mb'", at="plugin.toml:7", limits={"memory": 99})
    yield of_manifest("unknown_key", "QP102: did you mean 'summary'", at="plugin.toml:7", sumary="A text.")
    yield of_manifest("missing_entry", "QP103: key entry is missing", at="plugin.toml", entry=None)
    yield of_manifest("unknown_kind", "QP104: must be document, analyzer", at="plugin.toml:2", kind="analyser")
    yield of_manifest("id_not_a_name", "QP104: lower-case letters", at="plugin.toml:1", id="My Plugin")
    yield of_manifest("entry_not_a_name", "QP104: name of a class", at="plugin.toml:6", entry="my.Entry")
    yield of_manifest("unparsable_api", "QP104: not a version range", at="plugin.toml:4", api="one and a half")
    yield of_manifest("unknown_record", "QP104: is unknown", at="plugin.toml:7", consumes=["word-frequency/1"])
    records = ["word-frequencies/1", "sentiment/1"]
    yield of_manifest("two_records", "QP104: one record at most", at="plugin.toml:7", produces=records)
    yield of_manifest("accepting_analyzer", "QP104: only a document plugin", at="plugin.toml:7", accepts=["text/vtt"])
    yield of_manifest("not_a_requirement", "QP104: is nice", at="plugin.toml:7", dependencies=["numpy is nice"])


def _bad_company() -> Iterator[Case]:
    yield of_manifest("wrong_api", "QP105: >=9", at="plugin.toml:4", api=">=9")
    missing = ["no-such-distribution>=1"]
    yield of_manifest("missing_dependency", "QP303: there is none", at="plugin.toml:7", dependencies=missing)
    yield of_manifest("old_dependency", "QP303: attrs>=9999", at="plugin.toml:7", dependencies=["attrs>=9999"])
    name = "needs_itself"
    keys: dict[str, Any] = {"produces": "sentiment/1", "consumes": ["sentiment/1"]}
    source = code().replace("document, params)", "document, params, *, sentiment)")
    files = {"plugin.toml": manifest(name, **keys), "__init__.py": source}
    says = ("QP109: needs_itself -> needs_itself",)
    yield Case(name=name, says=says, at="plugin.toml:8", files=files)
    name = "asks_for_a_record_always"
    keys = {"consumes_when": {"sentiment/1": "colour=mood"}}
    files = {"plugin.toml": manifest(name, **keys), "__init__.py": source}
    says = ("QP206: 'sentiment' without a default, and is given it only with colour=mood",)
    yield Case(name=name, says=says, at="__init__.py", files=files)
    name = "twin"
    files = {"plugin.toml": manifest("other"), "__init__.py": code()}
    yield Case(
        name=name, says=("QP106: another plugin is called other",), at="plugin.toml:1", outcome="listed", files=files
    )
    name = "left_behind"
    files = {"plugin.toml": manifest(name, lifecycle="deprecated"), "__init__.py": code()}
    yield Case(name=name, says=("QP108: deprecated",), at="plugin.toml:7", outcome="answers", files=files)


def _bad_folders() -> Iterator[Case]:
    yield Case(name="empty_folder", says=("QP001: no plugin.toml",), outcome="absent")
    yield Case(
        name="manifest_is_a_folder",
        says=("QP101: it is no file",),
        at="plugin.toml",
        outcome="absent",
        files={"__init__.py": code()},
        build=lambda folder: (folder / "plugin.toml").mkdir(),
    )
    name = "no_package"
    yield Case(name=name, says=("QP202: no __init__.py",), files={"plugin.toml": manifest(name)})
    yield _with_link("link_to_nothing", "QP002: link.txt", lambda folder: (folder / "link.txt").symlink_to("nothing"))
    yield _with_link("link_to_itself", "QP002: link.txt", lambda folder: (folder / "link.txt").symlink_to("link.txt"))
    outside = "QP003: outside the plugin"
    yield _with_link("link_outside", outside, lambda folder: (folder / "link.txt").symlink_to(Path(__file__)))
    name = "unreadable_file"
    files = {"plugin.toml": manifest(name), "__init__.py": code(), "words.txt": "x"}
    yield Case(
        name=name,
        says=("QP002: words.txt cannot be read",),
        at="words.txt",
        files=files,
        build=lambda folder: (folder / "words.txt").chmod(0),
        needs="not root",
    )
    name = "secret_inside"
    files = {"plugin.toml": manifest(name), "__init__.py": code(), ".env": "TOKEN=1"}
    yield Case(name=name, says=("QP006: .env",), at=".env", outcome="answers", files=files)
    name = "very_long_file"
    files = {
        "plugin.toml": manifest(name),
        "__init__.py": code(head="# one more of very many lines\n" * 100_000),
    }
    yield Case(name=name, says=("QP004: __init__.py has",), at="__init__.py", outcome="answers", files=files)
    name = "deep_package"
    inner = "/".join("abcdefghijkl")
    packages = {f"{inner[: 2 * depth + 1]}/__init__.py": "" for depth in range(12)}
    files = {"plugin.toml": manifest(name), "__init__.py": code(), **packages}
    yield Case(
        name=name, says=("QP011: 12 folders deep",), at=f"{inner[:-2]}/l/__init__.py", outcome="answers", files=files
    )
    name = "like_the_standard_library"
    source = code("return {'plain': json.dumps(1)}", head="import json")
    files = {"plugin.toml": manifest(name), "__init__.py": source, "json.py": "def dumps(value): raise OSError"}
    yield Case(name=name, says=("QP009: json.py",), at="json.py", outcome="answers", files=files)


def _with_link(name: str, says: str, build: object) -> Case:
    files = {"plugin.toml": manifest(name), "__init__.py": code()}
    return Case(name=name, says=(says,), at="link.txt", outcome="answers", files=files, build=build, needs="posix")  # type: ignore[arg-type]
