"""Hostile documents, transcripts and tables through every plugin that ships: an answer that is sound, or a refusal."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualia import Core, Settings
from qualia.result import Artifact
from tests.pictures import HOSTILE
from tests.plugins.hostile import Case, cases
from tests.plugins.verdict import faults, refused_or_sound

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
# A few cases come in every session, many in the one that looks longer: its profile is chosen before tests are read.
TIMES = [1, *([pytest.param(8, marks=pytest.mark.properties)] if settings().max_examples > 100 else [])]
FORMATS = [
    (plugin, format_)
    for plugin in ("frequency_chart", "sentiment_viz", "wordcloud_viz")
    for format_ in ("html", "svg", "png", "pdf")
]


def few(number: int, *, phases: Sequence[Phase] = tuple(Phase)) -> settings:
    """Return settings for so many cases."""
    return settings(max_examples=number, phases=phases, suppress_health_check=SLOW)


@pytest.fixture(scope="module")
def core() -> Iterator[Core]:
    """Open a Core that remembers no answers, calls everything here and goes on calling what failed."""
    with Core(settings=Settings(cache_max_bytes=0, isolation={"*": "inline"}, max_failures=10**9)) as opened:
        yield opened


def sound(core: Core, case: Case, *, again: bool = True) -> None:
    """Run a case; in a Core of its own once it failed, because the first may refuse what failed before."""
    try:
        refused_or_sound(core, case, again=again)
    except Exception:
        with Core(settings=Settings(cache_max_bytes=0, isolation={"*": "inline"})) as fresh:
            refused_or_sound(fresh, case, again=again)
        raise


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("plugin", ["teams_cleaner", "word_frequency", "sentiment_analyzer"])
def test_a_document_is_answered_or_refused(core: Core, plugin: str, times: int) -> None:
    """Whatever a document holds, the answer comes twice the same and travels as JSON, or it is properly refused."""

    @few(40 * times)
    @given(cases(core, plugin))
    def check(case: Case) -> None:
        sound(core, case)

    check()


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize(("plugin", "format_"), FORMATS)
def test_a_picture_of_any_record_holds_nothing_that_runs(core: Core, plugin: str, format_: str, times: int) -> None:
    """Whatever a record holds, the picture can be read, comes twice the same, and nothing in it runs or fetches."""

    # To make a case small that takes half a second would take minutes; benchmarks.soak does it when asked.
    @few(3 * times, phases=(Phase.generate,))
    @given(cases(core, plugin, fixed={"format": format_}))
    def check(case: Case) -> None:
        sound(core, case)

    check()


@pytest.mark.parametrize("times", TIMES)
def test_a_report_of_any_records_holds_nothing_that_runs(core: Core, times: int) -> None:
    """Whatever the records hold, the report comes twice the same, and has no script or address of its own."""

    @few(12 * times, phases=(Phase.generate,))
    @given(cases(core, "meeting_report"))
    def check(case: Case) -> None:
        sound(core, case)

    check()


@pytest.mark.parametrize("text", [*HOSTILE[:3], "<svg onload=alert(1)>", "<p style='background:url(//x)'>", "<base>"])
def test_markup_that_was_not_escaped_is_noticed(text: str) -> None:
    """The judge of pages tells each payload from the page's own markup."""
    page = Artifact(media_type="text/html", data=f"<html><body>{text}</body></html>".encode(), name="page.html")
    assert list(faults(page, []))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<a href='javascript:alert(1)'/>",
        "<rect onclick='alert(1)'/>",
        "<foreignObject/>",
        "<image href='https://example.org/x.png'/>",
    ],
)
def test_an_svg_that_runs_or_fetches_is_noticed(text: str) -> None:
    """The judge of pictures tells each of them from a drawing."""
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><g>{text}</g></svg>'.encode()
    assert list(faults(Artifact(media_type="image/svg+xml", data=drawing, name="drawing.svg"), []))


@given(st.sampled_from(HOSTILE))
def test_markup_that_was_escaped_is_let_be(text: str) -> None:
    """A payload that only stands there is no fault."""
    policy = "<meta http-equiv='Content-Security-Policy' content=\"script-src 'none';\">"
    data = f"<html><head>{policy}</head><body><p>{html.escape(text)}</p></body></html>".encode()
    assert list(faults(Artifact(media_type="text/html", data=data, name="page.html"), [])) == []
