"""What is pasted into the console: a whole log with colours keeps it no busier than a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qualia_tui.terminal.pasted import Pasted

BEGIN, END = "\x1b[200~", "\x1b[201~"
typed = st.text(st.sampled_from("ab\x1b[O2"), max_size=8).filter(lambda each: not each.endswith("\x1b[2"))
content = st.text(st.sampled_from("ab\x1b[201m~]"), max_size=20).filter(lambda each: END not in f"{each}{END}"[:-1])


def pieces_of(text: str, sizes: list[int]) -> list[str]:
    """Return a text in pieces of these sizes, the last one being all the rest."""
    pieces: list[str] = []
    for size in sizes:
        pieces.append(text[:size])
        text = text[size:]
    return [*pieces, text]


@given(before=typed, pasted=content, after=typed, sizes=st.lists(st.integers(1, 7), max_size=12))
def test_only_escape_characters_within_a_paste_are_left_out(
    before: str, pasted: str, after: str, sizes: list[int]
) -> None:
    """However the line cuts it into pieces, keys arrive as they were, and a paste without what begins a sequence."""
    pasting = Pasted()
    told = "".join(pasting.feed(each) for each in pieces_of(f"{before}{BEGIN}{pasted}{END}{after}", sizes))
    assert told == f"{before}{BEGIN}{pasted.replace(chr(27), '')}{END}{after}"


@given(text=typed)
def test_a_key_is_never_held_back(text: str) -> None:
    """What is typed is handed on at once, also what could be the beginning of something else."""
    pasting = Pasted()
    assert [pasting.feed(each) for each in text] == list(text)
