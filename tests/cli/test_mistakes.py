"""Small mistakes at the command line are answered with what helps."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia.cli.batch.work import Bench
from qualia.cli.commands import commands
from qualia.cli.words import speaking
from qualia.errors import nearest

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("tops", ("top",)), ("analize", ("analyze",)), ("foo", ()), ("histry", ("history",))],
)
def test_only_names_that_are_alike_are_offered(word: str, expected: tuple[str, ...]) -> None:
    """A good guess stands alone, and no guess is better than a wild one."""
    known = ("top", "stop_words", "analyze", "visualize", "validate", "no-color", "history", "history_keep_days")
    assert nearest(word, known) == expected


@pytest.mark.parametrize(
    ("option", "hint"), [("--knd", "; did you mean --kind?"), ("--foo", "; qualia list --help shows how")]
)
def test_an_unknown_option_is_answered_with_one_that_is_alike(qualia: Run, option: str, hint: str) -> None:
    """The dashes that every option has do not make two options alike."""
    ran = qualia("list", option)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"{hint}\n")


@pytest.mark.parametrize("more", [(), ("other.txt",)])
def test_a_file_that_looks_like_an_option_is_told_how_to_be_named(
    qualia: Run, home: Path, more: tuple[str, ...]
) -> None:
    """What begins with a dash and is there was meant as a file, whether or not other files are named."""
    (home / "-notes.txt").write_text("a b\n", encoding="utf-8")
    ran = qualia("analyze", "-notes.txt", *more, "-p", "toy_count")
    assert ran.code == 2
    assert "a file whose name begins with - is written ./-notes.txt" in ran.err
    assert qualia("analyze", "./-notes.txt", "-p", "toy_count").code == 0


def test_a_plugin_named_without_its_option_is_told_so(qualia: Run) -> None:
    """A word too much, where a plugin could be named, gets the option that names it."""
    ran = qualia("config", "create", "toy_count")
    assert ran.code == 2
    assert "a plugin is named with -p, a param with -P" in ran.err


def test_an_unknown_language_is_refused_in_that_of_the_system(
    qualia: Run, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """Whoever reads Portuguese is told in Portuguese that there is no French."""
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    assert qualia("--lang", "fr", "list").err == "qualia: erro: --lang não pode ser 'fr'; conhecidos: en, pt, pt-BR\n"


@pytest.mark.parametrize("words", [("--help",), ("help", "exit-codes"), ("--version",)])
def test_help_on_a_full_disk_is_an_output_that_cannot_be_written(
    spawn: Callable[..., Any], words: tuple[str, ...]
) -> None:
    """It ends as every other output does."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("wb") as full:
        process = spawn(words, stdout=full)
        _out, told = process.communicate(timeout=60)
    assert process.returncode == 4
    assert told == b"qualia: error: cannot write 'standard output': no space left on device\n"


def test_help_is_readable_where_only_ascii_can_be_shown(qualia: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters that cannot be shown are escaped."""
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    assert qualia("--lang", "pt", "help", "exit-codes").code == 0
    assert shown.getvalue().startswith(b"c\\xf3digos de sa\\xedda:")


def test_ill_formed_data_is_told_with_its_place_in_both_languages(qualia: Run, home: Path) -> None:
    """JSON and YAML say where in the same words, and Portuguese has none of English."""
    (home / "cut.json").write_text('{"a": [1,2', encoding="utf-8")
    (home / "cut.yaml").write_text("a: [1\n", encoding="utf-8")
    told = qualia("export", "cut.json").err
    assert "it is no valid JSON (Expecting ',' delimiter (at line 1, column 11)); give what" in told
    told = qualia("--lang", "pt", "export", "cut.json").err
    assert "não é JSON válido (falta uma vírgula ou um fecho (linha 1, coluna 11)); indique o que" in told
    told = qualia("--lang", "pt", "analyze", "cut.yaml", "-p", "toy_count").err
    assert "não é YAML válido (falta ',' ou ']' (linha 2, coluna 1)); indique" in told


def test_errors_in_json_have_the_names_of_public_classes(qualia: Run, document: Path) -> None:
    """A program can only catch what it can import."""
    ran = qualia("export", str(document), "--format", "json")
    assert (ran.code, ran.data["error"]) == (4, "DocumentUnreadable")


def test_a_file_is_no_folder_to_watch(qualia: Run, document: Path) -> None:
    """That it is there, and what it is, is said."""
    ran = qualia("watch", str(document), "-p", "toy_count", "-o", "out", "--once")
    assert ran.code == 4
    assert ran.err.endswith("it is a file; name the folder to which files come\n")


def test_a_batch_names_each_file_that_fails_once(qualia: Run, home: Path) -> None:
    """An error that names its file is not told with the file in front of it again."""
    (home / "texts").mkdir()
    (home / "texts" / "empty.txt").touch()
    ran = qualia("batch", "texts", "-p", "toy_count", "-o", "out", "--continue-on-error")
    assert ran.err.count("empty.txt") == 1


def test_what_nobody_foresaw_ends_one_file_of_a_batch(qualia: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --continue-on-error the other files are done, and the log names the one that was not."""
    (home / "texts").mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (home / "texts" / name).write_text(name, encoding="utf-8")
    right = Bench.do

    def wrong(bench: Any, job: Any) -> Any:
        if job.path.endswith("b.txt"):
            raise LookupError("a surprise")
        return right(bench, job)

    monkeypatch.setattr(Bench, "do", wrong)
    ran = qualia("batch", "texts", "-p", "toy_count", "-o", "out", "--continue-on-error", "--format", "json")
    assert (ran.code, ran.data["done"], ran.data["failed"]) == (3, 2, 1)
    failed = json.loads((home / "out" / "batch-failures.jsonl").read_text(encoding="utf-8"))
    assert failed["file"].endswith("b.txt")
    assert "something unexpected happened (LookupError: a surprise)" in failed["message"]


def test_portuguese_summaries_are_all_in_one_form() -> None:
    """Each says what the command does, not what to do: no verb is an infinitive."""
    with speaking("pt-BR"):
        verbs = [command.summary.split()[0] for command in commands()]
    assert [verb for verb in verbs if verb.endswith("r")] == []
