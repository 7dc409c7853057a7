"""Words in context: the places where a word stands, which a click on it in the page shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from qualia.draw import Language, clock, escape
from qualia.records import ContextLine

_MOST = 50
"""Places listed of one word."""


@frozen(kw_only=True)
class Contexts:
    """The places of each word that has any."""

    lines: Mapping[str, tuple[ContextLine, ...]]
    """Word as the record has it -> where it stands."""

    def anchor(self, word: str) -> str | None:
        """Return the name of a word's place in the page; None when it has none."""
        return f"w{list(self.lines).index(word)}" if word in self.lines else None

    def markup(self, language: Language) -> str:
        """Return what the page shows of the word that was clicked, and a hint before one is."""
        hint = (
            "Clique numa palavra para ver onde ela aparece."
            if language == "pt"
            else "Click a word to see it in context."
        )
        parts = [f'<p class="muted hint">{hint}</p>']
        parts += [self._section(word, lines, language) for word, lines in self.lines.items()]
        return "".join(parts)

    def _section(self, word: str, lines: tuple[ContextLine, ...], language: Language) -> str:
        back = "Voltar à nuvem" if language == "pt" else "Back to the cloud"
        shown = lines[:_MOST]
        rows = "".join(f"<li>{_line(each)}</li>" for each in shown)
        return (
            f'<section class="kwic" id="{self.anchor(word)}"><h2>{escape(word)}</h2><ul>{rows}</ul>'
            f'<p><a href="#cloud">{back}</a></p></section>'
        )


STYLE = (
    ".kwic{display:none;border-left:3px solid;padding:0 0 0 16px;margin:16px 0} .kwic:target{display:block} "
    ".kwic h2{font-size:1.125rem;margin:0} .kwic ul{list-style:none;padding:0} .kwic li{margin:0 0 10px} "
    ".kwic mark{background:none;color:inherit;font-weight:bold} .drawing a{cursor:pointer} "
    ".drawing a:hover text,.drawing a:focus text{text-decoration:underline} a{color:inherit}"
)


def contexts_of(lines: Iterable[ContextLine], words: Iterable[str]) -> Contexts:
    """Return the places of those of the words that have any."""
    found: dict[str, list[ContextLine]] = {}
    for line in lines:
        found.setdefault(line.query, []).append(line)
    return Contexts(lines={word: tuple(found[word]) for word in words if word in found})


def _line(line: ContextLine) -> str:
    facts = [*([line.speaker] if line.speaker else []), *([clock(line.begin_s)] if line.begin_s is not None else [])]
    who = f' <span class="muted">({escape(", ".join(facts))})</span>' if facts else ""
    return f'<span dir="auto">{escape(line.left)} <mark>{escape(line.match)}</mark> {escape(line.right)}</span>{who}'
