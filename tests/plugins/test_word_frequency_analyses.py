"""What the word counter tells beside counts: parts, keyness, weights, collocations, contexts, lemmas, variety."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import Core, Settings
from qualia.plugin import Document, Segment, UnsupportedInput, build_params, param_specs
from qualia.records import WordFrequencies
from qualia.text import iter_words, join_texts, keyness, stop_words

Analyze = Callable[..., WordFrequencies]
TURNS = (
    ("Ana", "A escola nova precisa de professores. A escola é nova!"),
    ("Rui", "O orçamento da escola, o orçamento do ano; o orçamento"),
    ("Ana", "Professores e escola"),
)
turns = st.lists(st.tuples(st.sampled_from("PQR"), st.text(alphabet="abc. \n-", max_size=30)), max_size=6)


@pytest.fixture(scope="session")
def analyze(load_plugin: Callable[[str], ModuleType]) -> Analyze:
    """Count a document or text with the plugin, with the params given."""
    plugin = load_plugin("word_frequency")

    def run(document: Document | str, **params: Any) -> WordFrequencies:
        document = Document(document) if isinstance(document, str) else document
        return plugin.WordFrequency().analyze(document, build_params(plugin.Params, params, plugin="word_frequency"))

    return run


def meeting(said: Any = TURNS, *, language: str | None = "pt") -> Document:
    """Return turns as lines with labels, five seconds each."""
    text, segments = "", []
    for number, (speaker, words) in enumerate(said):
        start = len(text) + len(speaker) + 2
        text += f"{speaker}: {words}\n"
        segments.append(Segment(start, start + len(words), speaker=speaker, begin_s=number * 5))
    return Document(text, segments=segments, language=language)


def needs(library: str) -> pytest.MarkDecorator:
    """Skip where an optional library is not installed."""
    return pytest.mark.skipif(importlib.util.find_spec(library) is None, reason=f"{library} is not installed")


def test_rates_are_of_all_words(analyze: Analyze) -> None:
    """Occurrences in a million are of all running words, so the list of stop words does not change them."""
    with_stops, without = analyze(meeting()), analyze(meeting(), stop_words=False)
    assert with_stops.running == without.running == without.total == with_stops.total + with_stops.stop_words
    rates = {item.word: item.per_million for item in without.words}
    assert all(item.per_million == rates[item.word] for item in with_stops.words)
    assert rates["escola"] == round(4 / without.running * 1e6, 2)


def test_the_stop_words_left_out_are_shown(analyze: Analyze) -> None:
    """The result names the stop words it left out, how often each occurred, and where the list is from."""
    found = analyze("o mar e o sal de hoje", language="pt", extra_stop_words=["hoje"], keep_words=["DE"])
    assert [(item.word, item.count) for item in found.left_out] == [("o", 2), ("e", 1), ("hoje", 1)]
    assert [item.word for item in found.words] == ["de", "mar", "sal"]
    assert found.stop_list == f"pt: {len(stop_words('pt'))} words, 1 extra, 1 kept"


@pytest.mark.parametrize("kind", ["numbers", "emoji", "urls", "mentions", "hashtags"])
def test_each_kind_has_its_param(analyze: Analyze, kind: str) -> None:
    """Numbers, emoji, addresses, names and hashtags are each counted or left out by a param of their own."""
    text = "2024 😀 https://a.org @ana #mar"
    kinds = dict.fromkeys(("numbers", "emoji", "urls", "mentions", "hashtags"), False)
    expected = {"numbers": "2024", "emoji": "😀", "urls": "https://a.org", "mentions": "@ana", "hashtags": "#mar"}
    assert [item.word for item in analyze(text, **(kinds | {kind: True})).words] == [expected[kind]]
    assert analyze(text, **kinds).words == ()


def test_keyness_tells_speakers_apart(analyze: Analyze) -> None:
    """Each speaker has the words they use more often than all others, with the evidence for it."""
    found = analyze(meeting(), min_count=2)
    assert [(item.part, item.word) for item in found.keyness] == [
        ("Ana", "nova"),
        ("Ana", "professores"),
        ("Ana", "escola"),
        ("Rui", "orçamento"),
    ]
    ana, rui = found.speakers
    measure = keyness(3, rui.running, (0, ana.running))
    last = found.keyness[-1]
    assert (last.count, last.reference_count, last.g2) == (3, 0, round(measure.g2, 4))
    assert last.log_ratio == round(measure.log_ratio, 4)
    assert analyze(meeting(), keyness=0).keyness == ()
    assert analyze(meeting(TURNS[:1])).keyness == ()


def test_a_reference_can_be_named(analyze: Analyze) -> None:
    """Compared with one speaker, that one has no key words; a name nobody has is refused with those there are."""
    found = analyze(meeting(), reference="Ana", min_count=1)
    assert {item.part for item in found.keyness} == {"Rui"}
    with pytest.raises(UnsupportedInput, match="there is no 'Eva'; there are Ana, Rui"):
        analyze(meeting(), reference="Eva")


def test_segments_are_parts(analyze: Analyze) -> None:
    """Each segment has its own counts, its place and its time."""
    found = analyze(meeting(), parts="segments", top=1)
    assert [(each.name, each.begin_s, each.total, each.running, each.words[0].word) for each in found.parts] == [
        ("Ana", 0.0, 6, 10, "escola"),
        ("Rui", 5.0, 5, 10, "orçamento"),
        ("Ana", 10.0, 2, 3, "escola"),
    ]
    with pytest.raises(UnsupportedInput, match="the document has no segments"):
        analyze("casa", parts="segments")


def test_documents_are_parts(analyze: Analyze) -> None:
    """Several documents in one text are compared with each other: TF-IDF, keyness and dispersion are over them."""
    text = join_texts([("a.txt", "mar mar sol"), ("b.txt", "mar lua"), ("c.txt", "mar")])
    found = analyze(Document(text, language="pt"), parts="documents", tf_idf=5, dispersion=True, min_count=1)
    assert [(each.name, each.total) for each in found.parts] == [("a.txt", 3), ("b.txt", 2), ("c.txt", 1)]
    assert [(each.part, each.word, each.parts, each.tf_idf) for each in found.tf_idf] == [
        ("a.txt", "sol", 1, 1.0986),
        ("b.txt", "lua", 1, 1.0986),
    ]
    assert {(each.part, each.word) for each in found.keyness} == {
        ("a.txt", "sol"),
        ("b.txt", "lua"),
        ("c.txt", "mar"),
    }
    assert (found.dispersion[0].word, found.dispersion[0].in_parts) == ("mar", (2, 1, 1))
    assert found.total == sum(each.total for each in found.parts)
    with pytest.raises(UnsupportedInput, match="no line like '==> name <=='"):
        analyze("casa", parts="documents")


@given(turns, st.integers(2, 5))
def test_slices_share_out_the_whole(analyze: Analyze, said: list[tuple[str, str]], slices: int) -> None:
    """Slices follow each other without a gap, and their counts add up to the whole."""
    document = meeting(said)
    found = analyze(document, parts="slices", slices=slices, dispersion=True, language="none")
    assert sum(part.total for part in found.parts) == found.total
    assert "".join(document.text[part.start : part.end] for part in found.parts) == document.text
    assert all(sum(each.in_parts) == word.count for each, word in zip(found.dispersion, found.words, strict=True))


@given(turns, st.booleans())
def test_parts_do_not_change_the_whole(analyze: Analyze, said: list[tuple[str, str]], numbers: bool) -> None:
    """Whatever is compared, the words of the whole and of the speakers are the same."""
    kinds = ["speakers", *(["segments"] if said else []), "slices"]
    results = [analyze(meeting(said), parts=kind, numbers=numbers) for kind in kinds]
    assert len({(each.words, each.speakers, each.running, each.left_out) for each in results}) == 1


def slow_sentences(document: Document) -> list[list[str]]:
    """Return the words of each sentence of each turn."""
    said = [document.text[segment.start : segment.end] for segment in document.segments]
    sentences = [re.split(r"(?<=\.)\s", each) for each in said]
    return [list(iter_words(sentence)) for each in sentences for sentence in each]


@given(turns, st.integers(2, 4))
def test_sequences_equal_a_slow_count(analyze: Analyze, said: list[tuple[str, str]], length: int) -> None:
    """Sequences are those of each sentence of each passage, and none reaches over an end."""
    expected: Counter[str] = Counter()
    for words in slow_sentences(meeting(said)):
        expected.update(" ".join(words[at : at + length]) for at in range(len(words) - length + 1))
    found = analyze(meeting(said), ngram=length, language="none", top=10_000)
    assert {item.word: item.count for item in found.words} == expected
    assert sum(speaker.total for speaker in found.speakers) == found.total == expected.total()


def test_sequences_do_not_begin_or_end_with_stop_words(analyze: Analyze) -> None:
    """Inside a sequence a stop word stays, at its ends it does not."""
    found = analyze("o estado de sítio e o estado de sítio", language="pt", ngram=3)
    assert [(item.word, item.count) for item in found.words] == [("estado de sítio", 2)]
    assert found.ngram == 3
    assert found.stop_words == 5


@given(turns, st.integers(1, 4))
def test_collocations_equal_a_slow_count(analyze: Analyze, said: list[tuple[str, str]], span: int) -> None:
    """Pairs are those of each sentence in which the second word stands at most so many places behind the first."""
    expected: Counter[tuple[str, str]] = Counter()
    for words in slow_sentences(meeting(said)):
        for at, word in enumerate(words):
            expected.update((word, other) for other in words[at + 1 : at + 1 + span])
    found = analyze(meeting(said), collocations=1000, span=span, min_count=1, language="none").collocations
    assert {(each.left, each.right): each.count for each in found} == expected
    assert [each.log_dice for each in found] == sorted((each.log_dice for each in found), reverse=True)


def test_collocations_are_of_counted_words_by_a_chosen_measure(analyze: Analyze) -> None:
    """Stop words take up places but make no pairs, rare pairs are left out, and the measure decides the order."""
    text = "mar de sal. mar de sal. mar de sal. sol e mar. sol e lua"
    found = analyze(text, language="pt", collocations=5, min_count=2, collocations_by="t_score")
    assert [(each.left, each.right, each.count) for each in found.collocations] == [("mar", "sal", 3)]
    assert analyze(text, language="pt", collocations=5, min_count=2, span=1).collocations == ()


def test_words_are_shown_in_context(analyze: Analyze) -> None:
    """Each place of a word, phrase or pattern comes with its surroundings, its speaker and its time."""
    document = meeting()
    found = analyze(document, kwic=["profess*", "Escola NOVA"], kwic_words=2).contexts
    assert [(each.query, each.left, each.match, each.right, each.speaker, each.begin_s) for each in found] == [
        ("profess*", "precisa de", "professores", ". A", "Ana", 0.0),
        ("profess*", "", "Professores", "e escola", "Ana", 10.0),
        ("Escola NOVA", "A", "escola nova", "precisa de", "Ana", 0.0),
    ]
    assert all(document.text[each.start : each.end] == each.match for each in found)
    assert len(analyze(document, kwic=["escola"], kwic_lines=2).contexts) == 2
    with pytest.raises(UnsupportedInput, match="has no words to look for"):
        analyze(document, kwic=["..."])


@given(turns)
def test_contexts_find_every_place(analyze: Analyze, said: list[tuple[str, str]]) -> None:
    """Each listed word has as many places as it has occurrences."""
    found = analyze(meeting(said), kwic_top=100, kwic_lines=1000, language="none")
    assert Counter(line.query for line in found.contexts) == {item.word: item.count for item in found.words}


def test_overlapping_segments_count_once_in_the_whole(analyze: Analyze) -> None:
    """What two speak at once counts for each of them, and once in the whole."""
    segments = [Segment(0, 9, speaker="A"), Segment(5, 14, speaker="B")]
    found = analyze(Document("casa azul mar!", segments=segments), language="none")
    assert [(speaker.speaker, speaker.total) for speaker in found.speakers] == [("A", 2), ("B", 2)]
    assert found.total == 3


def test_variety_does_not_depend_on_length(analyze: Analyze) -> None:
    """The measures are told for the whole and each speaker, and of a text twice as long they are about the same."""
    words = [f"w{chr(97 + at * 7 % 26)}{chr(97 + at * 11 % 26)}" for at in range(120)]
    short, long = (analyze(" ".join(words * times), diversity=True, language="none") for times in (2, 4))
    assert short.diversity is not None and long.diversity is not None
    assert short.diversity.mattr == pytest.approx(long.diversity.mattr, abs=0.01)
    assert short.diversity.types / short.diversity.tokens > 1.9 * long.diversity.types / long.diversity.tokens
    found = analyze(meeting(), diversity=True)
    assert [each.diversity.tokens for each in found.speakers if each.diversity] == [13, 10]


@needs("simplemma")
def test_dictionary_forms_can_be_counted(analyze: Analyze) -> None:
    """Forms of a word count as one, verbs with pronouns as the verb; stop words go in any form."""
    text = "os professores disseram-me; disse o professor: fazê-lo, dir-me-ia"
    found = analyze(text, language="pt", lemmas=True, kwic_top=1)
    assert {item.word: item.count for item in found.words} == {"dizer": 3, "professor": 2, "fazer": 1}
    assert found.lemmas.startswith("simplemma ")
    assert [line.match for line in found.contexts] == ["disseram-me", "disse", "dir-me-ia"]
    english = analyze("the team's teams were", language="en", lemmas=True)
    assert {item.word: item.count for item in english.words} == {"team": 2}
    with pytest.raises(UnsupportedInput, match="the language cannot be told"):
        analyze("zug blik", lemmas=True)


@needs("stopwordsiso")
def test_other_languages_have_stop_words_when_asked(analyze: Analyze) -> None:
    """French stop words come from stopwordsiso, named with its version."""
    found = analyze("le chat et la souris", language="fr", stopwordsiso=True)
    assert ([item.word for item in found.words], found.language) == (["chat", "souris"], "fr")
    assert "stopwordsiso" in found.stop_list


@needs("jieba")
def test_chinese_can_be_taken_apart(analyze: Analyze) -> None:
    """With jieba, words of Chinese are those of its dictionary; without, they are characters."""
    assert {item.word for item in analyze("我来到北京", unspaced="jieba").words} == {"我", "来到", "北京"}
    assert {item.word for item in analyze("我来到北京").words} == set("我来到北京")


def test_a_language_without_stop_words_is_refused_when_named(analyze: Analyze) -> None:
    """Who names a language there is no list for is told what there is to do."""
    with pytest.raises(UnsupportedInput, match="stopwordsiso=true may have some, or stop_words=false"):
        analyze("le chat", language="fr")
    assert analyze("le chat", language="fr", stop_words=False).total == 2


@pytest.mark.parametrize(
    ("params", "library"),
    [
        ({"lemmas": True, "language": "pt"}, "simplemma"),
        ({"stopwordsiso": True, "language": "fr"}, "stopwordsiso"),
        ({"unspaced": "jieba"}, "jieba"),
    ],
)
def test_what_is_missing_is_named(
    analyze: Analyze, params: dict[str, Any], library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A param that needs a library that is not there says which, and how to get it."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UnsupportedInput, match=f'needs {library}, which is not installed; pip install "{library}>='):
        analyze("casa", **params)


def test_everything_is_reached_through_the_engine() -> None:
    """Every section of the record passes the engine's check and its way through JSON."""
    params = {
        "parts": "slices",
        "slices": 2,
        "dispersion": True,
        "tf_idf": 3,
        "collocations": 3,
        "min_count": 1,
        "kwic_top": 2,
        "diversity": True,
    }
    with Core(settings=Settings()) as core:
        result = core.run("word_frequency", meeting(), params, returns=WordFrequencies)
    found = result.value
    assert all((found.parts, found.dispersion, found.tf_idf, found.collocations, found.contexts, found.diversity))
    assert type(result).from_json(result.to_json()).into(WordFrequencies).value == found


def test_the_page_names_every_param(load_plugin: Callable[[str], ModuleType]) -> None:
    """The reference page has a row for each param, with the sentence the command line shows, and no other row."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "plugins" / "word_frequency.md"
    table = page.read_text(encoding="utf-8").partition("## Params")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| `")]
    specs = param_specs(load_plugin("word_frequency").Params)
    assert [(row[0].strip(" `"), row[-1].strip()) for row in rows] == [(spec.name, spec.help) for spec in specs]


def test_a_query_of_many_stars_is_matched_in_linear_time() -> None:
    """Each star is tried once: four of them in a word of 20,000 letters are answered at once."""
    with Core() as core:
        record = core.run("word_frequency", Document("a" * 20_000), {"kwic": ("a*a*a*a*b", "a*a")}).value
    assert [each.query for each in record.contexts] == ["a*a"]
