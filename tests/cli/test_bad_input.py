"""Each bad input gets one sentence, a stable code, and leaves nothing behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Qualia = Callable[..., Any]

COUNT = ("analyze", "notes.txt", "-p", "toy_count")
CYCLE = """
[[steps]]
id = "one"
plugin = "toy_upper"
needs = ["two"]
[[steps]]
id = "two"
plugin = "toy_count"
needs = ["one"]
"""
BAD_FILES = {
    "missing.txt": (None, "cannot read 'missing.txt': there is no such file"),
    "empty.txt": (b"", "cannot read 'empty.txt': it is empty"),
    "blank.txt": (b" \n \n", "cannot read 'blank.txt': it is empty"),
    "binary.txt": (b"a\0b", "cannot read 'binary.txt': it is binary"),
    "picture.txt": (b"\x89PNG\r\n", "cannot read 'picture.txt': it is binary"),
    "broken.json": (b'{"value": ', "cannot read 'broken.json': it is no valid JSON"),
    "broken.yaml": (b"value: [", "cannot read 'broken.yaml': it is no valid YAML"),
    "damaged.json": (b'{"value": 1, "provenance": {}}', "cannot read 'damaged.json': it is a damaged result"),
    "bomb.yaml": (b"value: &a [1]\nprovenance: *a\n", "cannot read 'bomb.yaml': its YAML has aliases"),
    "a/b.txt": (None, "cannot read 'a/b.txt': there is no such file"),
}
WRONG_COMMANDS: dict[tuple[str, ...], str] = {
    ("analyze", "notes.txt", "-p", "toy_cuont"): "there is no plugin 'toy_cuont'; did you mean 'toy_count'",
    (*COUNT, "-P", "tpo=1"): "toy_count: param 'tpo' is unknown; did you mean 'top'",
    (*COUNT, "-P", "top=many"): "toy_count: param 'top' must be an int, not 'many'",
    (*COUNT, "-P", "top=1.5"): "toy_count: param 'top' must be an int",
    (*COUNT, "-P", "top=0"): "toy_count: param 'top' must be at least 1",
    (*COUNT, "-P", "top=51"): "toy_count: param 'top' must be at most 50",
    (*COUNT, "-P", "share=nan"): "toy_count: param 'share' must be a finite number",
    (*COUNT, "-P", "case=maybe"): "toy_count: param 'case' must be true or false",
    (*COUNT, "-P", "mode=none"): "toy_count: param 'mode' must be one of all, some",
    (*COUNT, "-P", "top"): "-P 'top': write it as KEY=VALUE",
    (*COUNT, "-P", "=1"): "-P '=1': write it as KEY=VALUE",
    (*COUNT, "-P", "top=1", "-P", "top=2"): "-P top: given twice",
    (*COUNT, "-o", "words.ods"): "-o words.ods: the suffix .ods names no format",
    (*COUNT, "-o", "notes.txt"): "-o 'notes.txt' is the file that is read",
    (*COUNT, "--fromat", "json"): "qualia analyze does not know '--fromat json'; did you mean --format",
    (*COUNT, "--format", "jason"): "-f/--format cannot be 'jason'; did you mean json or jsonl?",
    ("analyze", "notes.txt", "-p", "toy_upper"): "use: qualia process FILE -p toy_upper",
    ("analyze", "notes.txt", "-p", "toy_draw"): "use: qualia visualize FILE -p toy_draw",
    ("process", "notes.txt", "-p", "toy_count"): "use: qualia analyze FILE -p toy_count",
    ("visualize", "notes.txt", "-p", "toy_count"): "use: qualia analyze FILE -p toy_count",
    ("analyze", "notes.txt"): "the following arguments are required: -p/--plugin; qualia analyze --help shows how",
    ("inspect", "toy_cuont"): "there is no plugin 'toy_cuont'",
    ("lst",): "there is no command 'lst'; did you mean list?",
    ("anal", "notes.txt", "-p", "toy_count"): "there is no command 'anal'",
    ("list", "--kind", "thing"): "--kind cannot be 'thing'; known: document, analyzer, visualizer",
    ("list", "--plugin-dir", "nowhere"): "--plugin-dir 'nowhere': there is no such folder",
    ("list", "--project", "nowhere"): "--project 'nowhere': there is no such folder",
}
PIPELINES = {
    "cycle.toml": (CYCLE, "one -> two -> one is a cycle"),
    "missing-step.toml": (
        '[[steps]]\nid = "one"\nplugin = "toy_count"\nneeds = ["tow"]\n',
        "missing-step, step 1 (one): need 'tow' is unknown; known: one",
    ),
    "unknown-plugin.toml": (
        '[[steps]]\nplugin = "toy_count"\n[[steps]]\nplugin = "toy_cuont"\n',
        "unknown-plugin, step 2 (toy_cuont): there is no plugin 'toy_cuont'; did you mean",
    ),
    "bad-param.toml": (
        '[[steps]]\nplugin = "toy_boom"\n[[steps]]\nplugin = "toy_count"\nparams = { top = "5" }\n',
        "bad-param, step 2 (toy_count): toy_count: param 'top' must be an int, not \"5\" (str)",
    ),
    "bool-param.toml": (
        '[[steps]]\nplugin = "toy_count"\nparams = { top = true }\n',
        "bool-param, step 1 (toy_count): toy_count: param 'top' must be an int, not true (bool)",
    ),
    "no-plugin.toml": ('[[steps]]\nid = "one"\n', "no-plugin.toml, step 1: names no plugin"),
    "no-steps.toml": ('name = "x"\n', "no-steps.toml: it has no steps"),
    "no-toml.toml": ("= = =", "no-toml.toml: is no valid TOML"),
    "no-json.json": ("{", "no-json.json: is no valid JSON"),
    "no-yaml.yaml": ("a: [", "no-yaml.yaml: is no valid YAML"),
    "missing.toml": (None, "missing.toml: cannot be read"),
}


def assert_failed(ran: Any, code: int, sentence: str) -> None:
    assert ran.code == code, ran
    assert ran.out == ""
    assert ran.err.startswith("qualia: error: ")
    assert ran.err.count("\n") == 1
    assert sentence in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_is_named_with_its_fault(
    qualia: Qualia, home: Path, leftovers: Callable[[], list[str]], name: str
) -> None:
    """A missing, empty, binary or damaged file ends with 4 and one sentence, and no output file appears."""
    content, sentence = BAD_FILES[name]
    if content is not None:
        (home / name).write_bytes(content)
    before = leftovers()
    assert_failed(qualia("analyze", name, "-p", "toy_count", "-o", "out.json"), 4, sentence)
    assert leftovers() == before


def test_a_folder_is_no_document(qualia: Qualia, home: Path) -> None:
    """A folder in place of a file is refused by name."""
    (home / "folder").mkdir()
    assert_failed(qualia("analyze", "folder", "-p", "toy_count"), 4, "cannot read 'folder'")


def test_a_file_of_100_mb_is_refused_by_its_size(qualia: Qualia, home: Path) -> None:
    """A file above the limit is refused with both sizes."""
    with (home / "big.txt").open("wb") as file:
        file.truncate(100_000_000)
    ran = qualia("analyze", "big.txt", "-p", "toy_count", "-o", "out.json")
    assert_failed(ran, 4, "cannot read 'big.txt': it has 100.0 MB and the limit is 67.1 MB")


def test_standard_input_has_the_same_limits(
    qualia: Qualia, stdin: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty, binary and oversized standard input are refused as files are."""
    for content, sentence in ((b"", "it is empty"), (b"a\0b", "it is binary"), (b"x" * 101, "it has more than")):
        monkeypatch.setenv("QUALIA_MAX_DOCUMENT_BYTES", "100")
        stdin(content)
        assert_failed(qualia("analyze", "-", "-p", "toy_count"), 4, f"cannot read 'standard input': {sentence}")


def test_latin_1_is_read_with_a_warning_of_one_line(qualia: Qualia, home: Path) -> None:
    """Bytes that are no UTF-8 are read as latin-1; the warning goes to stderr, without source lines."""
    (home / "old.txt").write_bytes("João viu João".encode("latin-1"))
    ran = qualia("analyze", "old.txt", "-p", "toy_count", "--format", "json")
    assert ran.code == 0
    assert ran.data["value"]["words"][0] == {"word": "João", "count": 2, "per_million": None}
    assert ran.err == "qualia: warning: 'old.txt' is not UTF-8 (byte 2); read as latin-1, so check the accents\n"


@pytest.mark.parametrize("words", WRONG_COMMANDS, ids=" ".join)
def test_a_wrong_command_is_explained_and_ends_with_2(qualia: Qualia, document: Path, words: tuple[str, ...]) -> None:
    """Unknown plugins, params, options and values are named together with what would be right."""
    assert_failed(qualia(*words), 2, WRONG_COMMANDS[words])


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_that_cannot_be_planned_is_refused_before_anything_runs(
    qualia: Qualia, home: Path, document: Path, leftovers: Callable[[], list[str]], name: str
) -> None:
    """A cycle, a missing or bad step and a broken file end with 2, name the place, and leave no folder."""
    content, sentence = PIPELINES[name]
    if content is not None:
        (home / name).write_text(content, encoding="utf-8")
    before = leftovers()
    assert_failed(qualia("pipeline", "notes.txt", "-c", name, "-o", "results"), 2, sentence)
    assert leftovers() == before
    assert not (home / "results").exists()


@pytest.mark.parametrize("target", ["nowhere/out.json", "notes.txt/out.json", "nowhere/"])
def test_a_place_that_cannot_be_written_is_found_before_the_work(qualia: Qualia, document: Path, target: str) -> None:
    """A missing folder is told before a plugin runs, with 4."""
    assert_failed(qualia("analyze", "notes.txt", "-p", "toy_boom", "-o", target), 4, "cannot write")


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_without_permission_is_told(qualia: Qualia, home: Path, document: Path) -> None:
    """A folder that may not be written ends with 4 and leaves nothing."""
    locked = home / "locked"
    locked.mkdir(mode=0o500)
    assert_failed(qualia(*COUNT, "-o", "locked/out.json"), 4, "cannot write 'locked/out.json': permission denied")


def test_a_plugin_that_fails_is_named_with_its_line(qualia: Qualia, document: Path) -> None:
    """What a plugin raises ends with 1, in one sentence with file and line."""
    ran = qualia("analyze", "notes.txt", "-p", "toy_boom")
    assert_failed(ran, 1, "plugin 'toy_boom' failed at ")
    assert "__init__.py:8: RuntimeError: no luck today" in ran.err


def test_a_plugin_that_refuses_its_input_ends_with_4(qualia: Qualia, home: Path) -> None:
    """Input a plugin cannot work on is the input's affair."""
    (home / "no.txt").write_text("refuse", encoding="utf-8")
    assert_failed(qualia("process", "no.txt", "-p", "toy_upper"), 4, "toy_upper: does not read this")


def test_an_unavailable_plugin_ends_with_5_and_says_how_to_get_it(qualia: Qualia, document: Path) -> None:
    """A plugin whose libraries are missing names the command that brings them."""
    ran = qualia("analyze", "notes.txt", "-p", "toy_absent")
    assert_failed(ran, 5, "run: pip install 'no-such-distribution>=9'")


def test_ctrl_c_ends_with_130_and_one_line(qualia: Qualia, home: Path) -> None:
    """An interruption is no failure to be explained."""
    (home / "slow.txt").write_text("interrupt", encoding="utf-8")
    ran = qualia("analyze", "slow.txt", "-p", "toy_boom", "-o", "out.json")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err == "qualia: interrupted; nothing unfinished was kept\n"
    assert not (home / "out.json").exists()
    ran = qualia("analyze", "slow.txt", "-p", "toy_boom", "-f", "json")
    assert (ran.code, ran.data["error"]) == (130, "Interrupted")


def test_json_gets_an_error_object_on_stdout_and_the_sentence_on_stderr(qualia: Qualia, document: Path) -> None:
    """With --format json a failure is data too: class, sentence and fields."""
    ran = qualia(*COUNT, "-P", "top=0", "--format", "json")
    assert ran.code == 2
    assert list(ran.data)[:2] == ["error", "message"]
    assert ran.data == {
        "error": "InvalidParam",
        "message": "toy_count: param 'top' must be at least 1, not 0",
        "plugin": "toy_count",
        "param": "top",
        "reason": "must be at least 1, not 0",
    }
    assert ran.err == "qualia: error: toy_count: param 'top' must be at least 1, not 0\n"
    assert qualia("lst", "--format=json").data["error"] == "WrongUsage"
    assert qualia("analyze", "notes.txt", "-p", "toy_boom", "-f", "json").data["error"] == "PluginFailed"


def test_debug_shows_the_traceback_and_still_the_sentence(
    qualia: Qualia, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QUALIA_DEBUG=1 is for those who mend things."""
    monkeypatch.setenv("QUALIA_DEBUG", "1")
    ran = qualia("analyze", "notes.txt", "-p", "toy_boom")
    assert ran.code == 1
    assert "Traceback" in ran.err
    assert ran.err.splitlines()[-1].startswith("qualia: error: plugin 'toy_boom' failed")


def test_a_missing_extra_is_one_sentence_with_the_command_that_brings_it(
    qualia: Qualia, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without rich or yaml every command ends with 5; version and help still work."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "yaml" else object())
    assert_failed(qualia("list"), 5, "pip install 'qualia-core[cli]'")
    assert qualia("--version").code == 0
    assert qualia("list", "--help").code == 0
