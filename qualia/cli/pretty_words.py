"""Word frequencies as tables for people: every part has its rows, contexts stand under each other word by word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from qualia._safe import safe_line
from qualia.cli.pretty import ROWS, cells, pretty
from qualia.cli.words import _, heading
from qualia.records import (
    Collocation,
    ContextLine,
    Diversity,
    KeyWord,
    PartWords,
    SpeakerWords,
    WordCount,
    WordFrequencies,
    WordSpread,
)

_LEVELS = "·▁▂▃▄▅▆▇█"
_MOST_NUMBERS = 8
_SIDE = 48
"""Characters of context on either side where no terminal says how many fit."""
_NARROWEST = 12


def words_shown(found: WordFrequencies, *, width: int | None) -> str:
    """Return word frequencies as text; ``width`` is the terminal's, in characters, None without one."""
    parts = [pretty(_arranged(found), width=width)]
    if found.contexts:
        parts.append(_concordance(found.contexts, width=width))
    return "\n\n".join(parts)


def _arranged(found: WordFrequencies) -> dict[str, Any]:
    """Return what pretty makes tables of, under the names people read."""
    return {
        **_facts(found),
        heading("words"): [_word(each) for each in found.words],
        heading("speakers"): [_speaker(each) for each in found.speakers],
        heading("parts"): _parts(found),
        heading("keyness"): _shared(_key(each) for each in found.keyness),
        "TF-IDF": _shared(
            {
                heading("part"): each.part,
                heading("word"): each.word,
                heading("count"): each.count,
                heading("in parts"): each.parts,
                "TF-IDF": each.tf_idf,
            }
            for each in found.tf_idf
        ),
        heading("dispersion"): [_spread(each, found.parts) for each in found.dispersion],
        heading("collocations"): [_pair(each) for each in found.collocations],
        heading("diversity"): {} if found.diversity is None else _diversity(found.diversity),
    }


def _facts(found: WordFrequencies) -> dict[str, Any]:
    return {
        heading("total"): found.total,
        heading("distinct"): found.distinct,
        heading("hapax"): found.hapax,
        heading("running"): found.running,
        heading("language"): found.language,
        heading("stop words"): found.stop_words,
        heading("stop list"): found.stop_list,
        heading("left out"): ", ".join(_listed(found.left_out)),
        heading("sequences of"): found.ngram if found.ngram > 1 else "",
        heading("lemmas"): found.lemmas,
    }


def _word(each: WordCount) -> dict[str, Any]:
    return {heading("word"): each.word, heading("count"): each.count, heading("per million"): each.per_million}


def _key(each: KeyWord) -> dict[str, Any]:
    return {
        heading("part"): each.part,
        heading("word"): each.word,
        heading("count"): each.count,
        heading("elsewhere"): each.reference_count,
        heading("per million"): each.per_million,
        heading("elsewhere per million"): each.reference_per_million,
        "G2": each.g2,
        heading("log ratio"): each.log_ratio,
        "p": _probability(each.p),
    }


def _pair(each: Collocation) -> dict[str, Any]:
    return {
        heading("left"): each.left,
        heading("right"): each.right,
        heading("count"): each.count,
        "logDice": each.log_dice,
        "PMI": each.pmi,
        "G2": each.g2,
        "t": each.t_score,
    }


def _listed(words: Sequence[WordCount]) -> list[str]:
    return [f"{each.word} {each.count}" for each in words]


def _speaker(each: SpeakerWords) -> dict[str, Any]:
    return {
        heading("speaker"): each.speaker,
        heading("words"): _listed(each.words),
        heading("total"): each.total,
        heading("distinct"): each.distinct,
        heading("running"): each.running,
        **({} if each.diversity is None else _ratios(each.diversity)),
    }


def _diversity(each: Diversity) -> dict[str, Any]:
    return {heading("running"): each.tokens, heading("distinct"): each.types, **_ratios(each)}


def _ratios(each: Diversity) -> dict[str, Any]:
    return {"MATTR": each.mattr, "MTLD": each.mtld, "HD-D": each.hdd}


def _parts(found: WordFrequencies) -> list[dict[str, Any]]:
    """Return the parts, unless they are the speakers, who have a table already."""
    if [each.name for each in found.parts] == [each.speaker for each in found.speakers]:
        return []
    return [
        {
            heading("part"): each.name,
            heading("time"): None if each.begin_s is None else _clock(each.begin_s),
            heading("speaker"): each.speaker,
            heading("total"): each.total,
            heading("distinct"): each.distinct,
            heading("words"): _listed(each.words),
        }
        for each in found.parts
    ]


def _spread(each: WordSpread, parts: Sequence[PartWords]) -> dict[str, Any]:
    return {
        heading("word"): each.word,
        "DP": each.dp,
        heading("DP, to 1"): each.dp_norm,
        heading("in parts"): _bars(each.in_parts, [part.running for part in parts]),
    }


def _bars(counts: Sequence[int], sizes: Sequence[int]) -> str:
    """Return how often a word comes in each part: the numbers of a few parts, the rates of many as bars."""
    if len(counts) <= _MOST_NUMBERS or len(counts) != len(sizes):
        return ", ".join(map(str, counts))
    rates = [count / size if size else 0.0 for count, size in zip(counts, sizes, strict=True)]
    most = max(rates) or 1.0
    return "".join(_LEVELS[max(count > 0, round(rate / most * 8))] for count, rate in zip(counts, rates, strict=True))


def _probability(p: float) -> str:
    return "< .0001" if p < 0.0001 else f"{p:.4f}".removeprefix("0")


def _shared(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows so that those shown first are shared between the parts, each named once."""
    groups = [list(group) for _name, group in groupby(rows, key=lambda row: row[heading("part")])]
    room = [0] * len(groups)
    while sum(room) < ROWS and (hungry := [at for at, group in enumerate(groups) if room[at] < len(group)]):
        for at in hungry[: ROWS - sum(room)]:
            room[at] += 1
    first = [_named_once(group[:many]) for group, many in zip(groups, room, strict=True)]
    rest = [dict(row) for group, many in zip(groups, room, strict=True) for row in group[many:]]
    return [row for group in first for row in group] + rest


def _named_once(group: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, heading("part"): row[heading("part")] if number == 0 else ""} for number, row in enumerate(group)]


def _concordance(found: Sequence[ContextLine], *, width: int | None) -> str:
    """Return contexts with what was found in one column, by query."""
    lines: list[str] = [heading("in context")]
    for query, group in groupby(found, key=lambda each: each.query):
        every = list(group)
        lines.append(f"{safe_line(query)} ({len(every)})")
        lines += _aligned(every[:ROWS], width=width)
        if len(every) > ROWS:
            lines.append(_("... and {more} more; --format json shows all", more=len(every) - ROWS))
    return "\n".join(lines)


def _aligned(found: Sequence[ContextLine], *, width: int | None) -> list[str]:
    heads = [[_clock(each.begin_s), each.speaker or ""] for each in found]
    head = [max(cells(safe_line(row[column])) for row in heads) for column in (0, 1)]
    match = max(cells(safe_line(each.match)) for each in found)
    room = _SIDE if width is None else max(_NARROWEST, (width - sum(head) - match - 8) // 2)
    lines: list[str] = []
    for (time, speaker), each in zip(heads, found, strict=True):
        left, right = safe_line(each.left), safe_line(each.right)
        left = left if cells(left) <= room else f"…{left[len(left) - room + 1 :]}"
        right = right if cells(right) <= room else f"{right[: room - 1]}…"
        cut = (_padded(time, head[0], is_right=True), _padded(speaker, head[1]), _padded(left, room, is_right=True))
        lines.append("  ".join([*(part for part in cut if part), _padded(each.match, match), right]).rstrip())
    return lines


def _padded(text: str, width: int, *, is_right: bool = False) -> str:
    text = safe_line(text)
    gap = " " * (width - cells(text))
    return gap + text if is_right else text + gap


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return ""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
