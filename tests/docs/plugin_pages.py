"""Writes the generated part of each plugin's page from its declaration: ``python -m tests.docs.plugin_pages``.

That part stands between two markers, and everything else on the page is written by hand. It tells what the plugin
takes, gives and needs, its params and the fields of its record, and shows a command with its output, or a picture of
each kind. A test compares it with the declarations. Pictures are drawn anew with ``--pictures``; they depend on the
versions of the libraries that draw, so the test only looks at which there are and how large they are.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

import qualia
from qualia import Artifact, Core, Document
from qualia.plugin import ParamSpec
from qualia.records import SCHEMAS, record_type
from qualia.registry import PluginInfo
from tests.docs.reference import ROOT, fields_of

FOLDER = ROOT / "docs" / "reference" / "plugins"
PICTURES = ROOT / "docs" / "images" / "plugins"
MATERIAL = Path(qualia.__file__).parent / "cli" / "material"
BEGIN = "<!-- generated: begin (python -m tests.docs.plugin_pages writes it from the declaration; edit that) -->"
END = "<!-- generated: end -->"
PART = re.compile(rf"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
MOST_LINES = 4
"""Lines of a section of output that are shown."""
MOST_WIDE = 110
TELLING = ("chart", "colour", "shape")
"""Params that a picture's words name."""
MOST_BYTES = 60_000
MOST_BYTES_TOGETHER = 600_000


@frozen(kw_only=True)
class Example:
    """A command that shows what a plugin is for."""

    words: str
    """What stands behind ``qualia``."""
    pictures: Mapping[str, Mapping[str, Any]]
    """Params of each picture, by the end of its file's name; empty for plugins that draw none."""


def charts(*names: str, **params: Any) -> dict[str, dict[str, Any]]:
    """Return the params of a picture for each value of ``chart``."""
    return {name.replace("_", "-"): {"chart": name, "format": "svg", **params} for name in names}


EXAMPLES = {
    "teams_cleaner": Example(words="process meeting.vtt -p teams_cleaner", pictures={}),
    "word_frequency": Example(
        words="analyze reuniao.vtt -p word_frequency -P top=3 -P collocations=3 -P dispersion=true -P kwic=balcão",
        pictures={},
    ),
    "sentiment_analyzer": Example(
        words="analyze reuniao.vtt -p sentiment_analyzer -P sentences=false -P examples=1", pictures={}
    ),
    "frequency_chart": Example(
        words="visualize reuniao.vtt -p frequency_chart -P chart=treemap -o words.svg",
        pictures=charts(
            "bar", "horizontal_bar", "line", "area", "pie", "treemap", "sunburst", "dispersion", "keyness", top=12
        ),
    ),
    "sentiment_viz": Example(
        words="visualize reuniao.vtt -p sentiment_viz -P chart=gauge -o tone.svg",
        pictures=charts("gauge", "timeline", "distribution", "speakers", "words", "cloud"),
    ),
    "wordcloud_viz": Example(
        words="visualize reuniao.vtt -p wordcloud_viz -P shape=cloud -o cloud.svg",
        pictures={
            "rank": {"format": "svg", "max_words": 60, "width": 960, "height": 480},
            "speaker": {"format": "svg", "max_words": 60, "colour": "speaker", "width": 960, "height": 480},
            "sentiment": {"format": "svg", "max_words": 60, "colour": "sentiment", "width": 960, "height": 480},
            "heart": {"format": "svg", "max_words": 60, "shape": "heart", "width": 640, "height": 520},
        },
    ),
    "meeting_report": Example(words="visualize reuniao.vtt -p meeting_report -o report.html", pictures={}),
}
PLUGINS = sorted(EXAMPLES)
ASKED_OF_WORDS = {"parts": "speakers", "dispersion": True}


def written(plugin: str) -> str:
    """Return a plugin's page as it should be: as it is, with the generated part made anew."""
    text = (FOLDER / f"{plugin}.md").read_text(encoding="utf-8")
    part = f"{BEGIN}\n\n{generated(plugin)}\n\n{END}"
    return PART.sub(lambda _: part, text) if PART.search(text) else f"{text.rstrip()}\n\n{part}\n"


def generated(plugin: str) -> str:
    """Return the generated part of a plugin's page."""
    with Core() as core:
        info, specs = core.plugins[plugin], core.plugins.params(plugin)
    parts = ["## Declaration", *facts(info), "## Params", params(specs)]
    for schema in info.produces:
        if schema in SCHEMAS:
            parts += record(schema)
    parts += shown(plugin)
    return "\n\n".join(parts)


def facts(info: PluginInfo) -> Iterator[str]:
    """Yield a table of what the manifest says."""
    manifest = tomllib.loads((info.folder / "plugin.toml").read_text(encoding="utf-8"))
    given = {
        "kind": f"{info.kind}",
        "version": info.version,
        "accepts": listed(info.accepts),
        "consumes": listed(info.consumes),
        "consumes sometimes": ", ".join(f"`{each}` with `{when}`" for each, when in info.consumes_when.items()),
        "produces": "a `Document`" if info.kind == "document" else listed(info.produces),
        "needs": listed(info.dependencies) or "nothing but the standard library",
        "uses where installed": listed(manifest.get("optional", ())),
    }
    yield "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in given.items() if value)])


def listed(names: Any) -> str:
    """Return names as code, one behind the other."""
    return ", ".join(f"`{name}`" for name in names)


def params(specs: tuple[ParamSpec, ...]) -> str:
    """Return a table of the params."""
    if not specs:
        return "None."
    rows = ["| param | type | default | allowed | what it does |", "|---|---|---|---|---|"]
    for spec in specs:
        cells = (f"`{spec.name}`", typed(spec), default(spec), allowed(spec), spec.help)
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows)


def typed(spec: ParamSpec) -> str:
    """Return what a value is, in a word or two."""
    kind = "list of texts" if spec.kind == "list" else "choice" if spec.choices else spec.kind
    return f"{kind} or none" if spec.optional else kind


def default(spec: ParamSpec) -> str:
    """Return a default as the command line takes it; empty for an empty one."""
    value = spec.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        value = ",".join(value)
    return "" if value in (None, "") else f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def allowed(spec: ParamSpec) -> str:
    """Return what values there are; empty for any."""
    if spec.choices:
        return " ".join(f"`{choice}`" for choice in spec.choices)
    if spec.ge is not None and spec.le is not None:
        return f"{spec.ge:,} to {spec.le:,}"
    return f"at least {spec.ge:,}" if spec.ge is not None else "" if spec.le is None else f"at most {spec.le:,}"


def record(schema: str) -> Iterator[str]:
    """Yield a table of a record's fields; the types they are made of are on a page of their own."""
    kind = record_type(schema)
    yield "## Fields"
    place = f"../records.md#{kind.__name__.lower()}"
    yield f"Of [`{kind.__name__}`]({place}), `{schema}`; the types its fields are made of stand there too."
    rows = [row for row in fields_of(kind) if "ClassVar[" not in row]
    yield "\n".join(["| field | type | default | meaning |", "|---|---|---|---|", *rows])


def shown(plugin: str) -> Iterator[str]:
    """Yield an example's command with the output shortened, and the pictures."""
    example = EXAMPLES[plugin]
    yield "## Example"
    target = example.words.rpartition(" -o ")[2] if " -o " in example.words else ""
    lines = [f"...{target}"] if target else output(example.words)
    yield "\n".join(["```console", f"$ qualia {example.words}", *lines, "```"])
    for name in example.pictures:
        asked = ", ".join(f"{param}={value}" for param, value in example.pictures[name].items() if param in TELLING)
        yield f"![{plugin} with {asked or 'its defaults'}](../../images/plugins/{picture(plugin, name).name})"


def output(words: str) -> list[str]:
    """Return what a command writes beside the demo's meetings: its data shortened, then what it says of them."""
    with tempfile.TemporaryDirectory() as folder:
        for meeting in MATERIAL.glob("*.vtt"):
            shutil.copy(meeting, folder)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QUALIA_", "LC_", "LANG"))}
        done = subprocess.run(
            [sys.executable, "-m", "qualia", *words.split()],
            cwd=folder,
            env=kept | {"PYTHONPATH": str(Path(qualia.__file__).parents[1]), "NO_COLOR": "1", "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=True,
        )
    return [*shortened(done.stdout), *done.stderr.splitlines()]


def shortened(text: str) -> list[str]:
    """Return the beginning of each section of an output; ``...`` stands for the rest."""
    lines: list[str] = []
    for section in text.strip("\n").split("\n\n"):
        rows = section.split("\n")
        kept = rows if len(rows) <= MOST_LINES + 1 else [*rows[:MOST_LINES], "..."]
        lines += ["", *(row if len(row) <= MOST_WIDE else f"{row[: MOST_WIDE - 3].rstrip()}..." for row in kept)]
    return lines[1:]


def picture(plugin: str, name: str) -> Path:
    """Return where a picture stands."""
    return PICTURES / f"{plugin}-{name}.{EXAMPLES[plugin].pictures[name]['format']}"


def draw(plugin: str) -> None:
    """Draw a plugin's pictures anew, of the demo's Portuguese meeting."""
    PICTURES.mkdir(exist_ok=True)
    with Core() as core:
        meeting = Document.from_path(MATERIAL / "reuniao.vtt", title="Reunião")
        for name, asked in EXAMPLES[plugin].pictures.items():
            is_words = "word-frequencies/1" in core.plugins[plugin].consumes
            given = [core.run("word_frequency", meeting, ASKED_OF_WORDS), meeting] if is_words else meeting
            artifact = core.run(plugin, given, asked, returns=Artifact).value
            picture(plugin, name).write_bytes(artifact.data)
            sys.stdout.write(f"{picture(plugin, name)} {len(artifact.data)} B\n")


def main(words: list[str]) -> int:
    """Write all pages and name those that changed."""
    for plugin in PLUGINS:
        if "--pictures" in words:
            draw(plugin)
        path = FOLDER / f"{plugin}.md"
        text = written(plugin)
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
