"""What is pasted, without the beginnings of sequences: the toolkit would look for their ends again and again."""

from __future__ import annotations

_BEGIN, _END, _ESCAPE = "\x1b[200~", "\x1b[201~", "\x1b"


class Pasted:
    """Leaves out of what a terminal sends the escape characters between the marks of a paste.

    A log with colours, pasted as it is, would keep the console busy for minutes.
    """

    def __init__(self) -> None:
        self._is_open: bool = False
        self._last: str = ""
        self._kept: str = ""

    def feed(self, text: str) -> str:
        """Return what may be handed on of a text, which comes in pieces of any length."""
        told: list[str] = []
        text, self._kept = self._kept + text, ""
        while text:
            length = self._pasted(text, told) if self._is_open else self._typed(text, told)
            text = text[length:]
        return "".join(told)

    def _typed(self, text: str, told: list[str]) -> int:
        """Hand on everything up to the mark that begins a paste, and return how much that is."""
        joined = self._last + text
        place = joined.find(_BEGIN)
        if place < 0:
            # What was handed on already may be the first half of the mark; a key is not held back for that.
            self._last = joined[-len(_BEGIN) + 1 :]
            told.append(text)
            return len(text)
        length = place + len(_BEGIN) - len(self._last)
        self._is_open, self._last = True, ""
        told.append(text[:length])
        return length

    def _pasted(self, text: str, told: list[str]) -> int:
        """Hand on everything but escape characters up to the mark that ends the paste, and return how much that is."""
        place = text.find(_END)
        if place >= 0:
            self._is_open = False
            told += (text[:place].replace(_ESCAPE, ""), _END)
            return place + len(_END)
        half = next((size for size in range(len(_END) - 1, 0, -1) if text.endswith(_END[:size])), 0)
        self._kept = text[len(text) - half :]
        told.append(text[: len(text) - half].replace(_ESCAPE, ""))
        return len(text)
