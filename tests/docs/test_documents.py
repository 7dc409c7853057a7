"""The code in README and docs runs as printed.

A block of Python runs as a script; a block of shell runs line by line when its lines call ``qualia``. All blocks of one
document run in one folder, in order, beside ``meeting.vtt``, ``reuniao.vtt`` and ``pipelines/meeting.toml`` from the
demo. A block whose fence says ``title="some/file"``, or that follows a line ending in the file's name in backticks and
a colon, is written there first. A line of output printed in a ``console``
block must come out of the command above it; ``...`` stands for anything. A block that cannot run has
``<!-- not run: the reason -->`` on the line above it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from attrs import frozen

import qualia

ROOT = Path(__file__).parents[2]
MATERIAL = Path(qualia.__file__).parent / "cli" / "material"
DOCUMENTS = [path for path in (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))) if path.is_file()]
FENCE = re.compile(r"^(?P<indent> *)(?P<fence>```+|~~~+)(?P<info>.*)$")
REASON = re.compile(r"<!--\s*not run:\s*(?P<reason>\S.*?)\s*-->")
TITLE = re.compile(r'title="([^"]+)"')
NAMED_ABOVE = re.compile(r"`([\w.-]+(?:/[\w.-]+)+)`:$")
SHELLS = ("bash", "console", "sh", "shell")
# What a block of shell may do beside calling qualia: look at files, make them, and test plugins.
HARMLESS = ("qualia", "cat", "cd", "cp", "echo", "head", "ls", "mkdir", "pytest", "wc")


@frozen(kw_only=True)
class Block:
    """A fenced block of code."""

    line: int
    language: str
    title: str | None
    """The file it shows; None when it is no file."""
    reason: str | None
    """Why it is not run; None when it is."""
    code: str


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a Markdown text, in order."""
    found: list[Block] = []
    lines = text.splitlines()
    position = 0
    while position < len(lines):
        opening = FENCE.match(lines[position])
        if opening is None:
            position += 1
            continue
        close = next(
            (
                number
                for number in range(position + 1, len(lines))
                if lines[number].strip() == opening["fence"][0] * max(3, len(opening["fence"]))
            ),
            len(lines),
        )
        above = next((line for line in reversed(lines[:position]) if line.strip()), "")
        reason = REASON.search(above)
        title = TITLE.search(opening["info"]) or NAMED_ABOVE.search(above)
        indent = len(opening["indent"])
        found.append(
            Block(
                line=position + 1,
                language=(opening["info"].split() or [""])[0].lower(),
                title=title[1] if title else None,
                reason=reason["reason"] if reason else None,
                code="\n".join(line[indent:] for line in lines[position + 1 : close]) + "\n",
            )
        )
        position = close + 1
    return found


def commands(block: Block) -> list[tuple[str, list[str]]]:
    """Return a shell block's commands, each with the lines of output printed below it."""
    found: list[tuple[str, list[str]]] = []
    prompted = any(line.startswith("$ ") for line in block.code.splitlines())
    unfinished = False
    for line in block.code.splitlines():
        if unfinished:
            command, output = found.pop()
            found.append((f"{command}\n{line}", output))
        elif prompted and not line.startswith("$ "):
            if found and line.strip():
                found[-1][1].append(line)
            continue
        elif line.strip() and not line.lstrip().startswith("#"):
            found.append((line.removeprefix("$ "), []))
        else:
            continue
        unfinished = line.endswith("\\")
    return found


def environment() -> dict[str, str]:
    """Return an environment in which ``qualia`` is the one under test and nothing comes from the machine's owner."""
    scripts = sysconfig.get_path("scripts")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUALIA_")}
    return kept | {"PATH": os.pathsep.join((scripts, kept.get("PATH", ""))), "COLUMNS": "120", "NO_COLOR": "1"}


def run(command: str | list[str], folder: Path) -> str:
    """Run a command and return all it wrote; fail with that when its exit code is not 0."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        shell=isinstance(command, str),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command} exits with {done.returncode}:\n{done.stdout}"
    return done.stdout


def check(block: Block, document: str, folder: Path) -> None:
    """Run a block and compare what it writes with what is printed."""
    where = f"{document}:{block.line}"
    if block.title is not None:
        (folder / block.title).parent.mkdir(parents=True, exist_ok=True)
        (folder / block.title).write_text(block.code, encoding="utf-8")
    if block.reason is not None:
        return
    if block.language == "python":
        script = folder / (block.title or f"block_{block.line}.py")
        script.write_text(block.code, encoding="utf-8")
        run([sys.executable, str(script)], folder)
    if block.language not in SHELLS:
        return
    for command, output in commands(block):
        strange = [part for part in re.split(r"&&|\|\||[|;]", command) if part.split()[:1][0] not in HARMLESS]
        assert strange == [], f"{where} is not run; say why above it: <!-- not run: the reason -->"
        written = " ".join(run(command, folder).split())
        for line in output:
            pattern = ".*?".join(re.escape(" ".join(part.split())) for part in re.split(r"\.\.\.|…", line))
            assert re.search(pattern, written), f"{where}: `{command}` does not write {line!r} but: {written}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the demo's meetings and its pipeline."""
    for meeting in MATERIAL.glob("*.vtt"):
        shutil.copy(meeting, tmp_path)
    (tmp_path / "pipelines").mkdir()
    for pipeline in MATERIAL.glob("*.toml"):
        shutil.copy(pipeline, tmp_path / "pipelines")
    return tmp_path


def test_there_is_something_to_check() -> None:
    """README is there and shows code that runs."""
    readme = ROOT / "README.md"
    ran = [block.language for block in blocks(readme.read_text(encoding="utf-8")) if block.reason is None]
    assert {"python"} <= set(ran)
    assert set(ran) & set(SHELLS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_block_of_code_runs_as_printed(document: Path, folder: Path) -> None:
    """Each block of the document runs, in order, and writes what the document says it writes."""
    for block in blocks(document.read_text(encoding="utf-8")):
        check(block, document.name, folder)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    """A relative link or picture names a file that is in the repository."""
    text = re.sub(r"(?ms)^(```+|~~~+).*?^\1\s*$", "", document.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text)
    targets = [(first or second).partition("#")[0] for first, second in links]
    local = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
    # Links to the sources cannot be followed where only the wheel and the documents are.
    checked = [target for target in local if target.endswith((".md", ".png", ".svg", ".jpg"))]
    absent = [target for target in checked if not (document.parent / target).is_file()]
    assert absent == []


def test_a_block_is_found_with_its_language_title_and_reason() -> None:
    """Fences of both kinds, titles, indentation and reasons are read as meant."""
    shell = "<!-- not run: needs a network -->\n```sh\npip install x\n```\n"
    named = "and `p/plugin.toml`:\n\n```toml\nid = 1\n```\n"
    text = f"# T\n\n{shell}- a\n\n" + '  ~~~python title="p/a.py"\n  x = 1\n  ~~~\n' + named
    assert [(b.line, b.language, b.title, b.reason, b.code) for b in blocks(text)] == [
        (4, "sh", None, "needs a network", "pip install x\n"),
        (9, "python", "p/a.py", None, "x = 1\n"),
        (14, "toml", "p/plugin.toml", None, "id = 1\n"),
    ]


def test_printed_output_is_told_from_commands() -> None:
    """In a block with prompts, lines without one are output; a backslash continues a command."""
    block = Block(line=1, language="console", title=None, reason=None, code="$ qualia list \\\n  -v\none\n$ ls\n")
    assert commands(block) == [("qualia list \\\n  -v", ["one"]), ("ls", [])]


def test_a_block_that_fails_is_reported(tmp_path: Path) -> None:
    """A command that exits with another code than 0, or writes something else, does not pass."""
    wrong = Block(line=3, language="console", title=None, reason=None, code="$ echo one\ntwo\n")
    with pytest.raises(AssertionError, match=r"GUIDE\.md:3: `echo one` does not write 'two'"):
        check(wrong, "GUIDE.md", tmp_path)
    with pytest.raises(AssertionError, match="exits with 1"):
        check(Block(line=1, language="python", title=None, reason=None, code="raise OSError\n"), "GUIDE.md", tmp_path)
    with pytest.raises(AssertionError, match="say why above it"):
        check(Block(line=1, language="sh", title=None, reason=None, code="pip install x\n"), "GUIDE.md", tmp_path)
