"""What ``qualia demo`` writes: two meetings, read, counted, judged and drawn by the shipped pipeline.

One report holds both meetings, each in its own language: a single file to open, print or send, whose cover shows that
the same steps read both. Beside it each meeting has a folder with the files ``qualia pipeline`` would write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

from qualia._files import write_whole
from qualia.cli.delivery import deliver_all
from qualia.cli.report import Meeting, Picture, report_page
from qualia.cli.words import _
from qualia.core import Core
from qualia.document import Document
from qualia.draw import Language
from qualia.errors import UnwritableOutput
from qualia.pipeline import Pipeline
from qualia.records import Sentiment, WordFrequencies
from qualia.result import Artifact, Outcome, Result

MATERIAL = Path(__file__).parent / "material"
REPORT = "report.html"
_PICTURES: tuple[Picture, ...] = ("chart", "chart_phone", "cloud", "mood", "mood_phone")


@frozen(kw_only=True)
class _Shipped:
    """A meeting that ships."""

    file: str
    title: str
    language: Language


_MEETINGS = (
    _Shipped(file="reuniao.vtt", title="Retrospectiva do Agendão", language="pt"),
    _Shipped(file="meeting.vtt", title="Debrief of the autumn interviews", language="en"),
)


def run(folder: Path, *, core: Core, tell: Callable[[str], None], language: Language = "en") -> list[Path]:
    """Analyse the shipped meetings and write transcripts, results, pictures and one report; return the files.

    Everything is computed before the first file is written. In a folder that is there already, files of the same
    names are replaced and all others stay.

    Args:
        folder: where to write; made if need be.
        core: runs the pipeline.
        tell: hears a sentence before each meeting and before writing.
        language: of the report's cover; each meeting's part is in the language of the meeting.

    Raises:
        UnwritableOutput: the folder or a file in it cannot be written.
        PluginError: a plugin cannot be loaded or failed.
    """
    _make(folder)
    pipeline = Pipeline.from_path(MATERIAL / "meeting.toml")
    meetings: list[Meeting] = []
    files: dict[str, dict[str, bytes]] = {}
    for shipped in _MEETINGS:
        tell(_("Reading and drawing {title} ...", title=shipped.title))
        document = Document.from_path(MATERIAL / shipped.file, title=shipped.title)
        outcome = core.run_pipeline(pipeline, document)
        meetings.append(_meeting(shipped, outcome))
        files[Path(shipped.file).stem] = dict(_files(outcome))
    title = "Duas reuniões, em números" if language == "pt" else "Two meetings, in figures"
    report = report_page(meetings, title=title, language=language)
    tell(_("Writing the report ..."))
    paths = [path for name, data in files.items() for path in deliver_all(folder / name, data, force=True)]
    return [write_whole(folder / REPORT, report), *paths]


def _meeting(shipped: _Shipped, outcome: Outcome) -> Meeting:
    pictures: Mapping[Picture, Result[Artifact]] = {name: outcome[name].into(Artifact) for name in _PICTURES}
    return Meeting(
        title=shipped.title,
        language=shipped.language,
        document=outcome["clean"].into(Document),
        words=outcome["words"].into(WordFrequencies),
        sentiment=outcome["sentiment"].into(Sentiment),
        pictures=pictures,
        command=f"qualia pipeline {shipped.file} -c meeting.toml -o results",
    )


def _files(outcome: Outcome) -> Iterator[tuple[str, bytes]]:
    for step, result in outcome.items():
        if isinstance(result.value, Artifact):
            yield f"{step}{Path(result.value.name).suffix}", result.value.data
            continue
        if isinstance(result.value, Document):
            yield f"{step}.txt", f"{result.value.text}\n".encode()
        yield f"{step}.json", f"{result.to_json(indent=2)}\n".encode()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableOutput(str(folder), (error.strerror or str(error)).lower()) from error
