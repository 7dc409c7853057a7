from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.draw import (
    Language,
    choose_language,
    clock,
    counted,
    escape,
    number,
    percent,
    plain,
    shortened,
    shortened_inside,
)


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "english", "portuguese"),
    [
        (1234567, 0, False, "1,234,567", "1.234.567"),
        (1234.5, 1, False, "1,234.5", "1.234,5"),
        (0.42, 2, True, "+0.42", "+0,42"),
        (-0.42, 2, True, "\u22120.42", "\u22120,42"),
        (-0.001, 2, True, "0.00", "0,00"),
    ],
)
def test_numbers_are_written_in_the_language(
    value: float, decimals: int, signed: bool, english: str, portuguese: str
) -> None:
    """Separators follow the language; a rounded zero has no sign."""
    languages: tuple[Language, ...] = ("en", "pt")
    assert [number(value, language, decimals=decimals, signed=signed) for language in languages] == [
        english,
        portuguese,
    ]


def test_shares_and_moments_read_as_people_write_them() -> None:
    """A share becomes a percentage, seconds become minutes and hours."""
    assert (percent(0.1234, "en"), percent(0.1234, "pt")) == ("12.3%", "12,3%")
    assert [clock(value) for value in (0, 65.4, 3723)] == ["0:00", "1:05", "1:02:03"]


def test_auto_takes_the_language_found_or_english() -> None:
    """A choice wins; "auto" follows the record where there are words for its language."""
    assert [choose_language("auto", found) for found in ("pt", "en", "es", None)] == ["pt", "en", "en", "en"]
    assert choose_language("pt", "en") == "pt"


def test_direction_overrides_and_line_breaks_are_taken_out() -> None:
    """A name cannot turn round what follows it, nor break the line."""
    assert plain(" a\u202eb\u2066c\n\td\x00 ") == "abc d\ufffd"


def test_long_labels_end_in_an_ellipsis() -> None:
    """A label has no more characters than asked for."""
    assert (shortened("abcdef", 6), shortened("abcdefg", 6)) == ("abcdef", "abcde\u2026")


@given(st.text(alphabet=st.characters(), max_size=60))
def test_escaped_text_is_the_same_text_in_xml(text: str) -> None:
    """Whatever the text, it comes back from between tags and from an attribute, and nothing else does."""
    node = ElementTree.fromstring(f'<a b="{escape(text)}">{escape(text)}</a>')
    assert (node.get("b"), node.text or "", len(node)) == (plain(text), plain(text), 0)


@given(st.text(max_size=60), st.integers(4, 40))
def test_a_name_cut_inside_keeps_both_ends(text: str, limit: int) -> None:
    """It has no more characters than asked for, and begins and ends as the whole does."""
    found, whole = shortened_inside(text, limit), plain(text)
    assert len(found) <= limit
    assert (found == whole) or "\u2026" in found
    assert found[:1] == whole[:1]
    assert found[-1:] == whole[-1:]


def test_long_names_that_differ_at_the_end_stay_apart() -> None:
    """What is cut away lies before the last two fifths."""
    assert shortened_inside("Pessoa com Nome Comprido 21", 15) == "Pessoa c\u2026ido 21"


def test_a_mark_of_byte_order_inside_a_word_is_left_out() -> None:
    """Nobody sees it, and not every format can hold it."""
    assert plain("a\ufeffb") == "ab"


def test_a_count_goes_with_its_noun() -> None:
    """One is singular, all else plural, and figures are grouped as the language does."""
    assert [counted(count, "palavra", "palavras", language="pt") for count in (0, 1, 2000)] == [
        "0 palavras",
        "1 palavra",
        "2.000 palavras",
    ]
