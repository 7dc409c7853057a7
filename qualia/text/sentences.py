"""Where sentences begin and end, in Portuguese and English prose and speech."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

_TERMINATORS = ".!?…।"
_CLOSERS = "\"'”’»›)\\]"
_OPENERS = "\"'“‘«‹(\\[¿¡–—―-"
# One pass: a blank line or page break, or a run of terminators with the quotes and brackets it closes. Nothing follows
# a repetition here, so there is nothing to backtrack into and long runs stay linear.
_BREAK = re.compile(
    rf"(?P<blank>\n[^\S\n]*\n|[\f\u2029])|(?P<wide>[。！？]+[」』”]*)|[{_TERMINATORS}][{_TERMINATORS}{_CLOSERS}]*"
)
_SPACE = re.compile(r"\s*")
_LEAD_IN = re.compile(rf"[{_OPENERS}]*[^\S\n\f\u2029]*")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_ABBREVIATION = 16
_CHUNK = re.compile(r"\S+")
_LONGEST = 60
"""More words than that without an end are parted."""
_SHORTEST_LONG = 2 * _LONGEST
"""Characters of the shortest stretch that can have more words."""
_MOST = 40
_FEWEST, _FEWEST_IN_LINE = 12, 4
"""Words a part has at least before a word that begins anew, and before the end of a line."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Something always follows these, so their dot never ends a sentence.
_TITLES = _words(
    """
    adv arq av capt cel cf d dep des dr dra dras drs e.g eng enga engª exma exmo gov i.e ilma ilmo lt messrs mlle mme
    mr mrs ms mt mx p.ex pe pres prof profa profs profª rev sen sgt sr sra sras srs srta st sto v v.ex v.exa v.sa vs
    """
)
# These belong to the number behind them; before anything else they are words like others.
_BEFORE_NUMBERS = _words(
    """
    abr ago apr art arts aug cap caps dec dez eq feb fev fig figs fl fls jan jul jun mai mar n no nos nov nr num nº núm
    oct out p pag pp pág págs sec sep sept set tel vol vols
    """
)
# These may end a sentence, or stand before a name: what follows decides.
_BEFORE_NAMES = _words("bros cia co col corp ex gen inc jr ltd ltda")
_STARTERS = _words(
    """
    a after all although an and aquela aquele aqui are as at aí bem but com como da de depois did do does e ela elas
    ele eles em então era essa esse esta este eu foi for from he her here his how however i if in is isso isto it its
    já lá mas me meu minha my na nessa nesse no nos nossa nosso nós não o on or os our para por porque quando que quem
    se sem she sim so some só também that the their then there these they this those to todos tudo um uma was we were
    what when where which who why with yes you your você vocês é
    """
)

_OPENING_WORDS = _words(
    """
    actually agora aí and anyway because bom but daí e então mas now ok okay only pois porque portanto so
    tipo well yeah
    """
)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets (first character, behind the last) of each sentence, without the space around it.

    A sentence ends at ``. ! ? …`` and the quotes and brackets closed there, when space and no lower-case letter follow;
    at a line that ends so; and at a blank line. The dot of a number, of an initial and of Portuguese and English
    abbreviations ends none. What goes on for more than 60 words, as transcripts without punctuation do, is parted where
    lines end, before words that speakers begin anew with ("so", "então"), or else after 40 words. Together the spans
    hold every character that is not space. Time grows linearly.
    """
    for start, end in _marked_spans(text):
        if end - start <= _SHORTEST_LONG:
            yield start, end
        else:
            yield from _parted(text, start, end)


def _marked_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences that marks and blank lines part."""
    start = _skip(text, 0)
    for found in _BREAK.finditer(text):
        if found["blank"] is not None:
            end = start + len(text[start : found.start()].rstrip())
        elif found["wide"] is not None or _ends(text, start, found):
            end = found.end()
        else:
            continue
        if end > start:
            yield start, end
        if found.end() > start:
            start = _skip(text, found.end())
    end = start + len(text[start:].rstrip())
    if end > start:
        yield start, end


def _parted(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a stretch without end marks, each of at most `_LONGEST` words; one that is not long, whole."""
    words = _CHUNK.finditer(text, start, end)
    pending: list[re.Match[str]] = []
    for word in words:
        pending.append(word)
        if len(pending) > _LONGEST:
            break
    else:
        yield start, end
        return
    first, count, before = start, 0, start
    for word in chain(pending, words):
        line_ends = count and "\n" in text[before : word.start()]
        begins_anew = count >= _FEWEST and word.group().casefold().strip(",") in _OPENING_WORDS
        # A dot that ended nothing shortens a word, which stays with the next.
        shortened = text[before - 1] == "."
        if not shortened and (count >= _MOST or begins_anew or (line_ends and count >= _FEWEST_IN_LINE)):
            yield first, before
            first, count = word.start(), 0
        count += 1
        before = word.end()
    yield first, end


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _ends(text: str, start: int, found: re.Match[str]) -> bool:
    """Say whether the terminators ``found`` end the sentence that begins at ``start``."""
    space_end = _skip(text, found.end())
    if space_end == found.end():
        return space_end == len(text)
    lead_in = _LEAD_IN.match(text, space_end)
    ahead = lead_in.end() if lead_in else space_end
    following = text[ahead : ahead + 1]
    if following and following in ".!?…।,;:":
        return False
    marks = found.group()
    if marks.rstrip("\"'”’»›)]") == "." and _is_abbreviation(text, start, found.start(), ahead):
        return False
    if not following.islower():
        return True
    # Speech goes on behind its quotation: "Olá!" disse ela. Without quotes, a line that ends so ends the sentence.
    quoted = marks[-1] in "\"'”’»›)]" or ahead > space_end
    return not quoted and "\n" in text[found.end() : space_end]


def _is_abbreviation(text: str, start: int, dot: int, ahead: int) -> bool:
    """Say whether the word before the ``dot`` is shortened by it and what stands ``ahead`` belongs to it."""
    before = text[max(start, dot - _LONGEST_ABBREVIATION) : dot]
    if not before or before[-1].isspace():
        return False
    parts = before.split()
    short = parts[-1].lstrip("\"'“‘«‹([¿¡–—―-")
    word = short.casefold()
    if word in _TITLES or parts[-2:] == ["p.", "ex"]:
        return True
    if len(word) == 1 and word.isalpha() and short.isupper() and (short != "I" or dot - start == 1):
        return True
    following = text[ahead : ahead + 1]
    if word in _BEFORE_NUMBERS and following.isdigit():
        return True
    if word.isdigit() and len(word) <= 3 and _opens_line(text, start, dot - len(short)):
        return True
    inner_dots = "." in word and all(len(part) == 1 for part in word.split("."))
    if word in _BEFORE_NAMES or (inner_dots and short.isupper()):
        name = _WORD.match(text, ahead)
        return name is not None and name[0].casefold() not in _STARTERS
    return False


def _opens_line(text: str, start: int, place: int) -> bool:
    return place == start or text[place - 1] == "\n"
