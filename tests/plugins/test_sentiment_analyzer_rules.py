"""What the words around a word do to it, in English and Portuguese, and which words decided."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

Score = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def plugin(load_plugin: Callable[[str], ModuleType]) -> ModuleType:
    return load_plugin("sentiment_analyzer")


@pytest.fixture(scope="module")
def score(plugin: ModuleType) -> Score:
    """Return what scores a sentence of a language."""
    scorers = {"en": plugin.english.EnglishScorer.load(), "pt": plugin.portuguese.PortugueseScorer.load()}
    return lambda language, text: scorers[language].score(text)


@pytest.mark.parametrize(
    ("language", "better", "worse"),
    [
        ("en", "This is good.", "This is not good."),
        ("en", "This is not bad.", "This is bad."),
        ("en", "It works.", "It doesn’t work well at all, never buy it."),
        ("en", "This is very good.", "This is good."),
        ("en", "This is good.", "This is slightly good."),
        ("en", "This is GOOD and new.", "This is good and new."),
        ("en", "Good!!!", "Good."),
        ("en", "Sooo goooood", "good"),
        ("en", "It was bad, but now it is good.", "It was good, but now it is bad."),
        ("en", "No, it is good.", "It is no good."),
        ("en", "Fine 😍", "Fine 😡"),
        ("en", "Fine :-)", "Fine :-("),
        ("en", "I hardly ever complain.", "I complain."),
        ("pt", "É bom.", "Não é bom."),
        ("pt", "Não é ruim.", "É ruim."),
        ("pt", "É muito lindo.", "É lindo."),
        ("pt", "É lindo demais.", "É lindo."),
        ("pt", "É péssimo.", "É um pouco pior que péssimo, é muito péssimo, horrível."),
        ("pt", "Era ruim, mas agora é ótimo.", "Era ótimo, mas agora é ruim."),
        ("pt", "Vale a pena ver.", "Não vale a pena ver."),
        ("pt", "Recomendo!", "Não recomendo!"),
        ("pt", "Não, é ótimo.", "Não é ótimo."),
        ("pt", "Que alegria ❤️", "Que alegria 💔"),
        ("pt", "Amei #lindo", "Amei #lixo"),
        ("pt", "lindaaaaa demais", "feiaaaaa demais"),
    ],
)
def test_the_first_is_better_than_the_second(score: Score, language: str, better: str, worse: str) -> None:
    """Negation, degree, contrast, capitals, marks, emoji, faces and phrases move a score the way people read them."""
    assert score(language, better).polarity > score(language, worse).polarity


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "She lives at https://good.example/great/best and wrote to @best."),
        ("en", "The table has four legs."),
        ("pt", "A mesa tem quatro pés e fica na sala."),
        ("pt", "Ele foi para casa e ela ficou."),
        ("pt", "Bom, boa tarde, gente."),
        ("pt", ""),
    ],
)
def test_matter_of_fact_is_worth_nothing(score: Score, language: str, text: str) -> None:
    """Links, mentions and sentences without opinion have no score and nothing that decided."""
    found = score(language, text)
    assert (found.polarity, found.opinions, found.hits, found.agreement) == (0.0, 0, (), 0.0)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "I don't like it.", [("like", True)]),
        ("en", "A piece of junk, but cheap 😡", [("piece of junk", False), ("😡", False)]),
        ("pt", "Não vale a pena, é um lixo.", [("Não vale a pena", False), ("lixo", False)]),
        ("pt", "Ela não é simpática.", [("simpática", True)]),
        ("pt", "Lindíssimos, adorei!", [("Lindíssimos", False), ("adorei", False)]),
    ],
)
def test_what_decided_is_told(score: Score, language: str, text: str, expected: list[tuple[str, bool]]) -> None:
    """Each deciding word or phrase is told as it was written, and whether a negation turned it round."""
    assert [(text[hit.start : hit.end], hit.negated) for hit in score(language, text).hits] == expected


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("vc n é mt legal", -1),
        ("Nunk vi nada tão lindo, muuuuito bom dms", 1),
        ("Adorei-o.", 1),
        ("Vou adorá-lo sempre.", 1),
        ("Decepcionou-me.", -1),
        ("Um funcionário mal-educado.", -1),
        ("Não acho que o filme seja bom.", -1),
        ("Não é só bom, é ótimo.", 1),
        ("Adorei esperar na fila, sqn.", -1),
        ("Que maravilha, mais um aumento 🙄", -1),
        ("Não tenho do que reclamar.", 1),
        ("Nada mal.", 1),
        ("Foi bom pra caralho!", 1),
        ("Passei as férias na França, de maneira simples.", 0),
        ("Por exemplo, a vaga é em Recife.", 0),
        ("kkkkkkkkk", 0),
        ("Estou farta disto, que seca!", -1),
        ("O prato é giro e o sítio é porreiro.", 1),
    ],
)
def test_portuguese_as_it_is_written(score: Score, text: str, sign: int) -> None:
    """Spellings of chats, pronouns on verbs, hyphens, long reach, irony that is named, and words that only look bad."""
    polarity = score("pt", text).polarity
    assert (polarity > 0.1) - (polarity < -0.1) == sign


def test_ten_emoji_are_not_ten_reasons(score: Score) -> None:
    """Repetition adds less each time and never as much as a second reason."""
    once, ten = score("pt", "Fim 😡").polarity, score("pt", "Fim " + "😡" * 10).polarity
    assert once > ten > score("pt", "Fim 😡 horrível").polarity


def test_agreement_falls_where_praise_meets_blame(score: Score) -> None:
    """A sentence of one mind agrees with itself more than one that praises and blames."""
    for language, one, two in (("en", "good and great", "good and terrible"), ("pt", "bom e lindo", "bom e horrível")):
        assert score(language, one).agreement > score(language, two).agreement


@pytest.mark.parametrize(
    ("kind", "word", "some"),
    [
        ("adj", "lindo", {"lindo", "linda", "lindos", "lindas", "lindissima", "lindinho"}),
        ("adj", "rico", {"rica", "riquissimo", "riquinha"}),
        ("adj", "horrivel", {"horrivel", "horriveis"}),
        ("adj", "encantador", {"encantadora", "encantadores", "encantadoras"}),
        ("noun", "emocao", {"emocao", "emocoes"}),
        ("noun", "paz", {"paz", "pazes"}),
        ("verb", "amar", {"amo", "amei", "amava", "amando", "amaram", "amasse"}),
        ("verb", "ficar", {"fiquei", "fico", "ficou"}),
        ("verb", "pagar", {"paguei", "pagou"}),
        ("verb", "merecer", {"mereco", "merece", "merecia", "mereceu"}),
        ("verb", "curtir", {"curto", "curte", "curtiu", "curtindo"}),
        ("verb", "odiar", {"odeio", "odeia", "odiamos", "odeiem"}),
        ("verb", "chatear", {"chateio", "chateia", "chateou"}),
        ("verb", "mentir", {"minto", "mente", "mintam"}),
        ("verb", "destruir", {"destroi", "destroem", "destruiu"}),
        ("verb", "trair", {"traio", "trai", "traem", "traiu"}),
        ("verb", "proteger", {"protejo", "protege", "protejam"}),
        ("adj", "triste", {"tristes", "tristemente"}),
        ("word", "amo", {"amo"}),
        ("adj", "sem graca", {"sem graca"}),
    ],
)
def test_regular_forms_follow(plugin: ModuleType, kind: str, word: str, some: set[str]) -> None:
    """Gender, number, degree and conjugation are derived; phrases and words as written have no other form."""
    forms = plugin.forms.portuguese_forms(kind, word)
    assert some <= set(forms)
    assert word in forms
    assert kind != "word" or forms == [word]


@pytest.mark.parametrize("name", ["vader.txt", "leia.txt"])
def test_the_borrowed_lists_ship(plugin: ModuleType, name: str) -> None:
    """Each borrowed list is in the plugin's folder with its licence, is small, and lies in VADER's range."""
    folder = plugin.lexicon.DATA
    entries = plugin.lexicon.base_entries(name)
    assert len(entries) > 5_000
    assert all(-4 <= valence <= 4 and valence for valence in entries.values())
    assert (folder / name).stat().st_size < 200_000
    assert "Permission is hereby granted" in (folder / f"LICENSE-{name}").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "forms"), [("portuguese.txt", "portuguese_forms"), ("english.txt", "english_forms")])
def test_own_lists_are_written_as_they_are_looked_up(plugin: ModuleType, name: str, forms: str) -> None:
    """Every entry of the project's lists can be met in a text: it is folded as words of its language are."""
    entries = plugin.lexicon.own_entries(name, getattr(plugin.forms, forms))
    plain = name == "portuguese.txt"
    assert len(entries) > 200
    assert all(-4 <= valence <= 4 for valence in entries.values())
    unmet = [
        entry
        for entry in entries
        if " ".join(piece.key for piece in plugin.pieces.pieces(entry, plain=plain) if piece.kind == "word") != entry
    ]
    assert unmet == []


PIECES = st.sampled_from(
    """
    good isn't not never very BAD but mas não muito péssimo amei vale a pena 😀 😡😡 :-) :( !!! ? ... , #lindo @user
    https://x.y goooood ÓTIMO “ e
    """.split()
)
TEXTS = st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=80)


@given(text=TEXTS, language=st.sampled_from(["en", "pt"]))
def test_a_score_keeps_its_promises(score: Score, text: str, language: str) -> None:
    """Figures are in their ranges, hits lie in the text in order and do not overlap, and nothing decides nothing."""
    text = unicodedata.normalize("NFC", text)
    found = score(language, text)
    assert -1 <= found.polarity <= 1
    assert 0 <= found.subjectivity <= 1
    assert 0 <= found.agreement <= 1
    edges = [edge for hit in found.hits for edge in (hit.start, hit.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)
    assert found.polarity == 0 or found.opinions > 0


@given(text=TEXTS)
def test_pieces_are_where_they_say(plugin: ModuleType, text: str) -> None:
    """Pieces come in order, do not overlap, and folding takes the accents off their keys."""
    text = unicodedata.normalize("NFC", text)
    found = list(plugin.pieces.pieces(text, plain=True))
    edges = [edge for piece in found for edge in (piece.start, piece.end)]
    assert edges == sorted(edges)
    assert all(piece.start < piece.end for piece in found)
    words = [piece for piece in found if piece.kind == "word"]
    assert all(plugin.pieces.folded(piece.key, plain=True) == piece.key for piece in words if piece.key.isascii())


def slow_total(plugin: ModuleType, found: list[str]) -> float:
    """Return the sum of single words' worth by reading the rules word for word, for sentences of words alone."""
    rules = plugin.rules.english()
    lexicon = plugin.lexicon.base_entries("vader.txt")
    total, seen = 0.0, dict[str, int]()
    for place, word in enumerate(found):
        if word in rules.negations or word in rules.degrees or word not in lexicon:
            continue
        worth = lexicon[word]
        before = list(reversed(found[max(0, place - 3) : place]))
        more = sum(rules.degrees.get(each, 0.0) * fade for each, fade in zip(before, (1, 0.95, 0.9), strict=False))
        worth += more if worth > 0 else -more
        if sum(each in rules.negations for each in before) % 2:
            worth *= -0.74
        share = 0.5 ** seen.get(word, 0)
        total += worth * share if share >= 0.01 else 0.0
        seen[word] = seen.get(word, 0) + 1
    return max(0.0, total - rules.discount) if total > 0 else total


@given(
    words=st.lists(st.sampled_from(["good", "bad", "not", "very", "table", "never", "slightly", "awful"]), max_size=12)
)
def test_rules_equal_a_slow_reading_of_them(plugin: ModuleType, words: list[str]) -> None:
    """For words without marks the total is what the rules say when read one by one."""
    lexicon = plugin.lexicon.Lexicon.of(plugin.lexicon.base_entries("vader.txt"), {})
    valence = plugin.valence.Valence(lexicon, plugin.rules.english())
    text = " ".join(words)
    reading = valence.read(text, valence.pieces(text))
    assert reading.total == pytest.approx(slow_total(plugin, words))


def test_every_emoji_of_the_list_is_met(plugin: ModuleType) -> None:
    """Each emoji is one piece, with or without its selector and skin."""
    emoji = plugin.lexicon.emoji_entries()
    assert len(emoji) > 100
    for each in emoji:
        for written in (each, each + "\ufe0f", each + "\U0001f3fd"):
            assert [piece.key for piece in plugin.pieces.pieces(written, plain=True)] == [each]
