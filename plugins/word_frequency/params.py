"""What may be asked for."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from qualia.plugin import param

from .nearness import Measure
from .passages import Parts

# fmt: off
Language = Literal[
    "auto", "none", "pt", "en",
    "af", "ar", "bg", "bn", "br", "ca", "cs", "da", "de", "el", "eo", "es", "et", "eu", "fa", "fi", "fr", "ga",
    "gl", "gu", "ha", "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "ko", "ku", "la", "lt", "lv", "mr", "ms",
    "nl", "no", "pl", "ro", "ru", "sk", "sl", "so", "st", "sv", "sw", "th", "tl", "tr", "uk", "ur", "vi", "yo",
    "zh", "zu",
]
# fmt: on


@frozen
class Params:
    """What is counted, how much of it is listed, and what else is told of it."""

    top: int = param(100, ge=1, le=100_000, help="List the N most frequent words.")
    min_length: int = param(1, ge=1, le=1_000, help="Leave out words shorter than N characters.")
    language: Language = param(
        "auto", help="Whose stop words to leave out: the document's own or detected language, one named, or none."
    )
    stop_words: bool = param(True, help="Leave out the stop words of the language.")
    extra_stop_words: tuple[str, ...] = param((), help="Words to leave out too, whatever the language.")
    keep_words: tuple[str, ...] = param((), help="Words to count although they are stop words.")
    stopwordsiso: bool = param(False, help="Take stop words of languages other than pt and en from stopwordsiso.")
    case_sensitive: bool = param(False, help='Count "Casa" and "casa" apart.')
    numbers: bool = param(False, help="Count numbers, and words that hold digits, too.")
    emoji: bool = param(False, help="Count emoji too.")
    urls: bool = param(
        False, help="Count web and mail addresses too, each whole; otherwise none of their parts counts."
    )
    mentions: bool = param(True, help='Count names behind "@"; otherwise they are left out.')
    hashtags: bool = param(True, help="Count hashtags; otherwise they are left out.")
    unspaced: Literal["characters", "runs", "jieba"] = param(
        "characters", help="Words of Chinese and Japanese: characters, runs between punctuation, or what jieba finds."
    )
    lemmas: bool = param(False, help="Count dictionary forms instead of words, through simplemma.")
    ngram: int = param(1, ge=1, le=5, help="Count sequences of N words instead of words.")
    parts: Parts = param(
        "speakers",
        help="What is compared: speakers, segments, documents under lines '==> name <==', or slices of equal length.",
    )
    slices: int = param(20, ge=2, le=1_000, help="How many slices there are when parts is slices.")
    dispersion: bool = param(False, help="Tell how evenly the parts have each listed word (Gries' DP).")
    keyness: int = param(10, ge=0, le=10_000, help="List N words each part uses more often than the others (G2).")
    reference: str = param("", help="Name of the part the others are compared with; empty for all others.")
    tf_idf: int = param(0, ge=0, le=10_000, help="List N words that tell each part from the others.")
    collocations: int = param(0, ge=0, le=100_000, help="List N pairs of words that stand near each other.")
    collocations_by: Measure = param("log_dice", help="What makes a pair strong.")
    span: int = param(4, ge=1, le=10, help="How many words further the second word of a pair may stand.")
    min_count: int = param(3, ge=1, le=1_000_000, help="Occurrences a key word or a pair must have.")
    kwic: tuple[str, ...] = param((), help="Words or phrases to show in context; * stands for any letters.")
    kwic_top: int = param(0, ge=0, le=1_000, help="Show the N most frequent words in context, too.")
    kwic_lines: int = param(20, ge=1, le=100_000, help="Show at most N places of each.")
    kwic_words: int = param(8, ge=0, le=100, help="How many words of context stand on either side.")
    diversity: bool = param(False, help="Tell how varied the words are, in measures that do not depend on length.")
