"""Words on the command line become files: each once, in a stable order."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualia.cli.sources import names_one, sources_of
from qualia.errors import DocumentUnreadable

FILES = ("a.txt", "b.vtt", "c [1].txt", ".hidden.txt", "day/a.txt", "day/two/c.vtt", ".git/x.txt")
UNIX = pytest.mark.skipif(os.name == "nt", reason="names and links of Unix")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a few files, some below and some hidden."""
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


CASES: dict[tuple[str, ...], list[str]] = {
    ("b.vtt", "a.txt"): ["b.vtt", "a.txt"],
    (".",): ["a.txt", "b.vtt", "c [1].txt"],
    ("day",): ["day/a.txt"],
    ("*.txt",): ["a.txt", "c [1].txt"],
    ("**/*.txt",): ["a.txt", "c [1].txt", "day/a.txt"],
    ("day/**",): ["day/a.txt", "day/two/c.vtt"],
    ("**/**/c.*",): ["day/two/c.vtt"],
    ("?.vtt", "*.vtt"): ["b.vtt"],
    (".*.txt",): [".hidden.txt"],
    (".git",): [".git/x.txt"],
    ("*/a.txt", "."): ["day/a.txt", "a.txt", "b.vtt", "c [1].txt"],
    ("c [1].txt",): ["c [1].txt"],
    ("[ab].*",): ["a.txt", "b.vtt"],
    ("-", "a.txt", "-"): ["-", "a.txt"],
    ("nowhere.txt",): ["nowhere.txt"],
}


@pytest.mark.parametrize("words", CASES, ids=" ".join)
def test_files_folders_and_patterns_are_found(tree: Path, words: tuple[str, ...]) -> None:
    """A file is itself, a folder its files, a pattern what it matches; hidden ones only where a dot is written."""
    assert sources_of(words) == tuple(map(str, map(Path, CASES[words])))


def test_a_folder_is_searched_deeper_and_narrower_when_asked(tree: Path) -> None:
    """``recursive`` goes into the folders below, ``pattern`` takes some of the files; files that are named stay."""
    below = ("a.txt", "b.vtt", "c [1].txt", "day/a.txt", "day/two/c.vtt")
    assert sources_of(["."], recursive=True) == tuple(map(str, map(Path, below)))
    assert sources_of(["."], recursive=True, pattern="*.vtt") == ("b.vtt", str(Path("day/two/c.vtt")))
    assert sources_of(["a.txt", "day"], pattern="two/*.vtt") == ("a.txt", str(Path("day/two/c.vtt")))


def test_one_file_under_several_names_comes_once(tree: Path) -> None:
    """``a.txt``, ``./a.txt`` and its full name are one file; the first spelling is kept."""
    assert sources_of(["./a.txt", "a.txt", str(tree / "a.txt"), "day/../a.txt"]) == ("./a.txt",)


@UNIX
def test_a_link_that_leads_back_ends_nowhere(tree: Path) -> None:
    """Links to folders are not followed downwards, links to files are files."""
    (tree / "day" / "back").symlink_to(tree)
    (tree / "day" / "link.txt").symlink_to(tree / "a.txt")
    assert sources_of(["day"], recursive=True) == ("day/a.txt", "day/link.txt", "day/two/c.vtt")
    assert sources_of(["**/back/*.txt"]) == ("day/back/a.txt", "day/back/c [1].txt")


@UNIX
@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_names_that_are_no_text_are_names_all_the_same(tree: Path) -> None:
    """Bytes that are no UTF-8, spaces and line ends come through unchanged."""
    names = [b"caf\xe9 bar.log", b"two\nlines.log"]
    for name in names:
        Path(os.fsdecode(name)).write_bytes(b"x")
    assert [os.fsencode(each) for each in sources_of(["*.log"])] == names


REFUSED = {
    "http://example.org/a.vtt": "curl -L http://example.org/a.vtt | qualia ... -",
    "HTTPS://example.org/a": "it is an address on a network",
    "s3://bucket/key": "download it first, and name the file",
    "ftp:host": "curl -L ftp:host",
    "file:///tmp/a%20b.txt": "name the file itself: /tmp/a b.txt",
    "*.docx": "no file matches it",
    "nowhere/**/*.txt": "no file matches it",
    "empty": "there is no file in it; name another folder, or give --recursive",
    "": "the name is empty",
}


@pytest.mark.parametrize("word", REFUSED)
def test_what_can_be_no_file_is_refused_with_what_to_do(tree: Path, word: str) -> None:
    """Addresses are to be downloaded, patterns and folders without files are told."""
    (tree / "empty").mkdir()
    with pytest.raises(DocumentUnreadable) as refused:
        sources_of([word])
    assert REFUSED[word] in str(refused.value)


@UNIX
def test_a_file_that_looks_like_an_address_is_a_file(tree: Path) -> None:
    """What is there wins over what it looks like."""
    (tree / "data:x").write_text("x", encoding="utf-8")
    assert sources_of(["data:x"]) == ("data:x",)


@UNIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read anything")
def test_a_folder_that_cannot_be_read_is_told_and_one_below_is_passed_over(tree: Path) -> None:
    """Only the folder that was named is worth an error."""
    (tree / "day" / "two").chmod(0)
    try:
        assert sources_of(["."], recursive=True, pattern="c.*") == ("c [1].txt",)
        with pytest.raises(DocumentUnreadable, match="permission denied"):
            sources_of(["day/two"])
    finally:
        (tree / "day" / "two").chmod(0o700)


def test_the_words_decide_whether_there_is_one_answer_or_a_list(tree: Path) -> None:
    """A folder or pattern makes a list even when it has one file, so that scripts can rely on the shape."""
    assert [names_one(words) for words in (["a.txt"], ["-"], ["nowhere"], ["c [1].txt"])] == [True] * 4
    assert [names_one(words) for words in (["day"], ["*.vtt"], ["a.txt", "a.txt"], ["a.txt", "b.vtt"])] == [False] * 4


WORDS = st.lists(
    st.sampled_from([*FILES, ".", "day", "*", "**", "**/*.txt", "day/*", "-", "./a.txt", "no"]), max_size=6
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(words=WORDS, more=WORDS, recursive=st.booleans())
def test_order_and_number_hold_for_any_words(tree: Path, words: list[str], more: list[str], recursive: bool) -> None:
    """No file comes twice, words given again change nothing, and what comes first stays first."""
    found = sources_of(words, recursive=recursive)
    assert len({each if each == "-" else os.path.realpath(each) for each in found}) == len(found)
    assert sources_of([*words, *words], recursive=recursive) == found
    assert sources_of([*words, *more], recursive=recursive)[: len(found)] == found
    assert sources_of(list(found), recursive=recursive) == found
    assert set(found) <= {"-", "no"} | {each for each in found if Path(each).is_file()}
