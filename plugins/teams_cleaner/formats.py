"""Find the format of a document by its structure, and read it; refuse with reason and place what has no structure."""

from __future__ import annotations

import re

from qualia.plugin import Document, UnsupportedInput

from .chats import Undated, read_whatsapp, read_zoom_chat
from .docx import Damaged, read_docx
from .lines import lines_of, read_lines
from .recognised import Unaligned, read_json
from .subtitles import Misplaced, read_sbv, read_srt
from .turns import Transcript
from .unpadded import padded, read_unpadded
from .webvtt import is_webvtt, read_webvtt

ID = "teams_cleaner"
FORMATS = (
    "WebVTT, SRT, SBV, Teams and Meet .docx, [HH:MM:SS] Name: text, Name (HH:MM:SS): text, HH:MM:SS Name: text, "
    "a line Name HH:MM above what is said, Name: text, chats of Zoom and WhatsApp, "
    "JSON of WhisperX, Deepgram, AWS and Azure"
)
_ZIP = b"PK\x03\x04"
_SHOWN = 60
_CAPTION = re.compile(r"\d\s?-->\s?\d")


def read(document: Document) -> Transcript:
    """Read a document in the format its structure tells.

    Raises:
        UnsupportedInput: it has the structure of none, or a part of it has no moment where the format needs one.
    """
    try:
        if document.data is not None:
            transcript = _unpacked(document)
        else:
            # One kind of line end, and U+0000 as the WebVTT specification has it.
            text = document.text.removeprefix("\ufeff").replace("\0", "\ufffd")
            text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
            transcript = _read_text(text, document.media_type)
    except Misplaced as error:
        raise UnsupportedInput(ID, f"the times in line {error.line} cannot be read: {error.text!r}") from error
    except (Damaged, Unaligned) as error:
        raise UnsupportedInput(ID, str(error)) from error
    except Undated as error:
        raise UnsupportedInput(ID, f"a message has a date that is none: {error}") from error
    if transcript is None:
        place = "its paragraphs do not look" if document.data is not None else "the text does not look"
        raise UnsupportedInput(ID, f"{place} like a transcript{_beginning(document)}; it reads {FORMATS}")
    return transcript


def _read_text(text: str, media_type: str) -> Transcript | None:
    start = text[:200].lstrip()
    if media_type == "application/json" or start.startswith("{") or start[:1] + start[1:].lstrip()[:1] == "[{":
        return read_json(text)
    if is_webvtt(text):
        captions = read_webvtt(text)
        return captions if captions.cues else read_webvtt(padded(text))
    found = read_unpadded(text) or read_srt(text) or read_sbv(text)
    # Captions inside another text would be read as speech, their times included.
    if found is not None or _CAPTION.search(text):
        return found
    lines = lines_of(text)
    return read_whatsapp(lines) or read_zoom_chat(lines) or read_lines(lines)


def _unpacked(document: Document) -> Transcript | None:
    if document.data is None or not document.data.startswith(_ZIP):
        raise UnsupportedInput(ID, f"{document.media_type} is no text; it reads {FORMATS}")
    return read_docx(document.data)


def _beginning(document: Document) -> str:
    """Return how the text begins, which shows people what was looked at."""
    for number, line in enumerate(document.text[:10_000].split("\n"), 1):
        if line.strip():
            return f" (line {number} begins {line.strip()[:_SHOWN]!r})"
    return ""
