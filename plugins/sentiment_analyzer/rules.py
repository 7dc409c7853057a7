"""What changes the worth of a word: negations, degrees, contrasts; per language.

The figures follow Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media
Text" (ICWSM 2014), who measured them with raters; those that differ say why.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

NEGATED = -0.74
"""A negated word is worth so many times itself: "not great" is milder than "bad"."""
CAPITALS = 0.733
"""Added to the worth of a word in capitals among others that are not."""
STRETCHED = 0.293
"""Added for a stretched word ("sooo goooood"), as for a degree word."""
DEGREE = 0.293
FADING = (1.0, 0.95, 0.9)
"""What a degree counts one, two and three words before."""
REACH = 3
"""So many words before are looked at for degrees, up to a mark that parts clauses or a contrast."""
EXCLAMATION = 0.292
MOST_EXCLAMATIONS = 4
QUESTION = 0.18
MOST_QUESTIONS = 0.96
BEFORE_CONTRAST = 0.5
AFTER_CONTRAST = 1.5
REPEATED = 0.5
"""Each repetition in a sentence counts so many times the one before: ten emoji are not ten reasons."""
FULL = 15.0
"""Total t becomes t / sqrt(t * t + 15), between -1 and 1."""


@frozen(kw_only=True)
class Rules:
    """The small words of a language."""

    negations: frozenset[str]
    degrees: Mapping[str, float]
    """Words before another, and what they add to its worth, away from 0 when above 0."""
    degrees_behind: frozenset[str] = frozenset()
    """Words behind another that add `DEGREE` to it."""
    contrasts: frozenset[str]
    """What stands behind the last of them weighs more than what stands before."""
    openers: frozenset[str] = frozenset()
    """Words that are worth nothing where they open a sentence before a comma: "Well, ..."."""
    reach: int = REACH
    """So many words before are looked at for negations, at least `REACH`."""
    passed: frozenset[str] = frozenset()
    """Words that are not counted on the way back to a negation."""
    ironies: frozenset[str] = frozenset()
    """Entries of the lexicon, emoji among them, that turn the praise of the same sentence round."""
    spellings: Mapping[str, str] = field(factory=dict[str, str])
    """Spellings of chats, and the words they stand for."""
    enclitics: frozenset[str] = frozenset()
    """Pronouns that hang on a verb by a hyphen."""
    folds_accents: bool = False
    discount: float = 0.0
    """Taken off a total above 0, which never falls below 0: people say more kind words than they mean."""


def _degrees(more: str, less: str) -> dict[str, float]:
    return dict.fromkeys(more.split(), DEGREE) | dict.fromkeys(less.split(), -DEGREE)


def _spelt(rows: str) -> dict[str, str]:
    return {
        spelling: word for word, _, all_ in (row.partition("=") for row in rows.split()) for spelling in all_.split(",")
    }


def english() -> Rules:
    """Return the rules of English."""
    return Rules(
        negations=frozenset(
            """
            ain't aint aren't arent can't cannot cant couldn't couldnt daren't darent despite didn't didnt doesn't
            doesnt don't dont hadn't hadnt hasn't hasnt haven't havent isn't isnt mightn't mightnt mustn't mustnt
            needn't neednt neither never no nobody none nope nor not nothing nowhere oughtn't oughtnt rarely seldom
            shan't shant shouldn't shouldnt wasn't wasnt weren't werent without won't wont wouldn't wouldnt hardly
            scarcely barely
            """.split()
        ),
        degrees=_degrees(
            """
            absolutely amazingly awfully completely considerably decidedly deeply enormously entirely especially
            exceptionally extremely fabulously freaking fricking frigging fucking fully greatly hella highly hugely
            incredibly intensely majorly more most particularly purely quite really remarkably so substantially
            terribly thoroughly total totally tremendously truly unbelievably unusually utter utterly very way
            """,
            "almost fairly kinda less little marginally mostly occasionally partly slight slightly somewhat sorta",
        ),
        contrasts=frozenset({"but"}),
        openers=frozenset({"fine", "okay", "please", "right", "sure", "well", "yes"}),
        discount=0.5,
    )


def portuguese() -> Rules:
    """Return the rules of Portuguese, of both norms and of chats; words without accents."""
    return Rules(
        negations=frozenset("nao nunca jamais nem sem nenhum nenhuma ninguem tampouco dificilmente nada".split()),
        degrees=_degrees(
            """
            absolutamente absurdamente altamente assaz bastante bem bue completamente demasiado deveras excessivamente
            extraordinariamente extremamente hiper imensamente incrivelmente infinitamente insanamente mais mega mesmo
            mo muita muitas muito muitos plenamente profundamente puta que realmente ridiculamente super tamanha tamanho
            tanta tantas tanto tantos tao totalmente tremendamente ultra verdadeiramente
            """,
            "levemente ligeiramente meio menos parcialmente pouco quase razoavelmente relativamente",
        ),
        degrees_behind=frozenset(
            """
            bastante bessa demais muito pacas
            """.split()
        )
        | {"pra caramba", "para caramba", "pra caralho", "pra cacete", "pra burro", "pra chuchu", "de mais", "que so"},
        contrasts=frozenset({"mas", "porem", "contudo", "todavia", "entretanto"}),
        openers=frozenset({"bem", "bom", "certo", "claro", "olha", "sim"}),
        reach=4,
        passed=frozenset("a as o os que um uma".split()),
        ironies=frozenset(
            {"sqn", "so que nao", "parabens aos envolvidos", "era so o que faltava", "aham claudia", "ironia"}
            | {"haja paciencia", "conta outra", "me engana que eu gosto", "🙄", "🤡"}
        ),
        spellings=_spelt(
            """
            que=q,qe,ke nao=n,naum,nn voce=vc,vce voces=vcs muito=mt,mto,mtu muita=mta muitos=mts,mtos muitas=mtas
            tambem=tb,tbm,tmb e=eh nunca=nunk,nunka hoje=hj amo=amu demais=dms,dmais saudade=sdd saudades=sdds
            beijo=bjo,bj beijos=bjs,bjos quero=qro,kero gente=gnt nada=nd mesmo=msm ninguem=ngm to=tou
            parabens=parabains esta=tah
            """
        ),
        enclitics=frozenset("me te se o a os as lhe lhes nos vos lo la los las no na".split()),
        folds_accents=True,
        discount=1.5,
    )
