"""What the command line says in Brazilian Portuguese: shell."""

from __future__ import annotations

from collections.abc import Mapping

_ERRORS: Mapping[str, str] = {
    "operation {operation!r}: {reason}": "operação {operation!r}: {reason}",
    "operation {operation!r} failed: {reason}": "a operação {operation!r} falhou: {reason}",
    "{operation!r} is not available: {reason}; {remedy}": "{operation!r} não está disponível: {reason}; {remedy}",
    "it is not installed": "não está instalado",
    "{distribution} brings it, and it cannot be loaded ({reason})": (
        "{distribution} o traz, e não foi possível carregá-lo ({reason})"
    ),
    "{first} and {second} bring it": "{first} e {second} o trazem",
    "that is no name of an operation": "isso não é nome de operação",
    "remove one, or ask who makes {distribution}": "remova um deles ou fale com quem faz {distribution}",
    "run: pip install --upgrade --force-reinstall {distribution}": (
        "execute: pip install --upgrade --force-reinstall {distribution}"
    ),
}

_COMMANDS: Mapping[str, str] = {
    "work with documents": "trabalhar com documentos",
    "many files": "muitos arquivos",
    "look and manage": "consultar e administrar",
    "write plugins": "escrever plugins",
    "this machine": "esta máquina",
    "complete words with the tabulator key": "completa palavras com a tecla Tab",
    "show what the commands take, for programs": "mostra o que os comandos aceitam, para programas",
    "SHELL": "SHELL",
    "the shell: bash, zsh or fish": "o shell: bash, zsh ou fish",
    "write the script where the shell finds it (default: to standard output)": (
        "grava o script onde o shell o encontra (padrão: na saída padrão)"
    ),
    "only this command (default: all of them)": "só este comando (padrão: todos)",
    "more help": "mais ajuda",
    "what a command takes, with an example": "o que um comando aceita, com um exemplo",
    "qualia --help shows the commands": "qualia --help mostra os comandos",
    "new shells complete it": "novos shells já completam",
    "put into ~/.zshrc, before compinit is called: {line}": "ponha no ~/.zshrc, antes da chamada de compinit: {line}",
    "new shells complete it where bash-completion is installed; otherwise put into ~/.bashrc: {line}": (
        "novos shells já completam onde houver bash-completion; senão, ponha no ~/.bashrc: {line}"
    ),
}

_BROUGHT: Mapping[str, str] = {
    "brought by {distribution}": "trazido por {distribution}",
    "not available: {reason}": "indisponível: {reason}",
    "{distribution} brings a command {name!r}, which there is already; its own is left out": (
        "{distribution} traz um comando {name!r}, que já existe; o dele fica de fora"
    ),
    "how to write it (default: pretty)": "como escrever (padrão: pretty)",
    "do it without asking": "faz sem perguntar",
    "default: {value}": "padrão: {value}",
    "{command} wants to be sure and nobody is here to be asked; add --yes to do it": (
        "{command} quer confirmação e não há a quem perguntar; acrescente --yes para fazer"
    ),
    "{command}: {what}. Go on? [y/N]": "{command}: {what}. Continuar? [s/N]",
    "y": "s",
    "nothing was done": "nada foi feito",
}

_CODES: Mapping[str, str] = {
    "exit codes": "códigos de saída",
    "Scripts may rely on them: they never change their meaning.": (
        "Scripts podem contar com eles: o significado nunca muda."
    ),
    "it worked, warnings or not": "funcionou, com ou sem avisos",
    "the work failed: a plugin raised, or gave a wrong result; or something that was checked is wrong": (
        "o trabalho falhou: um plugin deu erro ou um resultado errado; ou algo verificado está errado"
    ),
    "the command, a param, a pipeline or a setting is wrong; nothing was run": (
        "o comando, um parâmetro, um pipeline ou uma configuração está errado; nada foi executado"
    ),
    "some of several documents were done and others were not; which and why was told": (
        "de vários documentos, alguns foram feitos e outros não; quais e por quê foi dito"
    ),
    "a file cannot be read, is nothing the plugin can work on, or cannot be written": (
        "um arquivo não pode ser lido, não serve para o plugin ou não pode ser gravado"
    ),
    "a plugin, extra or command is not available here, or a plugin is left alone for a while": (
        "um plugin, extra ou comando não está disponível aqui, ou um plugin está parado por um tempo"
    ),
    "interrupted with Ctrl-C; commands that wait until then end with 0": (
        "interrompido com Ctrl-C; comandos que esperam por isso terminam com 0"
    ),
    "whoever read the output went away": "quem lia a saída foi embora",
}

_VARIABLES: Mapping[str, str] = {
    "environment variables": "variáveis de ambiente",
    "Each setting has a variable as well: QUALIA_ and its name in capitals, such as QUALIA_MAX_DOCUMENT_BYTES; "
    "`qualia config show` lists the settings. A variable is stronger than qualia.toml, an option than both.": (
        "Cada configuração também tem uma variável: QUALIA_ e o nome em maiúsculas, como QUALIA_MAX_DOCUMENT_BYTES; "
        "`qualia config show` lista as configurações. Uma variável vale mais que o qualia.toml, e uma opção, mais que "
        "os dois."
    ),
    "anything but 0 shows the traceback of a failure": "qualquer valor menos 0 mostra o traceback de uma falha",
    "a name: qualia.NAME.toml beside qualia.toml is read too": (
        "um nome: qualia.NOME.toml, ao lado de qualia.toml, também é lido"
    ),
    "more folders of plugins, separated as in PATH": "mais pastas de plugins, separadas como em PATH",
    "the language to speak, the first that is set; --lang is stronger": (
        "a língua das mensagens, a primeira que estiver definida; --lang vale mais"
    ),
    "anything switches colours off": "qualquer valor desliga as cores",
    "anything but 0 switches colours on where no terminal is; NO_COLOR is stronger": (
        "qualquer valor menos 0 liga as cores onde não há terminal; NO_COLOR vale mais"
    ),
    "the program that shows long output, the first that is set; empty or cat for none": (
        "o programa que mostra saídas longas, o primeiro que estiver definido; vazio ou cat para nenhum"
    ),
    "where your own settings stand, in qualia/config.toml (default: ~/.config)": (
        "onde ficam as suas configurações, em qualia/config.toml (padrão: ~/.config)"
    ),
    "where the menu keeps what it remembers, in qualia (default: ~/.local/state)": (
        "onde o menu guarda o que lembra, em qualia (padrão: ~/.local/state)"
    ),
    "how wide help and tables are, in characters": "largura da ajuda e das tabelas, em caracteres",
    "a Chromium that draws pictures only a browser can draw": (
        "um Chromium, para as imagens que só um navegador desenha"
    ),
}

_FORMATS: Mapping[str, str] = {
    "formats": "formatos",
    "Without --format the suffix of -o decides.": "Sem --format, decide o sufixo de -o.",
    "tables and text for people": "tabelas e texto para pessoas",
    "one JSON value, also when it fails: then an object with error and message": (
        "um valor JSON, mesmo quando falha: aí um objeto com error e message"
    ),
    "one JSON value on each line": "um valor JSON por linha",
    "YAML without tags, which every command reads again": "YAML sem tags, que todos os comandos leem de volta",
    "a table with commas, for spreadsheets; formulas are made harmless": (
        "uma tabela com vírgulas, para planilhas; fórmulas são neutralizadas"
    ),
    "a spreadsheet": "uma planilha",
    "tables in Markdown": "tabelas em Markdown",
    "a table for data frames": "uma tabela para data frames",
    "a page that needs nothing from the network": "uma página que não precisa de nada da rede",
    "a picture in dots": "uma imagem em pontos",
    "a picture in lines": "uma imagem em traços",
    "a picture to print": "uma imagem para imprimir",
    "findings as code hosts show them": "achados como os sites de código os mostram",
}

SENTENCES: Mapping[str, str] = {**_ERRORS, **_COMMANDS, **_BROUGHT, **_CODES, **_VARIABLES, **_FORMATS}
