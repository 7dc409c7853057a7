"""What runs gave, as lines, tables and bars: nothing is lost silently, and nothing is wider than there is room."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from qualia._safe import safe_text
from qualia.client import HostEvent
from qualia_tui.lines import Span
from qualia_tui.model.artifacts import decoded_bytes, extent_of, head_of, is_artifact, preview
from qualia_tui.model.charts import bar, leaning, progress_bar
from qualia_tui.model.doing import Doing, doing_lines
from qualia_tui.model.folders import folder_columns
from qualia_tui.model.form import form_columns
from qualia_tui.model.health_view import plugin_columns
from qualia_tui.model.outline import outline
from qualia_tui.model.plan import subject_columns, tree_columns
from qualia_tui.model.plugin_view import LETTERS, Order, columns
from qualia_tui.model.results import StepAnswer, View, steps_of
from qualia_tui.model.state import JobFacts, changed_job
from qualia_tui.model.texts import Paragraph, cells, figure, lines_of, offset, wrapped
from qualia_tui.words import speaking
from tests.tui.pipelines_data import PNG, mood, outcome, picture, result, told, transcript, words

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=25,
)


def view(answer: dict[str, Any], key: str) -> View:
    """Return one view of a result."""
    return next(
        each for each in StepAnswer(step="s", plugin="p", status="ok", result=answer).views() if each.key == key
    )


def said(shown: View, width: int = 76, wanted: str = "") -> list[str]:
    """Return what a view says, line by line, the cells of a table with bars between them."""
    if shown.table is not None:
        rows = (row for row in shown.rows(width, wanted) if row is not None)
        return ["|".join(cell.text for cell in row.cells) for row in rows]
    return ["".join(span.text for span in line) for line in shown.lines(width, wanted) if line is not None]


@given(st.floats(-1, 2), st.integers(-1, 80))
def test_a_bar_never_leaves_its_cells(share: float, width: int) -> None:
    """It has at most its cells, at least a sliver of anything there is, and nothing of nothing."""
    drawn = bar(share, width)
    assert len(drawn) <= max(0, width)
    assert bool(drawn) == (share > 0 and width > 0)
    assert len(progress_bar(share, width)) == max(0, width)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 60))
def test_a_larger_share_has_no_shorter_bar(first: float, second: float, width: int) -> None:
    """Bars can be compared."""
    small, large = sorted((first, second))
    assert len(bar(small, width)) <= len(bar(large, width))


@given(st.floats(-1, 1), st.integers(1, 30))
def test_a_leaning_bar_keeps_its_middle(value: float, half: int) -> None:
    """The middle stands where it stands, and only one side of it is filled."""
    drawn = leaning(value, half)
    assert len(drawn) == 2 * half + 1
    assert drawn[half] == "│"
    assert drawn[half + 1 :].strip() == "" or drawn[:half].strip() == ""
    if abs(value) >= 0.05:
        assert "█" in (drawn[:half] if value < 0 else drawn[half + 1 :])


@given(st.text(max_size=300), st.integers(2, 60))
def test_folded_text_fits_and_loses_nothing(text: str, width: int) -> None:
    """No line is wider than the width, and every character that is no space stands in one."""
    lines = list(wrapped(text, width))
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(safe_text(text).split())


@given(st.text(max_size=120), st.text(max_size=30), st.integers(0, 10), st.integers(20, 80))
def test_a_paragraph_loses_nothing(text: str, lead: str, indent: int, width: int) -> None:
    """What stands before a text and the text itself are all in its lines."""
    lines = lines_of(Paragraph(text=text, lead=(Span(lead),), indent=indent), width)
    together = "".join(span.text for line in lines for span in line)
    assert "".join(together.split()) == "".join((lead + safe_text(text)).split())


@given(PLAIN)
def test_any_plain_data_has_an_outline(value: Any) -> None:
    """Every text and name in it can be read in its outline, which ends where it says it does."""
    paragraphs = list(outline(value, most=50))
    assert 1 <= len(paragraphs) <= 51
    if len(paragraphs) <= 50:
        together = "".join(each.plain for each in paragraphs)
        assert all(text in together for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)


@given(
    PLAIN, st.sampled_from(["document/1", "word-frequencies/1", "sentiment/1", "other/1", None]), st.integers(20, 140)
)
def test_any_value_can_be_looked_at(value: Any, produces: str | None, width: int) -> None:
    """Whatever a plugin of whatever version gave, every view says something and every row has a cell a column."""
    for each in StepAnswer(step="s", plugin="p", status="ok", result=result("p", produces, value)).views():
        columns = each.columns(width)
        assert all(row is None or len(row.cells) == len(columns) for row in each.rows(width, ""))
        assert each.table is not None or list(each.lines(width, ""))
        assert each.title


def test_words_have_bars() -> None:
    """The most frequent word has the longest bar, and how often it occurs in a million is told where there is room."""
    lines = said(view(words(), "table-words"))
    assert lines[0].startswith("orçamento|12|████")
    assert lines[0].endswith("|12,000")
    assert [len(line.split("|")[2]) for line in lines] == sorted(
        (len(line.split("|")[2]) for line in lines), reverse=True
    )
    assert said(view(words(), "table-words"), 50)[0].count("|") == 2


def test_a_filter_looks_through_rows_and_lines() -> None:
    """What does not fit is held back, what fits after an exclamation mark too."""
    assert [line.split("|")[0] for line in said(view(words(), "table-words"), wanted="rel")] == ["relatório"]
    assert [line.split("|")[0] for line in said(view(words(), "table-words"), wanted="!e")] == ["prazo"]
    assert said(view(transcript(), "transcript"), wanted="prazo") == ["        O prazo é terrível."]


def test_a_transcript_says_who_speaks_when() -> None:
    """Who begins to speak is named once, with the time; what is said stands below."""
    assert said(view(transcript(), "transcript")) == [
        "ana",
        "",
        "  00:01 Ana Lima",
        "        Bom dia, pessoal!",
        "  00:05 Bruno Sá",
        "        O prazo é terrível.",
        "  01:10 Ana Lima",
        "        É.",
    ]


def test_a_mood_has_a_timeline() -> None:
    """Each stretch leans to its side, and says by how much."""
    lines = said(view(mood(), "mood"))
    assert "  00:00 +0.60         │█████    1 sentence" in lines
    assert "  00:09 -0.80   ██████│         1 sentence" in lines
    assert lines[0].startswith("polarity -0.10")


def test_sentences_are_marked_by_more_than_a_colour() -> None:
    """A sign stands before each figure."""
    assert [line.split("|")[0] for line in said(view(mood(), "table-sentences"))] == ["+ 0.60", "- 0.80", "· 0.00"]


def test_numbers_are_told_as_the_language_has_them() -> None:
    """A comma stands in Portuguese where English has a point."""
    assert figure(0.4483) == "0.4483"
    assert figure(13452.91) == "13453"
    with speaking("pt-BR"):
        assert figure(0.4483) == "0,4483"
        assert said(view(mood(), "table-sentences"))[0].startswith("+ 0,60")


def test_counts_of_any_plugin_have_bars() -> None:
    """Plain data that is a number for each name is drawn."""
    lines = said(view(result("toy", None, {"sim": 4, "não": 2, "talvez": 0}), "counts"))
    assert lines[0].startswith("sim|4|████")
    assert lines[2] == "talvez|0|"


def test_a_picture_tells_its_extent() -> None:
    """Name, kind, size, and how large it is are told; the bytes are not."""
    lines = said(view(picture(), "file"))
    assert "name: bars.png" in lines
    assert "extent: 960 × 540" in lines
    assert f"size: {len(PNG)} B" in lines


@given(st.binary(max_size=200))
def test_the_size_of_a_file_is_told_without_decoding_it(data: bytes) -> None:
    """It is known from the text's length alone."""
    encoded = base64.b64encode(data).decode("ascii")
    assert decoded_bytes(encoded) == len(data)
    assert head_of(encoded) == data


@given(st.binary(max_size=300), st.sampled_from(["image/png", "image/svg+xml", "text/html", "text/plain", "x/y"]))
def test_broken_files_break_nothing(data: bytes, media_type: str) -> None:
    """Bytes that are not what they are said to be have no extent, and begin somehow."""
    extent_of(data, media_type)
    assert all(isinstance(line, str) for line in preview(data, media_type))


def test_pages_are_told_without_their_code() -> None:
    """Of a page what it says is shown, and nothing of its scripts and styles."""
    page = (
        b"<html><style>p{}</style><script>alert(1)</script><h1>Rela&ccedil;&otilde;es</h1><p>Um <b>dia</b></p></html>"
    )
    assert list(preview(page, "text/html")) == ["Relações", "Um", "dia"]


def test_drawings_tell_their_extent() -> None:
    """Width and height of an SVG, or those of its view box."""
    assert extent_of(b'<svg width="640px" height="480"></svg>', "image/svg+xml") == (640, 480)
    assert extent_of(b"<svg xmlns='x' viewBox='0 0 30 20'></svg>", "image/svg+xml") == (30, 20)
    assert extent_of(b"<svg>", "image/svg+xml") is None


def test_what_holds_more_than_a_file_is_none() -> None:
    """Plain data with the names of a file's facts and others besides are plain data."""
    assert is_artifact({"media_type": "a", "data": "", "name": "b"})
    assert not is_artifact({"media_type": "a", "data": "", "name": "b", "more": 1})


def test_where_a_result_comes_from_is_told() -> None:
    """Plugin, version, code, params, inputs and machine, and what it was made from in turn."""
    answer = words()
    answer["provenance"]["upstream"] = [transcript()["provenance"]]
    answer["cached"] = True
    lines = said(view(answer, "origin"))
    assert lines[0] == "word_frequency 1.0.0  word-frequencies/1"
    assert "  params: top=100, keep_words=–" in lines
    assert "    teams_cleaner 1.0.0  document/1" in lines
    assert "kept from before: nothing was computed for it this time" in lines


def test_steps_of_a_pipeline_and_of_one_plugin_are_told_alike() -> None:
    """Each step with its plugin; a plugin that was run alone is its own step."""
    assert [(each.step, each.plugin) for each in steps_of(outcome())][:2] == [
        ("clean", "teams_cleaner"),
        ("count", "word_frequency"),
    ]
    assert [each.step for each in steps_of({**told(), "result": words(), "steps": []})] == ["word_frequency"]
    assert steps_of(None) == ()


@pytest.mark.parametrize("status", ["failed", "skipped"])
def test_a_step_without_a_result_says_why(status: str) -> None:
    """Its reason is the one thing there is to look at."""
    answer = {
        "steps": [{"step": "a", "plugin": "b", "status": status, "result": None, "error": None, "reason": "no luck"}]
    }
    (step,) = steps_of(answer)
    assert [said(each) for each in step.views()] == [["no luck"]]


def test_what_differs_from_an_earlier_run_comes_first() -> None:
    """A run that was repeated tells its differences before anything else."""
    told_step = {
        "step": "a",
        "plugin": "b",
        "status": "ok",
        "result": words(),
        "differences": ["the code is another one"],
    }
    (step,) = steps_of({"steps": [told_step]})
    assert said(step.views()[0]) == ["the code is another one"]


def test_moments_of_a_recording() -> None:
    """Minutes and seconds, and hours where there are any."""
    assert [offset(0), offset(75.9), offset(3_661)] == ["00:00", "01:15", "1:01:01"]


def test_a_step_that_was_stopped_did_not_fail() -> None:
    """Its event is that of a failure; what it failed of tells."""
    event = HostEvent(kind="step_failed", seq=1, step="hang", details={"error_type": "RunCancelled"})
    job = changed_job(JobFacts(id="r1"), event)
    assert job.steps["hang"].state == "cancelled"
    doing = Doing(job=evolve(job, state="cancelled"))
    shown = "\n".join("".join(span.text for span in each) for each in doing_lines(doing, 60))
    assert "× hang  stopped" in shown
    assert "failed" not in shown


@pytest.mark.parametrize("language", ["en", "pt-BR"])
@pytest.mark.parametrize("width", [56, 76, 116])
def test_headings_fit_their_columns(language: str, width: int) -> None:
    """No heading is cut in either language, unless its column takes what room there is."""
    with speaking(language):
        made = [StepAnswer(step="s", plugin="p", status="ok", result=each) for each in (mood(), transcript(), words())]
        found = [each.columns(width) for step in made for each in step.views() if each.table is not None]
        found += [subject_columns(), tree_columns(), form_columns(), folder_columns()]
        found += [plugin_columns(), *(columns(Order(key=key)) for key in LETTERS.values())]
        cut = [each.title for several in found for each in several if not each.grow and cells(each.title) > each.width]
    assert cut == []


def test_a_drawing_is_previewed_by_what_it_says() -> None:
    """Its title and words, and no code, fonts or coordinates."""
    style = "@font-face{src:url(data:font/woff;base64," + "A" * 2000 + ")}"
    drawing = f'<svg viewBox="0 0 9 9"><title>Word cloud</title><style>{style}</style><text x="3">people</text></svg>'
    assert list(preview(drawing.encode(), "image/svg+xml")) == ["Word cloud", "people"]
