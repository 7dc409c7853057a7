"""What a word is, and how words are counted."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qualia.text import WordReader, WordRules, characters, count_words, iter_words

ALPHABET = (
    "aZçãßİŉǅΐнжहिन्दी漢かカーﬁ1²½Ⅷ٣'’‘`´ʼ-‐‑–—_.,:;!?\"()<=#@&/+% \t\n\u00a0"
    "\u0301\u0327\u0338\u0345\u0640\u00ad\u200b\u200c\u200d\u200f\u2028\ufeff"
)
EMOJI = {"😀": "😀", "👍🏽": "👍🏽", "👩‍💻": "👩‍💻", "🇧🇷": "🇧🇷", "❤": "❤️", "❤️": "❤️", "1️⃣": "1️⃣"}
PIECES = (*EMOJI, "http://", "HTTPS://", "www.", "a.b", "@a", "#a", "'s", "漢字", "ひらカタ", "é", "1.5")
# Emoji beyond those above, and what makes them up, are told by a table that a slow reader would only repeat.
strange = st.characters(
    exclude_categories=("So", "Sk", "Cs"), exclude_characters="\ufe0e\ufe0f\u20e3\u2139\u203c\u2049\u3030\u303d"
)
texts = st.lists(st.one_of(st.sampled_from(ALPHABET), st.sampled_from(PIECES), strange), max_size=25).map("".join)
every_rule = st.builds(
    WordRules,
    fold=st.booleans(),
    numbers=st.booleans(),
    emoji=st.booleans(),
    urls=st.booleans(),
    mentions=st.booleans(),
    hashtags=st.booleans(),
    unspaced=st.sampled_from(["characters", "runs"]),
)


class SlowWords:
    """Reads a whole text one character after the other, as the module's description has it."""

    def __init__(self, text: str, rules: WordRules) -> None:
        text = unicodedata.normalize("NFC", "".join(char for char in text if char not in characters.INVISIBLE))
        if rules.fold:
            text = unicodedata.normalize("NFC", text.casefold())
        spelling = dict.fromkeys("‘’ʼ＇´`", "'") | dict.fromkeys("‐‑", "-") | {"＃": "#", "＠": "@"}
        self.text = "".join(spelling.get(char, char) for char in text)
        self.rules = rules
        self.words: list[str] = []
        at = 0
        while at < len(self.text):
            at = next((end for kind in self.KINDS if (end := getattr(self, kind)(at)) is not None), at + 1)

    KINDS = ("link", "mail", "emoji", "hashtag", "mention", "asian", "run")

    def at(self, place: int) -> str:
        return self.text[place] if 0 <= place < len(self.text) else " "

    def is_word(self, place: int) -> bool:
        return self.at(place).isalnum() or self.at(place) == "_"

    def is_asian(self, place: int, *, singly: bool) -> bool:
        code = ord(self.at(place))
        if self.rules.unspaced == "runs":
            return False
        katakana = (
            0x30A1 <= code <= 0x30FA or 0x30FC <= code <= 0x30FF or 0x31F0 <= code <= 0x31FF or 0xFF66 <= code <= 0xFF9F
        )
        alone = (0x3005 <= code <= 0x3007, code == 0x303B, 0x3041 <= code <= 0x3096, 0x309D <= code <= 0x309F)
        blocks = ((0x3105, 0x312F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD))
        return (any(alone) or any(low <= code <= high for low, high in blocks)) if singly else katakana

    def is_(self, place: int, majors: str) -> bool:
        return unicodedata.category(self.at(place))[0] in majors

    def keep(self, word: str, is_kept: bool = True) -> None:
        if is_kept:
            self.words.append(word)

    def is_own(self, place: int) -> bool:
        char = self.at(place)
        return (char.isascii() and (char.isalnum() or char == "_")) or "\u00c0" <= char <= "\u024f"

    def link(self, at: int) -> int | None:
        if self.is_word(at - 1):
            return None
        ahead = self.text[at : at + 8]
        schemes = ("http://", "https://", "ftp://")
        ascii_ahead = "".join(char.lower() if char.isascii() else char for char in ahead)
        scheme = next((each for each in schemes if ascii_ahead.startswith(each)), None)
        if scheme is None and ascii_ahead.startswith("www.") and self.is_word(at + 4):
            scheme = "www."
        if scheme is None:
            return None
        end = at + len(scheme)
        while self.is_own(end) or self.at(end) in "-.~:/?#[]@!$&'()*+,;=%":
            end += 1
        found = self.text[at:end]
        self.keep(found.rstrip(".,;:!?'\")]*_-").lstrip(".-") or found, self.rules.urls)
        return end

    def mail(self, at: int) -> int | None:
        def is_local(place: int) -> bool:
            return self.is_own(place) or self.at(place) in ".+%-"

        end = at
        while is_local(end):
            end += 1
        if is_local(at - 1) or end == at or self.at(end) != "@":
            return None
        end, labels = end + 1, 0
        while True:
            start = end
            while self.is_own(end) or self.at(end) == "-":
                end += 1
            if end == start:
                end -= 1
                break
            labels += 1
            if self.at(end) != ".":
                break
            end += 1
        if labels < 2:
            return None
        found = self.text[at:end]
        self.keep(found.rstrip(".,;:!?'\")]*_-").lstrip(".-") or found, self.rules.urls)
        return end

    def emoji(self, at: int) -> int | None:
        found = next((each for each in sorted(EMOJI, key=len, reverse=True) if self.text.startswith(each, at)), None)
        if found is None:
            return None
        end = at + len(found)
        if found not in ("🇧🇷", "1️⃣"):
            while self.at(end) == "\u200d":
                more = next(
                    (each for each in sorted(EMOJI, key=len, reverse=True) if self.text.startswith(each, end + 1)), None
                )
                if more is None or more in ("🇧🇷", "1️⃣"):
                    break
                end += 1 + len(more)
        bare = self.text[at:end].replace("\ufe0f", "")
        self.keep(EMOJI.get(found, found) if end == at + len(found) else bare, self.rules.emoji)
        return end

    def name(self, at: int) -> int | None:
        while (self.is_(at, "N") and self.at(at).isdecimal()) or self.at(at) == "_":
            at += 1
        if not self.is_(at, "L"):
            return None
        while self.is_word(at) or self.is_(at, "M"):
            at += 1
        return at

    def after_genitive(self, at: int) -> int:
        return at + 2 if self.text.startswith("'s", at) and not self.is_word(at + 2) else at

    def hashtag(self, at: int) -> int | None:
        if self.at(at) != "#" or self.is_word(at - 1) or self.at(at - 1) == "&" or (end := self.name(at + 1)) is None:
            return None
        self.keep(self.text[at:end], self.rules.hashtags)
        return self.after_genitive(end)

    def mention(self, at: int) -> int | None:
        if self.at(at) != "@" or self.is_word(at - 1) or self.at(at - 1) in ".@" or (end := self.name(at + 1)) is None:
            return None
        while self.at(end) in ".-" and (self.is_word(end + 1) or self.is_(end + 1, "M")):
            end += 1
            while self.is_word(end) or self.is_(end, "M"):
                end += 1
        self.keep(self.text[at:end], self.rules.mentions)
        return self.after_genitive(end)

    def asian(self, at: int) -> int | None:
        end = at + 1
        if self.is_asian(at, singly=True):
            while self.is_(end, "M"):
                end += 1
        elif self.is_asian(at, singly=False):
            while self.is_asian(end, singly=False) or self.is_(end, "M"):
                end += 1
        else:
            return None
        self.keep(self.text[at:end])
        return end

    def is_letter(self, place: int) -> bool:
        asian = self.is_asian(place, singly=True) or self.is_asian(place, singly=False)
        return self.is_(place, "LN") and self.is_word(place) and not asian

    def stretch(self, at: int) -> int:
        while self.is_letter(at) or self.is_(at, "M"):
            at += 1
        return at

    def run(self, at: int) -> int | None:
        if not self.is_letter(at):
            return None
        end = self.stretch(at)
        if not self.rules.numbers and any(self.is_(place, "N") for place in range(at, end)):
            return end
        while self.is_letter(end + 1):
            between = self.at(end - 1).isdecimal() and self.at(end) in ".,:" and self.at(end + 1).isdecimal()
            if not (self.at(end) in "'-\u200c\u200d" or (self.rules.numbers and between)):
                break
            further = self.stretch(end + 1)
            if not self.rules.numbers and any(self.is_(place, "N") for place in range(end + 1, further)):
                break
            end = further
        self.keep(self.text[at:end])
        return end


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gato gato, GATO!", ["gato", "gato", "gato"]),
        ("don't don’t d'água d´água", ["don't", "don't", "d'água", "d'água"]),
        ("guarda-chuva disse-me-ia fim‑de‑semana", ["guarda-chuva", "disse-me-ia", "fim-de-semana"]),
        ("enseada,--eram; sim – não", ["enseada", "eram", "sim", "não"]),
        ("'quoted' -dash- rock'n'roll", ["quoted", "dash", "rock'n'roll"]),
        ("co\u00adoperação \ufeffolá", ["cooperação", "olá"]),
        ("हिन्दी और मराठी", ["हिन्दी", "और", "मराठी"]),
        ("العربية العـــربية كَتَبَ \u200fكتاب\u200e", ["العربية", "العربية", "كَتَبَ", "كتاب"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("Straße STRASSE ΟΔΟΣ οδος", ["strasse", "strasse", "οδοσ", "οδοσ"]),
        ("snake_case", ["snake", "case"]),
        ("123 x1 m² 2º 10h covid-19", ["covid"]),
        ("我爱你。T恤 3月", ["我", "爱", "你", "t", "恤", "月"]),
        ("ひらコーヒーと", ["ひ", "ら", "コーヒー", "と"]),
        ("ไทย한국어 말", ["ไทย한국어", "말"]),
        ("👩‍💻 ❤️ 🎉 1️⃣", []),
        ("veja https://x.org/a?b=c#d, www.y.com ou ana@z.com.br!", ["veja", "ou"]),
        ("@ana e @Rui.Costa: a@b #Férias #1 &#39; C#", ["@ana", "e", "@rui.costa", "a", "b", "#férias", "c"]),
        ("@ana's #plan's", ["@ana", "#plan"]),
        ("", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    """Letters with marks and inner apostrophes or hyphens are words, whichever way they are typed."""
    assert list(iter_words(text)) == words


@pytest.mark.parametrize(
    ("choice", "text", "kept", "dropped"),
    [
        ({"numbers": True}, "Em 2024: 1.234,56", ["em", "2024", "1.234,56"], ["em"]),
        ({"emoji": True}, "oi 👩‍💻❤👍🏽🇧🇷🇵🇹 1️⃣ ☎ ☎️ ™ ℹ️", ["oi", *"👩‍💻 ❤️ 👍🏽 🇧🇷 🇵🇹 1️⃣ ☎️ ☎️ ℹ️".split()], ["oi"]),
        ({"urls": True}, "(https://X.org/A). b", ["https://x.org/a", "b"], ["b"]),
        ({"urls": True}, "ana.b+c@mail.com.br, d", ["ana.b+c@mail.com.br", "d"], ["d"]),
        ({"mentions": True}, "@ana b", ["@ana", "b"], ["b"]),
        ({"hashtags": True}, "#2024eleições b", ["#2024eleições", "b"], ["b"]),
    ],
)
def test_each_kind_is_kept_or_dropped(choice: dict[str, Any], text: str, kept: list[str], dropped: list[str]) -> None:
    """Numbers, emoji, addresses, names and hashtags are each one word, or no part of them is counted."""
    others: dict[str, Any] = {"mentions": False, "hashtags": False}
    assert list(iter_words(text, WordRules(**(others | choice)))) == kept
    without: dict[str, Any] = others | dict.fromkeys(choice, False)
    assert list(iter_words(text, WordRules(**without))) == dropped


def test_a_segmenter_takes_chinese_and_japanese_apart() -> None:
    """Each run is handed over once and given back in words, and what stands around it is read as ever."""
    asked: list[str] = []

    def pairs(run: str) -> list[str]:
        asked.append(run)
        return [run[place : place + 2] for place in range(0, len(run), 2)]

    rules = WordRules(segment=pairs)
    assert list(iter_words("我爱北京,ok 3月 我爱北京", rules)) == ["我爱", "北京", "ok", "月", "我爱", "北京"]
    assert asked == ["我爱北京", "月"] or asked == ["我爱北京", "月", "我爱北京"]
    assert [span[1:] for span in WordReader(rules).spans("x 我爱北京")] == [(0, 1), (2, 4), (4, 6)]


def test_unspaced_runs_can_be_words() -> None:
    """Asked for runs, Chinese and Japanese give a word between one punctuation mark and the next."""
    assert list(iter_words("我爱你,真的", WordRules(unspaced="runs"))) == ["我爱你", "真的"]


def test_decomposed_text_has_the_words_of_composed_text() -> None:
    """Words typed as base letters with marks are counted with those typed as whole letters."""
    text = "João bebe café com ação"
    assert count_words(unicodedata.normalize("NFD", text)) == count_words(text)


def test_case_can_be_kept() -> None:
    """Without folding, words that differ in case are apart."""
    assert count_words("Casa casa CASA", fold=False) == {"Casa": 1, "casa": 1, "CASA": 1}


def test_numbers_can_be_kept() -> None:
    """Numbers stay whole with their separators, and words with their digits."""
    words = iter_words("Em 2024, R$ 1.234,56 às 10:30: covid-19 e x1.", numbers=True)
    assert list(words) == ["em", "2024", "r", "1.234,56", "às", "10:30", "covid-19", "e", "x1"]


def test_counts_come_in_order_of_first_appearance() -> None:
    """The counter's order is the text's, so that ties can be broken by it."""
    assert list(count_words("c a b a c")) == ["c", "a", "b"]


@given(texts, every_rule)
@example("a\u0301 \u0301b <\u0338a 1\u0301a a1\u0301b", WordRules())
@example("a'b-c1 1-a a--b 'a' x\u200dy", WordRules())
@example(".@a a.@b @@c ##d &#e; a.b@c.d a.b@c www.x", WordRules(urls=True))
@example("漢カー́a1 カ１ ㌔ ｶﾞ", WordRules(numbers=True))
def test_words_equal_a_slow_reading(text: str, rules: WordRules) -> None:
    """The patterns find what a look at every character of the whole text finds, whatever counts as a word."""
    assert list(iter_words(text, rules)) == SlowWords(text, rules).words


@given(texts, every_rule)
def test_counting_equals_iterating(text: str, rules: WordRules) -> None:
    """The counts are those of the words in order."""
    assert list(count_words(text, rules).items()) == list(Counter(iter_words(text, rules)).items())


@given(st.lists(texts), every_rule)
def test_a_chunk_does_not_depend_on_its_neighbours(parts: list[str], rules: WordRules) -> None:
    """Texts with white space between them have the words of each, in order."""
    together = list(iter_words("\n".join(parts), rules))
    assert together == [word for part in parts for word in iter_words(part, rules)]


@given(texts)
def test_every_word_is_composed_and_folded(text: str) -> None:
    """Words can be compared as they are: composed, with the plain apostrophe and hyphen."""
    for word in iter_words(text):
        assert unicodedata.is_normalized("NFC", word)
        assert not set("’‘`´‐‑\u00ad") & set(word)


@pytest.mark.parametrize("major", ["M", "N"])
def test_no_mark_or_number_is_overlooked(major: str) -> None:
    """The code points that are looked through hold all marks and numbers there are."""
    everywhere = {code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] == major}
    looked_at = {code for part in characters._PLANES for code in part}
    assert everywhere - looked_at == set()
