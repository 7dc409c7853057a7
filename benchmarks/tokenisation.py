"""Whether words come out as people mean them: ``python -m benchmarks.tokenisation`` prints how many rows are right."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.measure import is_installed
from qualia.text import iter_words

Row = tuple[str, str, tuple[str, ...]]

TABLE: tuple[Row, ...] = (
    ("apostrophes", "don't don’t d'água", ("don't", "don't", "d'água")),
    ("hyphens", "guarda-chuva disse-me-ia", ("guarda-chuva", "disse-me-ia")),
    ("non-breaking hyphens", "fim‑de‑semana", ("fim-de-semana",)),
    ("decomposed", unicodedata.normalize("NFD", "mãe café ação"), ("mãe", "café", "ação")),
    ("soft hyphen", "co\u00adoperação", ("cooperação",)),
    ("Hindi", "हिन्दी", ("हिन्दी",)),
    ("glued dash", "enseada,--eram", ("enseada", "eram")),
)
"""The seven rows peers were first compared by."""
HARDER: tuple[Row, ...] = (
    ("quoted words", "'casa' ‘mar’ rock'n'roll", ("casa", "mar", "rock'n'roll")),
    ("acute accent for apostrophe", "d´água", ("d'água",)),
    ("mesoclisis", "dir-lhe-ei fá-lo-íamos", ("dir-lhe-ei", "fá-lo-íamos")),
    ("dashes of all kinds", "sim—não – talvez―quem", ("sim", "não", "talvez", "quem")),
    ("hyphen at the end", "pós- e pré-guerra", ("pós", "e", "pré-guerra")),
    ("German sharp s", "Straße STRASSE", ("strasse", "strasse")),
    ("Greek final sigma", "ΟΔΟΣ οδος", ("οδοσ", "οδοσ")),
    ("ligatures", "ﬁm oﬃce", ("fim", "office")),
    ("Arabic with marks", "كَتَبَ الكتاب", ("كَتَبَ", "الكتاب")),
    ("Arabic tatweel", "العـــربية", ("العربية",)),
    ("marks of direction", "\u200fשלום\u200e \u202aabc\u202c", ("שלום", "abc")),
    ("Persian joiner", "می\u200cخواهم", ("می\u200cخواهم",)),
    ("Hindi and Marathi", "हिन्दी और मराठी", ("हिन्दी", "और", "मराठी")),
    ("Tamil", "தமிழ் மொழி", ("தமிழ்", "மொழி")),
    ("Chinese", "我爱你。", ("我", "爱", "你")),
    ("Japanese katakana", "コーヒーを", ("コーヒー", "を")),
    ("Korean", "한국어 말", ("한국어", "말")),
    ("Latin beside Chinese", "T恤", ("t", "恤")),
    ("numbers are no words", "em 2024, 1.234,56 às 10:30", ("em", "às")),
    ("digits make no words", "x1 covid-19 2º 10h", ("covid",)),
    ("links", "veja https://x.org/a_b?c=d#e. ou www.y.com", ("veja", "ou")),
    ("mail", "para ana.b@mail.com.br, hoje", ("para", "hoje")),
    ("names and hashtags", "@ana.souza: #FériasJá", ("@ana.souza", "#fériasjá")),
    ("no names in sums", "a@b C# #1 &#39;", ("a", "b", "c")),
    ("emoji beside words", "oi👩‍💻 mar❤️", ("oi", "mar")),
    ("underscores", "_dom_ snake_case", ("dom", "snake", "case")),
    ("superscripts", "m² nota¹", ()),
    ("zero-width space", "a\u200bb \ufeffolá", ("a", "b", "olá")),
    ("line ends of all kinds", "a\u2028b\u0085c\u00a0d", ("a", "b", "c", "d")),
    ("Vietnamese decomposed", unicodedata.normalize("NFD", "tiếng Việt"), ("tiếng", "việt")),
)
"""Harder ones of our own, by the default rules."""


def right(tokenise: Callable[[str], list[str]], rows: tuple[Row, ...]) -> list[str]:
    """Return the names of the rows a way of finding words gets right."""
    return [name for name, text, words in rows if tokenise(text) == list(words)]


def ways() -> dict[str, Callable[[str], list[str]]]:
    """Return ours and those of the peers that are installed, each as it comes, in lower case."""
    found: dict[str, Callable[[str], list[str]]] = {
        "qualia.text": lambda text: list(iter_words(text)),
        "re \\w+": lambda text: re.findall(r"\w+", text.lower()),
    }
    if is_installed("sklearn"):
        analyze: Callable[[str], list[str]] = (
            import_module("sklearn.feature_extraction.text").CountVectorizer().build_analyzer()
        )
        found["CountVectorizer"] = lambda text: list(analyze(text))
    if is_installed("nltk"):
        nltk: Any = import_module("nltk.tokenize")
        found["NLTK wordpunct"] = lambda text: list(nltk.wordpunct_tokenize(text.lower()))
    if is_installed("spacy"):
        blank: Any = import_module("spacy").blank("pt")
        found["spaCy blank"] = lambda text: [token.lower_ for token in blank(text) if not token.is_punct]
    return found


def main() -> int:
    """Print a line for each way; fail when ours misses a row."""
    missed: list[str] = []
    print("| | table | harder | misses |\n|---|---|---|---|")
    for name, tokenise in ways().items():
        rows = (*TABLE, *HARDER)
        wrong = [row[0] for row in rows if row[0] not in right(tokenise, rows)]
        scores = f"{len(right(tokenise, TABLE))}/{len(TABLE)} | {len(right(tokenise, HARDER))}/{len(HARDER)}"
        print(f"| {name} | {scores} | {', '.join(wrong[:4])}{' ...' if len(wrong) > 4 else ''} |")
        missed += wrong if name == "qualia.text" else []
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
