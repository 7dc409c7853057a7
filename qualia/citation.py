"""The methods paragraph and the list of references a paper needs, written from provenance and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any, Literal, TypeGuard

from attrs import frozen

from qualia._digest import digest
from qualia._values import dumps, is_mapping
from qualia.result import Outcome, Provenance, Result

Language = Literal["en", "pt"]
Reported = Result[object] | Provenance | Outcome | Iterable["Reported"]
"""A result, a provenance, an outcome, or any number of these."""


@frozen(kw_only=True)
class Methods:
    """What a paper says about how its figures came about."""

    paragraph: str
    citations: tuple[str, ...]
    """One reference each, in alphabetical order."""


def methods(results: Reported, *, language: Language = "en") -> Methods:
    """Return the methods paragraph and the references for some results.

    The same results give the same text. It says what provenance holds and no more: which plugins with which code and
    params, on which documents, in which versions of engine, Python and libraries, and when.

    Args:
        results: a result, a provenance, an outcome, or any number of these.
        language: "en", or "pt" for Brazilian Portuguese.

    Raises:
        ValueError: there is no result to write about, or the language is another.
    """
    if language not in _WORDS:
        raise ValueError(f"language must be one of {', '.join(_WORDS)}, not {language!r}")
    account = _Account.of(provenances(results))
    if not account.steps:
        raise ValueError("there is no result to write about")
    return Methods(
        paragraph=_paragraph(account, _WORDS[language]),
        citations=tuple(sorted(_citations(account, _WORDS[language]), key=str.casefold)),
    )


def provenances(results: Reported) -> Iterator[Provenance]:
    """Yield how each result came about, in order.

    Raises:
        TypeError: something else than a result is among them.
    """
    if isinstance(results, Provenance):
        yield results
    elif isinstance(results, Result):
        yield results.provenance
    elif isinstance(results, Outcome):
        yield from (each.provenance for each in results.values())
    else:
        yield from _inside(results)


def _inside(results: object) -> Iterator[Provenance]:
    if isinstance(results, (str, bytes)) or is_mapping(results) or not _is_iterable(results):
        raise TypeError(f"methods are written of results, not of a {type(results).__name__}")
    for each in results:
        yield from provenances(each)


def _is_iterable(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable)


def history_of(provenance: Provenance) -> Iterator[Provenance]:
    """Yield the steps that led to a result, first things first, the result's own last."""
    for each in provenance.upstream:
        yield from history_of(each)
    yield provenance


def kind_of(step: Provenance) -> str:
    """Return the digest of a step's plugin, code, params and steps before it: what is the same for every document."""
    return digest((step.plugin, step.version, step.code_hash, step.params, tuple(map(kind_of, step.upstream))))


def own_documents(provenance: Provenance) -> Iterator[str]:
    """Yield the digests of the documents that came from outside, not from another step."""
    made = {each.produces for each in provenance.upstream}
    if "document" in provenance.inputs and "document/1" not in made:
        yield provenance.inputs["document"]


@frozen(kw_only=True)
class _Account:
    """What some results have in common, each thing once, in the order it was met."""

    steps: tuple[Provenance, ...]
    """One for each plugin with its code, params and steps before it, whatever documents it ran on."""
    needs: tuple[tuple[int, ...], ...]
    """For each step, the numbers (from 1) of those it took its inputs from."""
    documents: tuple[str, ...]
    engines: tuple[str, ...]
    libraries: Mapping[str, tuple[str, ...]]
    """Library -> the versions it was used in, Python among them."""
    days: tuple[str, ...]
    """First and last day the plugins ran, ``YYYY-MM-DD`` in UTC."""

    @classmethod
    def of(cls, results: Iterable[Provenance]) -> _Account:
        """Gather it."""
        every: list[Provenance] = []
        numbers: dict[str, int] = {}
        steps: list[Provenance] = []
        needs: list[tuple[int, ...]] = []
        for step in (step for result in results for step in history_of(result)):
            every.append(step)
            key = kind_of(step)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                steps.append(step)
                needs.append(tuple(sorted({numbers[kind_of(each)] for each in step.upstream})))
        libraries: dict[str, dict[str, None]] = {}
        for step in every:
            for name, version in step.host.items():
                if version != _MISSING:
                    libraries.setdefault(name, {})[version] = None
        days = sorted({step.started_at.astimezone(UTC).date().isoformat() for step in every})
        return cls(
            steps=tuple(steps),
            needs=tuple(needs),
            documents=tuple(dict.fromkeys(each for step in every for each in own_documents(step))),
            engines=tuple(dict.fromkeys(step.engine_version for step in every)),
            libraries={name: tuple(sorted(found)) for name, found in sorted(libraries.items())},
            days=tuple(dict.fromkeys((days[0], days[-1]))) if days else (),
        )


@frozen(kw_only=True)
class _Words:
    """The sentences, in one language."""

    engine: str
    one_document: str
    documents: str
    steps: str
    step: str
    params: str
    without_params: str
    on_steps: str
    software: str
    on_day: str
    on_days: str
    joining: str
    version: str
    software_mark: str
    plugin_mark: str


_WORDS: Mapping[str, _Words] = {
    "en": _Words(
        engine="The texts were analysed with Qualia Core {version}",
        on_day=" on {0}.",
        on_days=" between {0} and {1}.",
        one_document="One document was analysed (SHA-256 {0}).",
        documents="{count} documents were analysed (SHA-256 {names}).",
        steps="The steps were, in this order: {steps}.",
        step="({number}) {plugin} {version}{needs} (code SHA-256 {code}; {params})",
        params="params {0}",
        without_params="no params",
        on_steps=", on what {0} gave",
        software="The software used was {0}.",
        joining=" and ",
        version="version {0}",
        software_mark="[Computer software]",
        plugin_mark="[Qualia Core plugin]",
    ),
    "pt": _Words(
        engine="Os textos foram analisados com o Qualia Core {version}",
        on_day=" em {0}.",
        on_days=" entre {0} e {1}.",
        one_document="Foi analisado um documento (SHA-256 {0}).",
        documents="Foram analisados {count} documentos (SHA-256 {names}).",
        steps="As etapas foram, nesta ordem: {steps}.",
        step="({number}) {plugin} {version}{needs} (SHA-256 do código {code}; {params})",
        params="parâmetros {0}",
        without_params="sem parâmetros",
        on_steps=", sobre o que saiu de {0}",
        software="Os programas usados foram {0}.",
        joining=" e ",
        version="versão {0}",
        software_mark="[Programa de computador]",
        plugin_mark="[Plugin do Qualia Core]",
    ),
}
_HASH_SHOWN = 12
_MISSING = "missing"
"""What provenance says of a declared library that was not installed."""


def _paragraph(account: _Account, words: _Words) -> str:
    when = words.on_day if len(account.days) == 1 else words.on_days
    sentences = [words.engine.format(version=words.joining.join(account.engines)) + when.format(*account.days)]
    shown = [each[:_HASH_SHOWN] for each in account.documents]
    if len(shown) == 1:
        sentences.append(words.one_document.format(shown[0]))
    elif shown:
        sentences.append(words.documents.format(count=len(shown), names=", ".join(shown)))
    numbered = enumerate(zip(account.steps, account.needs, strict=True), 1)
    told = [_step(number, step, needs, words) for number, (step, needs) in numbered]
    sentences.append(words.steps.format(steps="; ".join(told)))
    used = [f"{_name(name)} {words.joining.join(versions)}" for name, versions in account.libraries.items()]
    if used:
        sentences.append(words.software.format(_enumerated(used, words)))
    return " ".join(sentences)


def _step(number: int, step: Provenance, needs: tuple[int, ...], words: _Words) -> str:
    params = ", ".join(f"{name} = {dumps(value)}" for name, value in sorted(step.params.items()))
    before = _enumerated([f"({each})" for each in needs], words) if needs else ""
    return words.step.format(
        number=number,
        needs=words.on_steps.format(before) if before else "",
        plugin=step.plugin,
        version=step.version,
        code=step.code_hash[:_HASH_SHOWN],
        params=words.params.format(params) if params else words.without_params,
    )


def _enumerated(items: list[str], words: _Words) -> str:
    return words.joining.join(filter(None, (", ".join(items[:-1]), items[-1])))


def _name(library: str) -> str:
    return _REFERENCES[library].name if library in _REFERENCES else library


def _citations(account: _Account, words: _Words) -> Iterator[str]:
    for version in account.engines:
        named = words.version.format(version)
        yield f"Qualia Core authors. Qualia Core ({named}) {words.software_mark}."
    for plugin in dict.fromkeys((step.plugin, step.version, step.code_hash) for step in account.steps):
        named = words.version.format(plugin[1])
        yield f"{plugin[0]} ({named}) {words.plugin_mark}. SHA-256 {plugin[2]}."
    for library, versions in account.libraries.items():
        reference = _REFERENCES.get(library)
        for version in versions:
            named = words.version.format(version)
            if reference is None:
                yield f"{library} ({named}) {words.software_mark}."
            elif reference.authors:
                software = f"{reference.name} ({named}) {words.software_mark}"
                yield f"{reference.authors.rstrip('.')}. {software}. {reference.address}"
        if reference is not None:
            yield from reference.papers


@frozen(kw_only=True)
class _Reference:
    """How a library asks to be cited."""

    name: str
    """As its authors write it."""
    authors: str = ""
    """Whom the software itself is cited by, with its version; empty when a paper is cited instead."""
    address: str = ""
    papers: tuple[str, ...] = ()
    """Whole references."""


# Normalised distribution name -> reference. What is not here is cited by name and version alone.
_REFERENCES: Mapping[str, _Reference] = {
    "fonttools": _Reference(
        name="fontTools", authors="fontTools developers", address="https://github.com/fonttools/fonttools"
    ),
    "gensim": _Reference(
        name="Gensim",
        papers=(
            (
                "Řehůřek, R., & Sojka, P. (2010). Software framework for topic modelling with large corpora. In "
                "Proceedings of the LREC 2010 Workshop on New Challenges for NLP Frameworks (pp. 45–50). ELRA."
            ),
        ),
    ),
    "matplotlib": _Reference(
        name="Matplotlib",
        papers=(
            (
                "Hunter, J. D. (2007). Matplotlib: A 2D graphics environment. Computing in Science & Engineering, "
                "9(3), 90–95. https://doi.org/10.1109/MCSE.2007.55"
            ),
        ),
    ),
    "nltk": _Reference(
        name="NLTK",
        papers=("Bird, S., Klein, E., & Loper, E. (2009). Natural language processing with Python. O'Reilly Media.",),
    ),
    "numpy": _Reference(
        name="NumPy",
        papers=(
            (
                "Harris, C. R., Millman, K. J., van der Walt, S. J., et al. (2020). Array programming with NumPy. "
                "Nature, 585, 357–362. https://doi.org/10.1038/s41586-020-2649-2"
            ),
        ),
    ),
    "pandas": _Reference(
        name="pandas",
        papers=(
            (
                "McKinney, W. (2010). Data structures for statistical computing in Python. In Proceedings of the 9th "
                "Python in Science Conference (pp. 56–61). https://doi.org/10.25080/Majora-92bf1922-00a"
            ),
        ),
    ),
    "pillow": _Reference(
        name="Pillow", authors="Clark, J. A., & contributors", address="https://python-pillow.github.io"
    ),
    "plotly": _Reference(
        name="Plotly",
        papers=(
            "Plotly Technologies Inc. (2015). Collaborative data science. Plotly Technologies Inc. https://plot.ly",
        ),
    ),
    "python": _Reference(name="Python", authors="Python Software Foundation", address="https://www.python.org"),
    "scikit-learn": _Reference(
        name="scikit-learn",
        papers=(
            (
                "Pedregosa, F., Varoquaux, G., Gramfort, A., et al. (2011). Scikit-learn: Machine learning in "
                "Python. Journal of Machine Learning Research, 12, 2825–2830."
            ),
        ),
    ),
    "scipy": _Reference(
        name="SciPy",
        papers=(
            (
                "Virtanen, P., Gommers, R., Oliphant, T. E., et al. (2020). SciPy 1.0: Fundamental algorithms for "
                "scientific computing in Python. Nature Methods, 17, 261–272. "
                "https://doi.org/10.1038/s41592-019-0686-2"
            ),
        ),
    ),
    "spacy": _Reference(
        name="spaCy",
        papers=(
            (
                "Honnibal, M., Montani, I., Van Landeghem, S., & Boyd, A. (2020). spaCy: Industrial-strength natural "
                "language processing in Python. https://doi.org/10.5281/zenodo.1212303"
            ),
        ),
    ),
    "textblob": _Reference(
        name="TextBlob",
        authors="Loria, S.",
        address="https://textblob.readthedocs.io",
        papers=(
            (
                "De Smedt, T., & Daelemans, W. (2012). Pattern for Python. Journal of Machine Learning Research, 13, "
                "2063–2067."
            ),
        ),
    ),
    "vadersentiment": _Reference(
        name="VADER",
        papers=(
            (
                "Hutto, C. J., & Gilbert, E. (2014). VADER: A parsimonious rule-based model for sentiment analysis "
                "of social media text. Proceedings of the International AAAI Conference on Web and Social Media, "
                "8(1), 216–225."
            ),
        ),
    ),
    "wordcloud": _Reference(name="wordcloud", authors="Mueller, A.", address="https://github.com/amueller/word_cloud"),
}
