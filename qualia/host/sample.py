"""A small conversation to try a plugin on."""

from __future__ import annotations

from collections.abc import Mapping

from qualia.document import Document

_SAID: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Ana", "Good morning, everyone. I am happy with the new tool, it saves me a lot of time."),
        ("Ben", "Well, I am not so sure. The search is slow, and it lost my notes twice last week."),
        ("Ana", "That is bad. What did you do then, did you write to support?"),
        ("Ben", "I did. They were kind and quick, and on Tuesday the notes were back. Still, I was angry."),
        ("Ana", "I understand. Let us look at the search together tomorrow, and then we decide."),
        ("Ben", "Thank you. If the search gets better, I would love to keep the tool."),
    ),
    "pt": (
        ("Ana", "Bom dia, pessoal. Estou feliz com a ferramenta nova, ela me poupa muito tempo."),
        ("Bento", "Olha, eu não tenho tanta certeza. A busca é lenta e perdeu minhas notas duas vezes."),
        ("Ana", "Isso é ruim. O que você fez, escreveu para o suporte?"),
        ("Bento", "Escrevi. Foram gentis e rápidos, e na terça as notas voltaram. Mesmo assim fiquei com raiva."),
        ("Ana", "Eu entendo. Vamos ver a busca juntos amanhã e depois decidimos."),
        ("Bento", "Obrigado. Se a busca melhorar, vou adorar continuar com a ferramenta."),
    ),
}
LANGUAGES = tuple(_SAID)
_TITLES: Mapping[str, str] = {"en": "A sample conversation", "pt": "Uma conversa de amostra"}
_TURN_S = 6


def sample(language: str, accepts: tuple[str, ...]) -> Document | None:
    """Return the conversation in a form a plugin takes; None when it takes none of those there are.

    Args:
        language: one of `LANGUAGES`.
        accepts: the media types a document plugin turns into documents; empty for any other plugin.
    """
    said, title = _SAID[language], _TITLES[language]
    if not accepts or "text/plain" in accepts:
        return Document("\n".join(f"{who}: {what}" for who, what in said) + "\n", title=title, language=language)
    if "text/vtt" not in accepts:
        return None
    cues = [
        f"00:00:{place * _TURN_S:02d}.000 --> 00:00:{place * _TURN_S + _TURN_S - 1:02d}.000\n<v {who}>{what}</v>\n"
        for place, (who, what) in enumerate(said)
    ]
    return Document("\n".join(("WEBVTT\n", *cues)), title=title, language=language, media_type="text/vtt")
