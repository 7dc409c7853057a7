"""What may be thrown at the shipped plugins: transcripts of every kind, hostile texts, params, tables of figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from qualia import Core, Document
from qualia.errors import QualiaError
from qualia.records import SpeakerWords, WordCount, WordFrequencies
from qualia.testing import documents, params_of, records, sample_record, segments, texts
from tests.pictures import HOSTILE
from tests.plugins.test_teams_cleaner_round_trip import DOCX, JSON, TURNS, VALUES, WRITERS, Said, teams_docx

PAYLOADS = (
    *HOSTILE,
    "<svg/onload=alert(4)>",
    "<!--<script>",
    "]]><script>alert(5)</script>",
    "</title></style></table><script>alert(6)</script>",
    "&lt;script&gt;alert(7)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(8)&#62;",
    "\\u003cscript\\u003ealert(9)",
    "' onmouseover=alert(10) x='",
    '" onfocus=alert(11) autofocus x="',
    "javascript:alert(12)",
    "data:text/html,<script>alert(13)</script>",
    "<a xlink:href='javascript:alert(14)'>z</a>",
    "<b>bold</b><extra></extra>%{customdata}",
    "$\\frac{1}{0}$ \\u000a \\N{DASH} $$",
    "url(https://example.org/x)",
    "</svg><foreignObject><script>alert(15)</script>",
    "{{7*7}} ${x} {0} {0.__class__} %s %(a)s",
    "\u2028\u2029\u0085\x0b",
    "a" * 400,
    "\u0301" * 60,
    "👩\u200d" * 30,
)
"""Texts that run, break out of where they stand, or upset what formats them, in code that does not escape them."""

_REPEATED = (
    "(", "a-", "'a", "a'", "://", "@", "#", ".", ": ", "\n", "\r", "\t", "<v ", "</v>", "&amp;", "&", "\u0301", "😀",
    "1:", "00:00 ", "--> ", "[", "Ana: ", "a.b.", "não ", "not ", "!", "?! ", "\u200d", "\u00ad", "漢", "ि", "A B: ",
    "{", '"',
)  # fmt: skip


@frozen
class Reading:
    """A document as it is after its transcript was read, if it is one."""

    document: Document

    def made(self, core: Core) -> Document:
        """Return it, by a Core."""
        try:
            return core.run("teams_cleaner", self.document).value
        except QualiaError:
            return self.document


@frozen
class Counting:
    """A record as the shipped analyzer makes it, with every section that there is."""

    schema: str
    document: Document | Reading
    params: Mapping[str, Any]

    def made(self, core: Core) -> Any:
        """Return it, by a Core."""
        document = self.document if isinstance(self.document, Document) else self.document.made(core)
        plugin, params = _EVERYTHING[self.schema]
        try:
            return core.run(plugin, document, {**params, **self.params}).value
        except QualiaError:
            # What an analyzer fails on is found where it is tried itself.
            return sample_record(self.schema, document)


@frozen
class Case:
    """What one run is given."""

    plugin: str
    given: tuple[Any, ...]
    """A document, or records, or what makes one."""
    params: dict[str, Any]


def hostile_texts() -> SearchStrategy[str]:
    """Return texts of payloads, of one piece repeated some thousand times, and odd ones."""
    pieces = st.one_of(st.sampled_from(PAYLOADS), st.sampled_from(("bom", "dia", "very good", "não", "\n")), texts())
    joined = st.builds(
        lambda mark, parts: mark.join(parts), st.sampled_from((" ", "\n", "")), st.lists(pieces, max_size=8)
    )
    repeated = st.builds(
        lambda one, other, times, end: (one + other) * times + end,
        st.sampled_from(_REPEATED),
        st.sampled_from(("", *_REPEATED)),
        st.integers(1, 1_500),
        st.sampled_from(("", " ", "\n", "x")),
    )
    return st.one_of(joined, repeated, texts(max_size=300))


def transcripts() -> SearchStrategy[Document]:
    """Return transcripts in every format: as they should be, with hostile names and words, and damaged."""
    words = st.sampled_from(PAYLOADS) | texts(max_size=30)
    hostile = st.lists(st.tuples(words, words, st.lists(words, max_size=2)), min_size=1, max_size=8)
    whole = st.builds(_written, st.sampled_from(sorted(WRITERS)), st.one_of(TURNS, hostile))
    damaged = st.builds(_damaged, whole, st.randoms(use_true_random=False), st.sampled_from(PAYLOADS))
    typed = st.builds(Document, hostile_texts(), media_type=st.sampled_from(("text/vtt", "application/x-subrip", JSON)))
    odd = st.one_of(
        VALUES.map(lambda value: Document(json.dumps(value), media_type=JSON)),
        hostile_texts().map(Document),
        typed,
        st.builds(_packed, st.binary(max_size=200), st.integers(0, 400), st.integers(0, 300)),
    )
    return st.sampled_from((whole, damaged, odd)).flatmap(lambda kind: kind)


def _written(name: str, turns: Sequence[Said]) -> Document:
    return WRITERS[name][0](turns)


def _damaged(document: Document, random: Random, payload: str) -> Document:
    """Return a document with something cut out of it, something said twice, and something put in."""
    if document.data is not None:
        at = random.randrange(len(document.data))
        return evolve(document, data=document.data[:at] + payload.encode() + document.data[at + random.randrange(9) :])
    text = document.text
    for _ in range(random.randint(1, 4)):
        start = random.randint(0, len(text))
        end = min(len(text), start + random.choice((0, 1, 5, 60)))
        put = random.choice(("", text[start:end] * 2, payload, "\\ud800", "\n", "\r\n\r\n", "\t", "\ufeff", "99:99:99"))
        text = text[:start] + put + text[end:]
    return evolve(document, text=text)


def _packed(noise: bytes, start: int, length: int) -> Document:
    whole = teams_docx([("Ana", "bom dia", []), ("Bia", "olá", ["oi"])]).data or b""
    return Document("", media_type=DOCX, data=whole[:start] + noise + whole[start + length :])


def spoken() -> SearchStrategy[Document | Reading]:
    """Return documents as analyzers get them: plain, hostile, and transcripts that are read first."""
    return st.one_of(documents(max_size=300), hostile_texts().flatmap(_voiced), transcripts().map(Reading))


def _voiced(text: str) -> SearchStrategy[Document]:
    names = st.sampled_from(PAYLOADS)
    return st.builds(
        lambda found, name, language: Document(
            text, segments=[evolve(each, speaker=each.speaker and name) for each in found], language=language
        ),
        segments(text),
        names,
        st.sampled_from((None, "en", "pt", "<b>")),
    )


def frequencies() -> SearchStrategy[WordFrequencies]:
    """Return tables of hostile words, long ones, with counts from 1 to more than a float holds, of up to 40 people."""
    return st.builds(_table, st.randoms(use_true_random=False), st.integers(0, 300), st.sampled_from((0, 1, 2, 40)))


def _table(random: Random, size: int, people: int) -> WordFrequencies:
    most = random.choice((1, 3, 1_000, 2**31, 2**63, 10**30))
    words = {_word(random): random.randint(1, most) for _ in range(size)}
    total = sum(words.values())
    voices = [f"{random.choice(PAYLOADS)[:60]} {number}" for number in range(people)]
    speakers = [
        SpeakerWords(speaker=name, words=_ranked(part), total=sum(part.values()), distinct=len(part))
        for number, name in enumerate(voices)
        for part in [{word: count for at, (word, count) in enumerate(words.items()) if at % people == number}]
    ]
    return WordFrequencies(
        words=_ranked(words),
        total=total,
        distinct=len(words),
        hapax=sum(1 for count in words.values() if count == 1),
        running=total,
        speakers=tuple(speakers),
        language=random.choice((None, "pt", "en", "<i>", "zh")),
    )


def _word(random: Random) -> str:
    if random.random() < 0.3:
        return random.choice(PAYLOADS)
    return "".join(random.choice("abcçéñжहि漢字ש😀-'&<>\"") for _ in range(random.choice((1, 4, 9, 40))))


def _ranked(counts: dict[str, int]) -> tuple[WordCount, ...]:
    return tuple(WordCount(word, count) for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


_EVERYTHING = {
    "word-frequencies/1": (
        "word_frequency",
        {
            "stop_words": False,
            "numbers": True,
            "emoji": True,
            "urls": True,
            "dispersion": True,
            "tf_idf": 5,
            "collocations": 9,
            "min_count": 1,
            "kwic_top": 5,
            "diversity": True,
        },
    ),
    "sentiment/1": ("sentiment_analyzer", {}),
}
"""Which plugin gives a record, and the params by which it fills every section."""


def counted(schema: str) -> SearchStrategy[Counting]:
    """Return records as the shipped analyzers make them of hostile documents."""
    parts = ({"parts": "speakers"}, {"parts": "slices"}) if schema.startswith("word") else ({},)
    return st.builds(Counting, st.just(schema), spoken(), st.sampled_from(parts))


def cases(core: Core, plugin: str, *, fixed: dict[str, Any] | None = None) -> SearchStrategy[Case]:
    """Return what a plugin is run on.

    Args:
        core: the Core it is run by.
        plugin: its id.
        fixed: params every case has; None for none.
    """
    info = core.plugins[plugin]
    if info.kind == "visualizer":
        given = st.tuples(*(_record(schema) for schema in (*info.consumes, *info.consumes_when)))
    else:
        given = st.tuples(transcripts() if info.kind == "document" else spoken())
    params = params_of(plugin, core).flatmap(lambda drawn: _sized(plugin, core, drawn))
    return st.builds(Case, st.just(plugin), given, params.map(lambda drawn: {**drawn, **(fixed or {})}))


def _record(schema: str) -> SearchStrategy[Any]:
    tables: tuple[SearchStrategy[Any], ...] = (frequencies(),) if schema.startswith("word") else ()
    return st.one_of(records(schema), counted(schema), *tables)


def _sized(plugin: str, core: Core, drawn: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    """Give pictures sizes that take little time, no browser, and hostile words where words are asked for."""
    names = {spec.name for spec in core.plugins.params(plugin)}
    queries = st.sampled_from((*PAYLOADS, "b*", "*a*", "a*a*a*a*a*a*a*b", "*", "bom dia", "ana", "não*", ""))
    better: dict[str, SearchStrategy[Any]] = {
        "width": st.sampled_from((480, 640, 960)),
        "height": st.sampled_from((360, 540)),
        "browser": st.just(False),
        "title": st.sampled_from(("", *PAYLOADS)),
        "kwic": st.lists(queries, max_size=2).map(tuple),
        "reference": st.sampled_from(("", "", "", "Ana", "<b>")),
        "language": st.sampled_from(("auto", "en", "pt")),
        "speakers": st.lists(st.sampled_from(("Ana", "P1", *PAYLOADS[:3])), max_size=2).map(tuple),
    }
    more = {name: strategy for name, strategy in better.items() if name in names}
    if "width" not in names:
        # Half of what asks for hostile words, too, is as it was drawn.
        return st.just(drawn) | st.fixed_dictionaries(more).map(lambda found: {**drawn, **found})
    return st.fixed_dictionaries(more).map(lambda found: {**drawn, **found})
