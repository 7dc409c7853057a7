"""What the command line says in Brazilian Portuguese: answers."""

from __future__ import annotations

from collections.abc import Mapping

_HELP: Mapping[str, str] = {
    "the plugin's params: a TOML, JSON or YAML file; -P comes before it": (
        "os parâmetros do plugin: um arquivo TOML, JSON ou YAML; -P vale mais que ele"
    ),
    "WORD": "PALAVRA",
    "documents, folders and patterns, or results of process; - reads standard input": (
        "documentos, pastas e padrões, ou resultados de process; - lê a entrada padrão"
    ),
    "documents, folders and patterns; - reads standard input": ("documentos, pastas e padrões; - lê a entrada padrão"),
    "documents, results of analyze, folders and patterns; - reads standard input": (
        "documentos, resultados de analyze, pastas e padrões; - lê a entrada padrão"
    ),
    "list what draws, with its formats and what it takes": "lista o que desenha, com os formatos e o que recebe",
    "long output all at once": "saída longa de uma vez só, sem paginar",
    "no colours and no bold (as NO_COLOR=1)": "sem cores nem negrito (como NO_COLOR=1)",
    "only plugins in this state": "só os plugins neste estado",
    "only plugins that give this record or media type": "só os plugins que fornecem este registro ou tipo de mídia",
    "only plugins that read this media type": "só os plugins que leem este tipo de mídia",
    "only plugins that take this record": "só os plugins que recebem este registro",
    "only plugins with all these words in their id or summary": (
        "só os plugins com todas estas palavras no identificador ou no resumo"
    ),
    "open it with the program the system has for it": "abre com o programa que o sistema tem para isso",
    "show it in the terminal too, where that can be": "mostra também no terminal, onde for possível",
    "show the traceback of a failure (as QUALIA_DEBUG=1)": "mostra o traceback de uma falha (como QUALIA_DEBUG=1)",
    "take the files in the folders below a folder too": "inclui os arquivos das subpastas de uma pasta",
    "tell what is read and run, and how long it takes": "conta o que é lido e executado, e quanto demora",
    "where to write: a folder, or a file by its suffix (.txt, .json, .jsonl, .yaml, .csv)": (
        "onde gravar: uma pasta, ou um arquivo conforme o sufixo (.txt, .json, .jsonl, .yaml, .csv)"
    ),
}

_SAID: Mapping[str, str] = {
    "--open opens it": "--open abre o arquivo",
    "--show is for a terminal, and standard output is none": (
        "--show é para um terminal, e a saída padrão não está em um"
    ),
    "-c {path!r} cannot be read: {reason}": "não foi possível ler -c {path!r}: {reason}",
    "-c {path!r} is no valid {kind} ({told})": "-c {path!r} não é {kind} válido ({told})",
    "-c {path!r} is not UTF-8": "-c {path!r} não está em UTF-8",
    "-c {path!r} is too large for params": "-c {path!r} é grande demais para conter parâmetros",
    "-c {path!r}: write params as names and values, for example top = 20": (
        "-c {path!r}: escreva os parâmetros como nomes e valores, por exemplo top = 20"
    ),
    "-o {path}: several pictures do not go into one file; name a folder": (
        "-o {path}: várias imagens não cabem em um só arquivo; indique uma pasta"
    ),
    "a result of {plugin}": "um resultado de {plugin}",
    "default: {value}": "padrão: {value}",
    "documents after that were left out": "os documentos seguintes ficaram de fora",
    "formats": "formatos",
    "no plugin is like that; qualia list shows all of them: {count}": (
        "nenhum plugin é assim; qualia list mostra todos: {count}"
    ),
    "params of {plugin} (-P KEY=VALUE):": "parâmetros de {plugin} (-P CHAVE=VALOR):",
    "read {source}: {what}": "lido {source}: {what}",
    "standard input": "entrada padrão",
    "plan: {steps}": "plano: {steps}",
    "there is no program here that opens it": "não há aqui um programa que o abra",
    "this terminal cannot show {media_type}; try --format png": (
        "este terminal não consegue mostrar {media_type}; experimente --format png"
    ),
    "this terminal shows no pictures (kitty, iTerm2, WezTerm and others do); --open opens it": (
        "este terminal não mostra imagens (kitty, iTerm2, WezTerm e outros mostram); --open abre o arquivo"
    ),
    "this terminal shows sixel pictures, which the program img2sixel makes; it is not installed": (
        "este terminal mostra imagens sixel, que o programa img2sixel gera; ele não está instalado"
    ),
    "{file}: failures in it: {failed}; they are left out": "{file}: contém falhas: {failed}; elas ficam de fora",
    "{source}: done in {seconds} s": "{source}: pronto em {seconds} s",
    "{step}: failed": "{step}: falhou",
    "{step}: from the cache": "{step}: do cache",
    "{step}: {seconds} s": "{step}: {seconds} s",
}

_REASONS: Mapping[str, str] = {
    "the name is empty": "o nome está vazio",
    "name a file, a folder, or - for standard input": "indique um arquivo, uma pasta, ou - para a entrada padrão",
    "it is an address, not a file's name": "é um endereço, não o nome de um arquivo",
    "name the file itself: {name}": "indique o próprio arquivo: {name}",
    "it is an address on a network, and only files of this machine are read": (
        "é um endereço de rede, e só são lidos arquivos desta máquina"
    ),
    "download it first, for example: {fetched} | qualia ... -": "baixe antes, por exemplo: {fetched} | qualia ... -",
    "download it first, and name the file": "baixe antes, e indique o arquivo",
    "name a folder that can be read": "indique uma pasta que possa ser lida",
    "there is no file in it": "não há arquivos nela",
    "no file in it matches {pattern}": "nenhum arquivo nela corresponde a {pattern}",
    "name another folder": "indique outra pasta",
    "name another folder, or give --recursive for the folders below it": (
        "indique outra pasta, ou use --recursive para incluir as subpastas"
    ),
    "no file matches it": "nenhum arquivo corresponde a isso",
    "look at its spelling, or name the files": "confira como está escrito, ou indique os arquivos",
    "it holds only failures": "só contém falhas",
    "it holds {count} results, and one is wanted": "contém {count} resultados, e aqui cabe um só",
    "write them to files of their own": "grave cada um em um arquivo próprio",
    "{place}: {plugin}: param {param!r} {reason}": "{place}: {plugin}: o parâmetro {param!r} {reason}",
}

SENTENCES: Mapping[str, str] = {**_HELP, **_SAID, **_REASONS}
"""The command line's sentences in Brazilian Portuguese, by the English ones they stand for."""
