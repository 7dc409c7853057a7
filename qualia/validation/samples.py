"""What a plugin is tried on: documents of several kinds and one of each record."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from qualia._plugins.manifest import Manifest
from qualia.document import Document, Segment
from qualia.records import (
    SentenceSentiment,
    Sentiment,
    SpeakerSentiment,
    SpeakerWords,
    WordCount,
    WordFrequencies,
)

_TURNS = (
    ("Ana", "Good morning. Shall we start with the interviews?"),
    ("Bruno", "Yes. They went very well, and people were happy to talk."),
    ("Ana", "The second one was a terrible recording, though."),
)
_PORTUGUESE = "Bom dia. As entrevistas foram muito boas, mas a gravação da segunda ficou péssima. Vamos ouvir de novo?"
_CUES = (("00:00:01", "00:00:04", *_TURNS[0]), ("00:00:05", "00:00:09", *_TURNS[1]))
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@frozen(kw_only=True)
class Sample:
    """One thing to run a plugin on."""

    name: str
    """What it is, as it stands in a finding: "a plain text"."""
    given: tuple[Any, ...]
    """What `Core.run` is given."""


def samples_for(manifest: Manifest) -> Iterator[Sample]:
    """Yield what a plugin is tried on: media types it accepts, or documents of four kinds with the records it takes."""
    if manifest.kind == "visualizer":
        for name, known in (("records", _RECORDS), ("empty records", _EMPTY)):
            yield Sample(name=name, given=tuple(known[schema] for schema in manifest.known_records))
        return
    if manifest.accepts:
        media = _media()
        for media_type in manifest.accepts:
            if media_type in media:
                yield Sample(name=f"a {media_type} document", given=(media[media_type],))
        return
    records = tuple(_RECORDS[schema] for schema in manifest.known_records)
    for name, document in _documents().items():
        yield Sample(name=name, given=(document, *records))


def unknown_media(manifest: Manifest) -> tuple[str, ...]:
    """Return the media types a plugin accepts and there is no sample of."""
    known = _media()
    return tuple(each for each in manifest.accepts if each not in known)


def _documents() -> Mapping[str, Document]:
    parts: list[str] = []
    segments: list[Segment] = []
    start = 0
    for number, (speaker, words) in enumerate(_TURNS):
        end = start + len(words)
        begin_s = 5.0 * number
        segments.append(Segment(start, end, speaker=speaker, begin_s=begin_s, end_s=begin_s + 4))
        parts.append(words)
        start = end + 1
    talk = Document("\n".join(parts), title="Debrief", language="en", segments=segments)
    return {
        "a talk with speakers and times": talk,
        "a plain text": Document(" ".join(parts)),
        "a Portuguese text": Document(_PORTUGUESE, language="pt"),
        "an empty text": Document(""),
    }


def _media() -> Mapping[str, Document]:
    vtt = "WEBVTT\n\n" + "\n\n".join(f"{a}.000 --> {b}.000\n<v {who}>{text}</v>" for a, b, who, text in _CUES)
    srt = "\n\n".join(f"{n}\n{a},000 --> {b},000\n{w}: {t}" for n, (a, b, w, t) in enumerate(_CUES, 1))
    sbv = "\n\n".join(f"{a[1:]}.000,{b[1:]}.000\n{who}: {text}" for a, b, who, text in _CUES)
    lines = "\n".join(f"{who}: {text}" for who, text in _TURNS)
    paragraphs = "".join(f"<p>{who}: {text}</p>" for who, text in _TURNS)
    page = f"<!DOCTYPE html><html><head><title>Debrief</title></head><body>{paragraphs}</body></html>"
    texts = {
        "text/vtt": vtt + "\n",
        "application/x-subrip": srt + "\n",
        "text/x-sbv": sbv + "\n",
        "text/plain": lines,
        "text/markdown": f"# Debrief\n\n{lines}\n",
        "text/html": page,
        "application/json": '{"title": "Debrief", "text": "Good morning."}',
    }
    documents = {kind: Document(text, title="Debrief", media_type=kind) for kind, text in texts.items()}
    return {**documents, _WORD: Document("", title="Debrief", media_type=_WORD, data=_word_file())}


def _word_file() -> bytes:
    """Return the smallest .docx a reader takes: its list of parts, their relation, and a document of three lines."""
    from zipfile import ZipFile

    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    main = f"{_WORD}.main+xml"
    lines = "".join(f"<w:p><w:r><w:t>{who}: {text}</w:t></w:r></w:p>" for who, text in _TURNS)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{lines}</w:body></w:document>',
    }
    written = io.BytesIO()
    with ZipFile(written, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return written.getvalue()


_RECORDS: Mapping[str, Any] = {
    WordFrequencies.schema: WordFrequencies(
        words=(WordCount("interview", 4), WordCount("gravação", 2), WordCount("well", 1)),
        total=7,
        distinct=3,
        hapax=1,
        speakers=(
            SpeakerWords(speaker="Ana", words=(WordCount("interview", 3), WordCount("well", 1)), total=4),
            SpeakerWords(speaker="Bruno", words=(WordCount("gravação", 2), WordCount("interview", 1)), total=3),
        ),
        language="en",
        stop_words=5,
    ),
    Sentiment.schema: Sentiment(
        status="ok",
        language="en",
        polarity=0.1,
        subjectivity=0.5,
        label="positive",
        sentences=(
            SentenceSentiment(
                text="They went very well.",
                start=0,
                end=20,
                polarity=0.6,
                subjectivity=0.5,
                label="positive",
                speaker="Bruno",
                begin_s=5.0,
            ),
            SentenceSentiment(
                text="It was terrible.",
                start=21,
                end=37,
                polarity=-0.7,
                subjectivity=0.8,
                label="negative",
                speaker="Ana",
            ),
        ),
        speakers=(
            SpeakerSentiment(speaker="Bruno", polarity=0.6, subjectivity=0.5, label="positive", sentences=1),
            SpeakerSentiment(speaker="Ana", polarity=-0.7, subjectivity=0.8, label="negative", sentences=1),
        ),
        method="sample",
    ),
}
_EMPTY: Mapping[str, Any] = {
    WordFrequencies.schema: WordFrequencies(words=(), total=0, distinct=0),
    Sentiment.schema: Sentiment(status="empty", language=None, reason="there are no sentences"),
}
