from __future__ import annotations

import struct
import subprocess
import sys
from typing import Any, Literal
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.draw import (
    draw,
    drawable,
    fitted,
    frame,
    headline,
    lacking,
    lacking_note,
    notice,
    plotly_text,
    text_width,
    theme,
    wrapped,
)

HOSTILE = "</script><script>alert(1)</script> $x^$ \u202e 漢字 \U0001f9d1\u200d\U0001f33e"


def picture(kind: Literal["png", "svg"], *, title: str = "A title") -> bytes:
    def paint(figure: Any) -> None:
        head = headline(figure, title=title, subtitle="below", colours=theme("light"))
        axes = frame(figure, left=40, top=head, width=200, height=100)
        axes.bar([0, 1], [1, 2], label="bars", hatch="/")
        axes.set_xticks([0, 1], [drawable(HOSTILE), "b"])

    return draw(paint, width=300, height=201, format=kind, colours=theme("light"), title=title, alt="what it shows")


def test_drawing_is_importable_without_the_libraries_that_draw() -> None:
    """Importing the room loads neither matplotlib nor plotly nor numpy."""
    code = "import sys, qualia.draw; print(sorted({'matplotlib', 'plotly', 'numpy', 'attrs'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_png_has_the_size_asked_for_and_always_the_same_bytes() -> None:
    """Width and height are pixels, and nothing of the moment is written."""
    data = picture("png")
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (300, 201)
    assert data == picture("png")


def test_an_svg_keeps_its_text_and_asks_no_address_for_anything() -> None:
    """Text stays text, the picture is named and described, and links point inside only."""
    data = picture("svg", title="T & <b>")
    root = ElementTree.fromstring(data)
    texts = "".join(root.itertext())
    assert (root.get("width"), root.get("height"), root.get("role")) == ("300", "201", "img")
    assert (root[0].text, root[1].text) == ("T & <b>", "what it shows")
    assert "<script>alert(1)</script> $x^$" in texts
    assert [
        value
        for node in root.iter()
        for name, value in node.items()
        if name.rpartition("}")[2] in ("href", "src") and not value.startswith("#")
    ] == []
    assert b"<!DOCTYPE" not in data
    assert data == picture("svg", title="T & <b>")


def test_a_host_programs_style_changes_no_picture_and_is_kept() -> None:
    """Settings of matplotlib are the same before and after, and those of the host do not show."""
    usual = picture("png")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "text.parse_math": True}):
        before = dict(mpl.rcParams)
        assert picture("png") == usual
        assert dict(mpl.rcParams) == before


def test_what_the_font_cannot_show_becomes_a_square() -> None:
    """A character without a shape is an open square; joiners and modifiers vanish."""
    assert drawable("é 漢 \U0001f9d1\u200d\U0001f33e") == "é \u25a1 \u25a1\u25a1"


@pytest.mark.parametrize("room", [0.0, 5.0, 40.0, 90.0, 500.0])
def test_fitted_text_fits(room: float) -> None:
    """Cut text is no wider than its room, and text that fits is whole."""
    text = "desenvolvimento-sustentável"
    found = fitted(text, room, 12)
    assert text_width(found, 12) <= room
    assert (found == text) == (text_width(text, 12) <= room)


def test_wrapped_text_keeps_to_its_lines() -> None:
    """Words go to the next line, and the last line is cut."""
    lines = wrapped("one two three four five six seven", 80, 12, lines=2)
    assert (len(lines), lines[0].split()[0], lines[1][-1]) == (2, "one", "\u2026")
    assert wrapped("one", 80, 12, lines=2) == ["one"]
    assert wrapped("", 80, 12, lines=2) == [""]


@pytest.mark.parametrize("kind", ["html", "png", "svg"])
def test_a_notice_says_in_words_why_nothing_is_drawn(kind: Literal["html", "png", "svg"]) -> None:
    """The message and the reason stand in the picture, or in the page without any script."""
    message = {"title": HOSTILE, "message": "Sem dados", "detail": HOSTILE}
    size = {"width": 320, "height": 240}
    data = notice(kind, language="pt", colours=theme("dark"), **message, **size)  # type: ignore[arg-type]
    if kind == "png":
        assert struct.unpack(">II", data[16:24]) == (320, 240)
        return
    assert "Sem dados" in data.decode()
    assert "<script>" not in data.decode()


def test_plotly_shows_markup_as_it_is() -> None:
    """Labels lose their pseudo-HTML: no link, no bold, no entity."""
    assert plotly_text('<a href="x">b</a> &lt;') == '&lt;a href="x"&gt;b&lt;/a&gt; &amp;lt;'


def test_a_pdf_comes_out_the_same_twice_without_the_moment() -> None:
    """A PDF names itself, and neither when nor by what it was made."""

    def made() -> bytes:
        def paint(figure: Any) -> None:
            figure.text(0.1, 0.5, "ação")

        return draw(paint, width=200, height=100, format="pdf", colours=theme("light"), title="T", alt="what")

    data = made()
    assert data[:5] == b"%PDF-"
    assert [name for name in (b"/CreationDate", b"/Producer", b"/Creator") if name in data] == []
    assert data == made()


def test_what_the_font_lacks_is_named_once() -> None:
    """A line tells what the squares stand for, the first three by name; without squares there is none."""
    texts = ["casa \U0001f389\U0001f389", "\u6f22\u5b57 \U0001f9d1\u200d\U0001f33e"]
    assert lacking(texts) == ("\U0001f389", "\u6f22", "\u5b57", "\U0001f9d1", "\U0001f33e")
    assert lacking_note(texts[:1], "en") == "\u25a1 not in the font: U+1F389 Party Popper"
    assert lacking_note(texts[:1], "pt") == "\u25a1 sem forma na fonte: U+1F389"
    assert lacking_note(texts, "pt").endswith(" +2")
    assert lacking_note(["ação"], "pt") == ""


@given(st.text("aáWi .\u0301\u2026x", max_size=60), st.floats(0, 300))
def test_what_is_cut_is_the_longest_that_fits(text: str, room: float) -> None:
    """One character more would be too wide; what fits as it is stays whole."""
    found = fitted(text, room, 10)
    clean = drawable(text)
    if text_width(clean, 10) <= room:
        assert found == clean
    else:
        fits = [at for at in range(len(clean) + 1) if text_width(clean[:at] + "\u2026", 10) <= room]
        longest = clean[: max(fits, default=0)]
        assert found == (longest.rstrip() + "\u2026" if len(longest) > 1 else "")


def test_a_word_as_long_as_a_book_is_cut_at_once() -> None:
    """The time grows with the length of the word, not with its square."""
    assert fitted("a" * 200_000, 100, 10) == "a" * 14 + "\u2026"
