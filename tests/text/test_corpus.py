"""Several texts in one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.text import join_texts, joined_parts

names = st.text(alphabet="ab .=", min_size=1, max_size=6)
bodies = st.text(alphabet="ab =<>\n", max_size=20)


@given(st.lists(st.tuples(names, bodies), max_size=4))
def test_texts_are_found_again(texts: list[tuple[str, str]]) -> None:
    """What is joined comes apart again: each name, and each text up to the line ends behind it."""
    try:
        joined = join_texts(texts)
    except ValueError:
        return
    found = [(name, joined[start:end].rstrip("\n")) for name, start, end in joined_parts(joined)]
    assert found == [(name, text.rstrip("\n")) for name, text in texts]


def test_the_marks_are_those_of_tail() -> None:
    """What ``tail -n +1 a.txt b.txt`` prints is taken apart; what stands before the first mark belongs to none."""
    text = "intro\n==> a.txt <==\ncasa\n\n==> b.txt <==\nmar\n"
    assert [(name, text[start:end]) for name, start, end in joined_parts(text)] == [
        ("a.txt", "casa\n\n"),
        ("b.txt", "mar\n"),
    ]
    assert joined_parts("casa") == []


@pytest.mark.parametrize("texts", [[("a\nb", "x")], [("a", "==> b <==\n")]])
def test_what_could_not_be_told_apart_is_refused(texts: list[tuple[str, str]]) -> None:
    """A name of two lines, or a text that holds a mark, is an error."""
    with pytest.raises(ValueError, match="cannot be told from the texts"):
        join_texts(texts)
