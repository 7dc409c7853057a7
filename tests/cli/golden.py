"""Writes the golden files of the commands: ``python -m tests.cli.golden``.

There is one for each command and language: its help, what it says when it works, and what it says when it does not.
What differs from machine to machine and from run to run is replaced. `test_golden` compares them with what is said now.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from attrs import frozen

from qualia._version import __version__
from qualia.cli import main
from qualia.cli.commands import commands
from tests.cli.conftest import MANIFEST, PLUGINS

FOLDER = Path(__file__).with_name("golden")
LANGUAGES = {"en": "en_US.UTF-8", "pt": "pt_BR.UTF-8"}
SETTINGS = 'installed_plugins = false\n\n[producers]\n"word-frequencies/1" = "toy_count"\n'
PIPELINE = '[[steps]]\nplugin = "toy_upper"\n\n[[steps]]\nplugin = "toy_count"\n'
KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "PYTHONPATH")
Words = Sequence[str]


@frozen(kw_only=True)
class Sample:
    """How a command is shown."""

    works: Words
    """Words behind ``qualia`` that end with 0."""
    fails: Words
    """Words that do not."""
    before: tuple[Words, ...] = ()
    """What is run before, unseen."""
    masked: str = ""
    """A pattern of what nobody can foretell in what it says."""


# What ships is shown elsewhere, and is no business of a command that lists.
SHIPPED = r"(?m)^(frequency_chart|meeting_report|sentiment_viz|teams_cleaner|wordcloud_viz)\b.*$"
BESIDES = r"(, )?\b(frequency_chart|meeting_report|sentiment_analyzer|sentiment_viz|teams_cleaner|wordcloud_viz)\b"
COUNT = ("analyze", "notes.txt", "-p", "toy_count")
SAMPLES: Mapping[str, Sample] = {
    "process": Sample(
        works=("process", "notes.txt", "-p", "toy_upper"), fails=("process", "no.txt", "-p", "toy_upper")
    ),
    "analyze": Sample(works=COUNT, fails=(*COUNT, "-P", "topp=2")),
    "visualize": Sample(
        works=("visualize", "notes.txt", "-p", "toy_draw", "-o", "chart.png"),
        fails=("visualize", "notes.txt", "-p", "toy_count"),
    ),
    "pipeline": Sample(
        works=("pipeline", "notes.txt", "-c", "steps.toml", "-o", "out"),
        fails=("pipeline", "notes.txt", "-c", "absent.toml"),
    ),
    "demo": Sample(works=("demo", "--help"), fails=("demo", "-o", "notes.txt")),
    "menu": Sample(works=("menu", "--help"), fails=("menu",)),
    "batch": Sample(
        works=("batch", "notes.txt", "-p", "toy_count", "-o", "out"),
        fails=("batch", "absent", "-p", "toy_count", "-o", "out"),
    ),
    "watch": Sample(
        works=("watch", "inbox", "--once", "--settle", "0.01", "-p", "toy_count", "-o", "out"),
        fails=("watch", "absent", "-p", "toy_count", "-o", "out"),
    ),
    "export": Sample(
        before=((*COUNT, "-o", "words.json"),),
        works=("export", "words.json", "-f", "csv", "-o", "words.csv"),
        fails=("export", "notes.txt", "-f", "csv"),
    ),
    "list": Sample(works=("list", "--kind", "document"), masked=SHIPPED, fails=("list", "--kind", "documents")),
    "list-visualizers": Sample(works=("list-visualizers",), masked=SHIPPED, fails=("list-visualizers", "--colour")),
    "inspect": Sample(works=("inspect", "toy_count"), fails=("inspect", "toy_coutn")),
    "plugins": Sample(works=("plugins", "disable", "toy_count"), fails=("plugins", "use", "toy_count", "9.9.9")),
    "config": Sample(works=("config", "validate", "qualia.toml"), fails=("config", "shwo")),
    "init": Sample(works=("init", "study"), fails=("init", "notes.txt")),
    "history": Sample(
        before=(COUNT,), works=("history", "list", "--format", "csv"), fails=("history", "show", "0123456789")
    ),
    "cache": Sample(works=("cache", "verify"), fails=("cache", "clear", "--older-than", "soon")),
    "create": Sample(works=("create", "questions", "-o", "questions"), fails=("create", "No Name")),
    "dev": Sample(works=("dev", "plugins/toy_count", "--sample", "notes.txt", "--once"), fails=("dev", "absent")),
    "validate": Sample(
        before=(("create", "questions", "-o", "questions"),),
        works=("validate", "questions", "--no-run"),
        fails=("validate", "absent"),
    ),
    "host": Sample(works=("host", "--help"), fails=("host", "--idle-exit", "-1")),
    "watch-plugins": Sample(works=("watch-plugins", "--help"), fails=("watch-plugins", "--project", "absent")),
    "doctor": Sample(
        works=("doctor", "--check", "settings", "--check", "history"), fails=("doctor", "--check", "nothing")
    ),
    "health": Sample(works=("health",), masked=BESIDES, fails=("health", "--watch", "--every", "0")),
    "status": Sample(works=("status", "--help"), fails=("status", "--watch", "--every", "0")),
    "completion": Sample(works=("completion", "fish"), fails=("completion", "tcsh")),
    "spec": Sample(works=("spec", "spec"), fails=("spec", "spc")),
}


def written(name: str, language: str) -> str:
    """Return what a golden file should hold."""
    sample = SAMPLES[name]
    with tempfile.TemporaryDirectory(prefix="golden") as made, _beside(Path(made).resolve(), language) as folder:
        for words in sample.before:
            _run(words)
        shown = [_shown(words, folder, sample.masked) for words in ((name, "--help"), sample.works, sample.fails)]
    return "\n".join(shown)


def _shown(words: Words, folder: Path, masked: str) -> str:
    """Return a command line, what it said, and its code."""
    out, err, code = _run(words)
    said = [f"$ qualia {' '.join(words)}", *out.splitlines()]
    said += [f"! {line}" for line in err.splitlines()]
    return _plain("\n".join(said), folder, masked) + f"\n[{code}]\n"


def _run(words: Words) -> tuple[str, str, int]:
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
        code = main(words)
    texts = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        texts.append(stream.read())
    return texts[0], texts[1], int(code)


def _plain(text: str, folder: Path, masked: str) -> str:
    """Return text without what differs from run to run."""
    replaced = {
        re.escape(str(folder)): "<folder>",
        re.escape(__version__): "<version>",
        r"\b\d+([.,]\d+)? (files|arquivos)/s": "<number> files/s",
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?": "<time>",
        r"\b\d+([.,]\d+)? ?(ms|s)\b": "<seconds>",
        r"\b\d\d:\d\d:\d\d\b": "<time>",
        r"\b0\.\d{3,}\b": "<number>",
        r"\b[0-9a-f]{10,64}\b": "<id>",
        **({masked: "<...>"} if masked else {}),
    }
    told = text
    for pattern, name in replaced.items():
        told = re.sub(pattern, name, told)
    if told != text:
        # Columns are as wide as what was replaced.
        told = re.sub(r"(?<=\S)  +", "  ", told)
    return "\n".join(line.rstrip() for line in told.splitlines())


@contextlib.contextmanager
def _beside(folder: Path, language: str) -> Generator[Path, None, None]:
    """Work in a project with a document, a pipeline and small plugins, in a language, at 80 columns."""
    for plugin, kind, code, more in PLUGINS:
        place = folder / "plugins" / plugin
        place.mkdir(parents=True)
        text = MANIFEST.format(id=plugin, kind=kind, summary=f"A {kind} for tests.", more=more)
        (place / "plugin.toml").write_text(text, encoding="utf-8")
        (place / "__init__.py").write_text(code, encoding="utf-8")
    (folder / "qualia.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "notes.txt").write_text("a a a b b c João\n", encoding="utf-8")
    (folder / "inbox").mkdir()
    (folder / "inbox" / "new.txt").write_text("a b\n", encoding="utf-8")
    (folder / "steps.toml").write_text(PIPELINE, encoding="utf-8")
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"LANG": LANGUAGES[language], "COLUMNS": "80", "HOME": str(folder), "NO_COLOR": "1"}
    here, roomy = Path.cwd(), lambda _folder: SimpleNamespace(free=10**12, used=10**12, total=2 * 10**12)
    with (
        patch.dict(os.environ, environment, clear=True),
        patch.object(sys, "stdin", io.StringIO()),
        patch("shutil.disk_usage", roomy),
        patch("qualia._engine.health.monitor.brought", lambda *_: ()),
    ):
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(here)


def place(name: str, language: str) -> Path:
    """Return where a golden file stands."""
    return FOLDER / f"{name}.{language}.txt"


def main_of(names: Sequence[str]) -> int:
    """Write the golden files of some commands, or of all, and name those that changed; those of no command go."""
    FOLDER.mkdir(exist_ok=True)
    wanted = names or list(SAMPLES)
    for name in wanted:
        for language in LANGUAGES:
            path, text = place(name, language), written(name, language)
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8", newline="\n")
                sys.stdout.write(f"{path}\n")
    known = {each.name for each in commands()}
    for path in FOLDER.glob("*.txt"):
        if path.name.partition(".")[0] not in known:
            path.unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main_of(sys.argv[1:]))
