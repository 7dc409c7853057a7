"""Read what speech recognisers write as JSON: Whisper and WhisperX, Deepgram, AWS Transcribe, Azure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeGuard, cast
from unicodedata import normalize

from .names import display_name
from .turns import Format, Transcript, Turn, one_line

MAX_CHARACTERS = 64 * 1024 * 1024
"""Longest JSON that is read, in characters: its values take many times the memory of its text."""
_LATEST_S = 1e9
_TICKS = 10_000_000
_PAUSE_S = 2.0
_HALF = re.compile(r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""A surrogate that stands alone in JSON; a whole pair, and a backslash that is one, are kept."""
_Word = tuple[Any, float | None, float | None, str]


class Unaligned(ValueError):
    """JSON that is no transcript, or a piece of one without its words or its moment."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{reason} (at {place})")


def read_json(text: str) -> Transcript:
    """Read the JSON of a recogniser.

    Raises:
        Unaligned: it is no JSON, of no recogniser known, or a piece of it has no words or no readable time.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unaligned("the end", f"JSON of more than {MAX_CHARACTERS} characters is not read")
    try:
        # Half of a pair of surrogates is no character, and no UTF-8 can hold it.
        data = json.loads(_HALF.sub(lambda found: found[1] or "\\ufffd", text))
    except json.JSONDecodeError as error:
        raise Unaligned(f"line {error.lineno}, column {error.colno}", f"it is no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise Unaligned("an unknown place", f"its JSON cannot be read: {type(error).__name__}") from error
    kind, turns = _read(data)
    kept = list(turns)
    return Transcript(format=kind, turns=[turn for turn in kept if turn.text], cues=len(kept))


def _read(data: Any) -> tuple[Format, Iterator[Turn]]:
    if _is_list(data):
        return "whisper", _whisper(data, "")
    if _is_mapping(data):
        results = data.get("results")
        if _is_list(data.get("segments")):
            return "whisper", _whisper(data["segments"], "segments")
        if _is_mapping(results) and (_is_list(results.get("utterances")) or _is_list(results.get("channels"))):
            return "deepgram", _deepgram(results)
        if _is_mapping(results) and (_is_list(results.get("items")) or _is_list(results.get("audio_segments"))):
            return "aws", _aws(results)
        if _is_list(data.get("recognizedPhrases")):
            return "azure", _azure_batch(data["recognizedPhrases"])
        if _is_list(data.get("phrases")):
            return "azure", _azure_fast(data["phrases"])
    raise Unaligned("the top", "it has the fields of no recogniser: Whisper, WhisperX, Deepgram, AWS or Azure")


def _whisper(segments: Sequence[Any], name: str) -> Iterator[Turn]:
    if not segments:
        raise Unaligned(name or "the top", "it holds no segments")
    for at, segment in enumerate(segments):
        place = f"{name}[{at}]"
        item = _mapping(segment, place)
        begin_s, end_s = _moment(item, "start", place), _moment(item, "end", place)
        yield _turn(_speaker(item.get("speaker")), _text(item, "text", place), begin_s, end_s)


def _deepgram(results: Mapping[str, Any]) -> Iterator[Turn]:
    utterances = results.get("utterances")
    if _is_list(utterances):
        for at, utterance in enumerate(utterances):
            place = f"results.utterances[{at}]"
            item = _mapping(utterance, place)
            begin_s, end_s = _moment(item, "start", place), _moment(item, "end", place)
            yield _turn(_speaker(item.get("speaker")), _text(item, "transcript", place), begin_s, end_s)
        return
    channels = cast("Sequence[Any]", results["channels"])
    for number, channel in enumerate(channels):
        place = f"results.channels[{number}].alternatives"
        alternatives = _mapping(channel, place).get("alternatives")
        first = _mapping(alternatives[0] if _is_list(alternatives) and alternatives else None, f"{place}[0]")
        words = first.get("words")
        if not _is_list(words):
            raise Unaligned(f"{place}[0].words", "it has no words with times")
        speaker = f"Channel {number}" if len(channels) > 1 else None
        yield from _spoken(_deepgram_word(word, f"{place}[0].words[{at}]", speaker) for at, word in enumerate(words))


def _deepgram_word(word: Any, place: str, speaker: str | None) -> _Word:
    item = _mapping(word, place)
    text = item.get("punctuated_word")
    words = text if isinstance(text, str) else _text(item, "word", place)
    return _speaker(item.get("speaker")) or speaker, _moment(item, "start", place), _moment(item, "end", place), words


def _aws(results: Mapping[str, Any]) -> Iterator[Turn]:
    segments = results.get("audio_segments")
    if _is_list(segments):
        for at, segment in enumerate(segments):
            place = f"results.audio_segments[{at}]"
            item = _mapping(segment, place)
            begin_s, end_s = _moment(item, "start_time", place), _moment(item, "end_time", place)
            yield _turn(_speaker(item.get("speaker_label")), _text(item, "transcript", place), begin_s, end_s)
        return
    labels = _aws_speakers(results.get("speaker_labels"))
    yield from _spoken(_aws_words(cast("Sequence[Any]", results["items"]), labels))


def _aws_speakers(labels: Any) -> dict[str, str]:
    """Return who speaks at each time a word begins, as older files tell it."""
    segments = labels.get("segments") if _is_mapping(labels) else None
    found: dict[str, str] = {}
    for segment in segments if _is_list(segments) else ():
        for item in segment.get("items") or () if _is_mapping(segment) else ():
            if _is_mapping(item) and isinstance(item.get("speaker_label"), str):
                found[str(item.get("start_time"))] = item["speaker_label"]
    return found


def _aws_words(items: Sequence[Any], speakers: Mapping[str, str]) -> Iterator[_Word]:
    speaker: str | None = None
    for at, each in enumerate(items):
        place = f"results.items[{at}]"
        item = _mapping(each, place)
        alternatives = item.get("alternatives")
        word = _text(
            _mapping(alternatives[0] if _is_list(alternatives) and alternatives else None, place), "content", place
        )
        if item.get("type") == "punctuation":
            yield speaker, None, None, word
            continue
        speaker = _speaker(item.get("speaker_label") or speakers.get(str(item.get("start_time"))))
        yield speaker, _moment(item, "start_time", place), _moment(item, "end_time", place), word


def _azure_batch(phrases: Sequence[Any]) -> Iterator[Turn]:
    found: list[tuple[float, Turn]] = []
    for at, phrase in enumerate(phrases):
        place = f"recognizedPhrases[{at}]"
        item = _mapping(phrase, place)
        best = item.get("nBest")
        if not _is_list(best) or not best:
            continue
        begin, length = _moment(item, "offsetInTicks", place), _moment(item, "durationInTicks", place)
        begin_s, end_s = begin / _TICKS, (begin + length) / _TICKS
        text = _text(_mapping(best[0], place), "display", f"{place}.nBest[0]")
        found.append((begin_s, _turn(_speaker(item.get("speaker")), text, begin_s, end_s)))
    # Channels follow one another in the file.
    yield from (turn for _, turn in sorted(found, key=lambda each: each[0]))


def _azure_fast(phrases: Sequence[Any]) -> Iterator[Turn]:
    for at, phrase in enumerate(phrases):
        place = f"phrases[{at}]"
        item = _mapping(phrase, place)
        begin, length = _moment(item, "offsetMilliseconds", place), _moment(item, "durationMilliseconds", place)
        begin_s, end_s = begin / 1000, (begin + length) / 1000
        yield _turn(_speaker(item.get("speaker")), _text(item, "text", place), begin_s, end_s)


def _spoken(words: Iterable[_Word]) -> Iterator[Turn]:
    """Make turns of single words: those of one speaker with no pause of two seconds between them."""
    for speaker, group in groupby(words, key=lambda word: word[0]):
        parts: list[str] = []
        begin_s: float | None = None
        end_s: float | None = None
        for _, start_s, stop_s, word in group:
            if start_s is not None and end_s is not None and start_s - end_s > _PAUSE_S:
                yield _turn(speaker, "".join(parts), begin_s, end_s)
                parts, begin_s = [], None
            parts.append(word if start_s is None or not parts else f" {word}")
            begin_s = start_s if begin_s is None else begin_s
            end_s = end_s if stop_s is None else stop_s
        yield _turn(speaker, "".join(parts), begin_s, end_s)


def _turn(speaker: str | None, text: str, begin_s: float | None, end_s: float | None) -> Turn:
    return Turn(speaker, normalize("NFC", one_line(text)), begin_s, end_s)


def _speaker(value: Any) -> str | None:
    """Return a speaker's name; recognisers number them."""
    if isinstance(value, str):
        return display_name(value)
    return f"Speaker {value}" if isinstance(value, int) and not isinstance(value, bool) else None


def _moment(item: Mapping[str, Any], name: str, place: str) -> float:
    value = item.get(name)
    if isinstance(value, str) and len(value) < 24:
        try:
            value = float(value)
        except ValueError:
            value = None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise Unaligned(f"{place}.{name}", "it has no time that can be read")
    if not 0 <= value <= _LATEST_S * _TICKS:
        raise Unaligned(f"{place}.{name}", "its time lies outside any recording")
    return float(value)


def _text(item: Mapping[str, Any], name: str, place: str) -> str:
    value = item.get(name)
    if not isinstance(value, str):
        raise Unaligned(f"{place}.{name}", "it has no text")
    # Half of a surrogate pair, which JSON can hold and no text may.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not _is_mapping(value):
        raise Unaligned(place, "it is no object")
    return value


def _is_mapping(value: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, list)
