"""What a paper says of its methods, and whom it cites: all of it from provenance."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from qualia import Methods, Outcome, Provenance, Result, StepOutcome, methods


def made(plugin: str = "words", **facts: Any) -> Provenance:
    """Return a provenance; what is not said does not matter."""
    known: dict[str, Any] = {
        "plugin": plugin,
        "version": "1.0.0",
        "code_hash": "abcdef0123456789" * 4,
        "params": {},
        "produces": "word-frequencies/1",
        "inputs": {"document": "d0c" + "0" * 61},
        "engine_version": "0.1.0",
        "started_at": datetime(2026, 3, 4, 12, tzinfo=UTC),
        "host": {"python": "3.11.7"},
    }
    return Provenance(**(known | facts))


def result(provenance: Provenance) -> Result[Any]:
    """Return a result that came about so."""
    return Result(value=1, provenance=provenance, key="k", elapsed_s=0.5)


CLEAN = made("clean", produces="document/1", params={"gap_s": 2.0, "names": ["Ana", "Zoë"]})
WORDS = made("words", inputs={"document": "c1ea" + "0" * 60}, upstream=(CLEAN,), params={"top": 3})
CLOUD = made(
    "cloud",
    inputs={"word_frequencies": "f" * 64},
    upstream=(WORDS,),
    produces=None,
    host={"python": "3.11.7", "wordcloud": "1.9.6", "unheard-of": "0.1"},
)


def test_the_paragraph_tells_each_step_with_its_code_and_params() -> None:
    """One result is told with everything that led to it, first things first."""
    assert methods(result(CLOUD)).paragraph == (
        "The texts were analysed with Qualia Core 0.1.0 on 2026-03-04. "
        "One document was analysed (SHA-256 d0c000000000). The steps were, in this order: "
        '(1) clean 1.0.0 (code SHA-256 abcdef012345; params gap_s = 2.0, names = ["Ana", "Zoë"]); '
        "(2) words 1.0.0, on what (1) gave (code SHA-256 abcdef012345; params top = 3); "
        "(3) cloud 1.0.0, on what (2) gave (code SHA-256 abcdef012345; no params). "
        "The software used was Python 3.11.7, unheard-of 0.1 and wordcloud 1.9.6."
    )


def test_the_paragraph_is_there_in_portuguese() -> None:
    """The same facts in Brazilian Portuguese."""
    assert methods(result(CLOUD), language="pt").paragraph == (
        "Os textos foram analisados com o Qualia Core 0.1.0 em 2026-03-04. Foi analisado um documento (SHA-256 "
        "d0c000000000). As etapas foram, nesta ordem: "
        '(1) clean 1.0.0 (SHA-256 do código abcdef012345; parâmetros gap_s = 2.0, names = ["Ana", "Zoë"]); '
        "(2) words 1.0.0, sobre o que saiu de (1) (SHA-256 do código abcdef012345; parâmetros top = 3); "
        "(3) cloud 1.0.0, sobre o que saiu de (2) (SHA-256 do código abcdef012345; sem parâmetros). "
        "Os programas usados foram Python 3.11.7, unheard-of 0.1 e wordcloud 1.9.6."
    )


def test_the_references_are_those_of_what_was_used() -> None:
    """Engine, plugins and libraries are cited; a library nobody here knows by its name and version alone."""
    assert methods(result(CLOUD)).citations == (
        f"clean (version 1.0.0) [Qualia Core plugin]. SHA-256 {'abcdef0123456789' * 4}.",
        f"cloud (version 1.0.0) [Qualia Core plugin]. SHA-256 {'abcdef0123456789' * 4}.",
        "Mueller, A. wordcloud (version 1.9.6) [Computer software]. https://github.com/amueller/word_cloud",
        "Python Software Foundation. Python (version 3.11.7) [Computer software]. https://www.python.org",
        "Qualia Core authors. Qualia Core (version 0.1.0) [Computer software].",
        "unheard-of (version 0.1) [Computer software].",
        f"words (version 1.0.0) [Qualia Core plugin]. SHA-256 {'abcdef0123456789' * 4}.",
    )


@pytest.mark.parametrize(
    ("library", "cited"),
    [
        ("matplotlib", "Hunter, J. D. (2007)"),
        ("textblob", "De Smedt, T., & Daelemans, W. (2012)"),
        ("plotly", "Plotly Technologies Inc. (2015)"),
        ("numpy", "Harris, C. R."),
        ("pillow", "Clark, J. A., & contributors. Pillow (version 9)"),
        ("fonttools", "fontTools developers. fontTools (version 9)"),
    ],
)
def test_known_libraries_are_cited_as_they_ask(library: str, cited: str) -> None:
    """A library with a reference of its own is cited by it."""
    found = methods(made(host={library: "9"})).citations
    assert [each for each in found if each.startswith(cited)] != []


def test_a_library_that_was_not_there_is_not_cited() -> None:
    """What provenance calls missing took no part."""
    told = methods(made(host={"python": "3.11.7", "wordcloud": "missing"}))
    assert "wordcloud" not in told.paragraph + "".join(told.citations)


def test_the_same_steps_on_many_documents_are_told_once() -> None:
    """A hundred documents make the list of documents longer, not that of steps."""
    names = [f"{number:064x}"[::-1] for number in range(1, 101)]
    many = [result(made(inputs={"document": name})) for name in names]
    told = methods(many).paragraph
    assert told.count("words 1.0.0") == 1
    assert "100 documents were analysed (SHA-256 100000000000, 200000000000," in told


def test_a_plugin_with_other_params_or_code_is_another_step() -> None:
    """Branches are told apart, and what took from which is numbered."""
    few = evolve(WORDS, params={"top": 1})
    both = made("both", inputs={"a": "1" * 64, "b": "2" * 64}, upstream=(WORDS, few))
    told = methods([result(both), result(evolve(WORDS, code_hash="f" * 64))]).paragraph
    assert "(2) words" in told and "(3) words" in told
    assert "(4) both 1.0.0, on what (2) and (3) gave" in told
    assert "(5) words 1.0.0, on what (1) gave (code SHA-256 ffffffffffff; params top = 3)" in told


def test_results_of_several_days_and_versions_say_so() -> None:
    """Runs on several days, engines and Pythons are told with all of them."""
    later = evolve(
        WORDS, engine_version="0.2.0", host={"python": "3.13.0"}, started_at=datetime(2026, 5, 6, tzinfo=UTC)
    )
    told = methods([result(WORDS), result(later)])
    assert told.paragraph.startswith("The texts were analysed with Qualia Core 0.1.0 and 0.2.0 between 2026-03-04 and")
    assert "Python 3.11.7 and 3.13.0" in told.paragraph
    assert len([each for each in told.citations if "Python (version" in each]) == 2


def test_outcomes_results_and_provenances_may_be_mixed() -> None:
    """Whatever holds results can be given, in any depth, and says the same."""
    outcome = Outcome(
        (
            StepOutcome(step="a", plugin="words", status="ok", result=result(WORDS)),
            StepOutcome(step="b", plugin="chart", status="skipped", reason="it needs 'c'"),
        )
    )
    assert methods(outcome) == methods(result(WORDS)) == methods([WORDS, [outcome]]) == methods(iter([WORDS]))


def test_the_text_depends_on_nothing_but_the_results() -> None:
    """Params and libraries in another order give the same text."""
    one = made(params={"a": 1, "b": 2}, host={"python": "3.11.7", "numpy": "2.0"})
    other = made(params={"b": 2, "a": 1}, host={"numpy": "2.0", "python": "3.11.7"})
    assert methods(one) == methods(other)
    assert isinstance(methods(one), Methods)


@pytest.mark.parametrize("nothing", [[], Outcome(())])
def test_there_are_no_methods_without_results(nothing: Any) -> None:
    """Nothing to write about is an error, not an empty paragraph."""
    with pytest.raises(ValueError, match="there is no result to write about"):
        methods(nothing)


@pytest.mark.parametrize("strange", ["words", {"words": 1}, 3, [None]])
def test_what_is_no_result_is_refused(strange: Any) -> None:
    """Something else than a result is named by its type."""
    with pytest.raises(TypeError, match="methods are written of results, not of a "):
        methods(strange)


def test_another_language_is_refused() -> None:
    """The languages there are, are named."""
    with pytest.raises(ValueError, match="language must be one of en, pt, not 'fr'"):
        methods(made(), language="fr")  # type: ignore[arg-type]
