"""The headings over a result's tables, in Brazilian Portuguese."""

from __future__ import annotations

from collections.abc import Mapping

# Apart from the sentences: in an error, "count" is a plugin's name.
HEADINGS: Mapping[str, str] = {
    "total": "total",
    "distinct": "diferentes",
    "hapax": "uma só vez",
    "running": "palavras do texto",
    "language": "idioma",
    "stop words": "palavras vazias",
    "stop list": "lista usada",
    "left out": "deixadas de fora",
    "sequences of": "sequências de",
    "lemmas": "lemas",
    "words": "palavras",
    "word": "palavra",
    "count": "vezes",
    "per million": "por milhão",
    "speaker": "falante",
    "parts": "partes",
    "part": "parte",
    "in parts": "nas partes",
    "speakers": "falantes",
    "keyness": "palavras-chave",
    "elsewhere": "no resto",
    "elsewhere per million": "no resto, por milhão",
    "log ratio": "razão log2",
    "dispersion": "dispersão",
    "DP, to 1": "DP até 1",
    "collocations": "colocações",
    "left": "esquerda",
    "right": "direita",
    "diversity": "diversidade",
    "time": "tempo",
    "in context": "em contexto",
}
