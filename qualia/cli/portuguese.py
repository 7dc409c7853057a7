"""The command line's sentences in Brazilian Portuguese, by the English ones they stand for."""

from __future__ import annotations

from collections.abc import Mapping

from qualia.cli.portuguese_answers import SENTENCES as ANSWERS_SENTENCES
from qualia.cli.portuguese_batch import SENTENCES as BATCH_SENTENCES
from qualia.cli.portuguese_export import SENTENCES as EXPORT_SENTENCES
from qualia.cli.portuguese_menu import SENTENCES as MENU_SENTENCES
from qualia.cli.portuguese_project import SENTENCES as PROJECT_SENTENCES
from qualia.cli.portuguese_rules import RULE_SENTENCES
from qualia.cli.portuguese_shell import SENTENCES as SHELL_SENTENCES
from qualia.cli.portuguese_upkeep import SENTENCES as UPKEEP_SENTENCES
from qualia.cli.portuguese_watching import WATCHING_SENTENCES

_ERRORS: Mapping[str, str] = {
    "{0}": "{0}",
    "{sentence}": "{sentence}",
    "cannot read {path!r}: {reason}; {remedy}": "não foi possível ler {path!r}: {reason}; {remedy}",
    "there is no plugin {plugin!r}; {hint}": "não existe o plugin {plugin!r}; {hint}",
    "{plugin}: param {param!r} {reason}": "{plugin}: o parâmetro {param!r} {reason}",
    "{place}: {reason}": "{place}: {reason}",
    "{subject}: {reason}": "{subject}: {reason}",
    "{path}: {reason}": "{path}: {reason}",
    "{origin}: setting {name!r} {reason}": "{origin}: a configuração {name!r} {reason}",
    "cannot write {path!r}: {reason}": "não foi possível gravar {path!r}: {reason}",
    "two plugins are called {plugin!r}: {first} and {second}; choose or rename one, or let the later override": (
        "dois plugins se chamam {plugin!r}: {first} e {second}; escolha ou renomeie um, ou deixe o último prevalecer"
    ),
    "plugin {plugin!r} is unavailable: {reason}; {remedy}": "o plugin {plugin!r} está indisponível: {reason}; {remedy}",
    "plugin {plugin!r} failed at {place}: {error}": "o plugin {plugin!r} falhou em {place}: {error}",
    "plugin {plugin!r} gave a wrong result: {error}; mend it in {place}": (
        "o plugin {plugin!r} deu um resultado errado: {error}; corrija em {place}"
    ),
    "{run!r} was cancelled": "{run!r} foi cancelado",
    "{run!r} was not done in time{where}; give it a longer timeout, or less to do": (
        "{run!r} não terminou a tempo{where}; dê mais tempo ou menos trabalho"
    ),
    "plugin {plugin!r} has not been reloaded, so there is no earlier version of it to go back to": (
        "o plugin {plugin!r} não foi recarregado, então não há versão anterior para a qual voltar"
    ),
    "plugin {plugin!r} took its process down at {place}: {error}": (
        "o plugin {plugin!r} derrubou o próprio processo em {place}: {error}"
    ),
    "plugin {plugin!r} was given up at {place}: {error}": "o plugin {plugin!r} foi abandonado em {place}: {error}",
    "plugin {plugin!r} is busy with {calls} calls and {waiting} wait already; try again in a moment": (
        "o plugin {plugin!r} está ocupado com {calls} chamadas e {waiting} já esperam; tente de novo em instantes"
    ),
    "the worker that ran {pipeline!r} died ({reason}); run it again, finished documents come from the cache": (
        "o processo que executava {pipeline!r} morreu ({reason}); execute de novo, o que terminou vem do cache"
    ),
    "the history {path!r} cannot be used: {reason}": "o histórico {path!r} não pode ser usado: {reason}",
    "plugin {plugin!r} failed too often and is left alone for {retry_after_s:.0f} more seconds": (
        "o plugin {plugin!r} falhou vezes demais e fica parado por mais {retry_after_s:.0f} segundos"
    ),
    "plugin {plugin!r} was switched off by hand; reset its circuit to use it again": (
        "o plugin {plugin!r} foi desligado à mão; reative o circuito dele para usá-lo de novo"
    ),
    "plugin {plugin!r} keeps failing on this input and is spared it for {retry_after_s:.0f} more seconds": (
        "o plugin {plugin!r} sempre falha com esta entrada e fica sem ela por mais {retry_after_s:.0f} segundos"
    ),
    "{purpose} needs the {extra} extra; run: pip install 'qualia-core[{extra}]'": (
        "{purpose} precisa do extra {extra}; rode: pip install 'qualia-core[{extra}]'"
    ),
    "this Core was closed and cannot {action} any more; create a new one": (
        "este Core foi fechado e não pode mais {action}; crie um novo"
    ),
    "this needs {missing}, which the extra {extra!r} brings; run: pip install 'qualia-core[{extra}]'": (
        "isto precisa de {missing}, que vem com o extra {extra!r}; execute: pip install 'qualia-core[{extra}]'"
    ),
}

_REASONS: Mapping[str, str] = {
    " (it stood at {place})": " (estava em {place})",
    "did you mean {near}?": "você quis dizer {near}?",
    "list the plugins to see what is here": "`qualia list` mostra o que há aqui",
    "is unknown; {hint}": "é desconhecido; {hint}",
    "known: {choices}": "conhecidos: {choices}",
    "nothing is known here": "nada é conhecido aqui",
    "there is no such file": "o arquivo não existe",
    "check the name and the folder": "confira o nome e a pasta",
    "check the name and the permissions": "confira o nome e as permissões",
    "permission denied": "permissão negada",
    "no space left on device": "não há mais espaço no disco",
    "it is a folder": "é uma pasta",
    "name a file in it": "indique um arquivo dentro dela",
    "it is empty": "está vazio",
    "give a file that holds text": "indique um arquivo que tenha texto",
    "it is binary, not text": "é binário, não texto",
    "export it as .vtt, .txt or another text format": "exporte como .vtt, .txt ou outro formato de texto",
    "its {encoding} is damaged": "o {encoding} dele está danificado",
    "save it again as UTF-8": "salve de novo como UTF-8",
    "it has {size} MB and the limit is {limit} MB": "tem {size} MB e o limite é {limit} MB",
    "it has more than {limit} MB, which is the limit": "tem mais de {limit} MB, que é o limite",
    "split it or raise max_document_bytes": "divida o arquivo ou aumente max_document_bytes",
    "it is closed": "está fechado",
    "pipe a text into it or name a file": "envie um texto por ela ou indique um arquivo",
    "{path} is not UTF-8 (byte {place}); read as latin-1, so check the accents": (
        "{path} não é UTF-8 (byte {place}); foi lido como latin-1, então confira os acentos"
    ),
    "{path} is not UTF-8 (byte {place}); read as Windows-1252, so check the accents": (
        "{path} não é UTF-8 (byte {place}); foi lido como Windows-1252, então confira os acentos"
    ),
    "it is no valid JSON ({told})": "não é JSON válido ({told})",
    "it is no valid YAML ({told})": "não é YAML válido ({told})",
    "its YAML has aliases, which a result never has": "o YAML dele tem aliases, e um resultado nunca tem",
    "it is a damaged result ({told})": "é um resultado danificado ({told})",
    "write it again with analyze or process": "grave de novo com analyze ou process",
    "it holds what {plugin} gave, which is neither a document nor a record another plugin takes": (
        "contém o que {plugin} deu, que não é um documento nem um registro que outro plugin receba"
    ),
    "give a transcript, or what analyze or process wrote with --format json or yaml": (
        "indique uma transcrição, ou o que analyze ou process gravou com --format json ou yaml"
    ),
    "there is no folder {folder}; make it first": "não existe a pasta {folder}; crie-a antes",
    "there is no such folder; make it first": "essa pasta não existe; crie-a antes",
    "a folder above it is a file": "uma pasta acima dele é um arquivo",
    "it is a file; name a folder": "é um arquivo; indique uma pasta",
    "it is there already; name another folder or give --force": "já existe; indique outra pasta ou use --force",
    "must be {kind}, not {value}": "deve ser {kind}, não {value}",
    "must be one of {choices}, not {value}": "deve ser um destes: {choices}; não {value}",
    "must be true or false, not {value}": "deve ser true ou false, não {value}",
    "must be at least {least}, not {value}": "deve ser no mínimo {least}, não {value}",
    "must be at most {most}, not {value}": "deve ser no máximo {most}, não {value}",
    "must be a finite number, not {value}": "deve ser um número finito, não {value}",
    "an int": "um número inteiro",
    "a float": "um número",
    "a str": "um texto",
    "a bool": "verdadeiro ou falso",
    "a list of texts": "uma lista de textos",
    "it has no steps; add at least one [[steps]] with a plugin": "não tem passos; acrescente [[steps]] com um plugin",
    "cannot be read ({reason}); name a .toml or .json file": (
        "não pode ser lido ({reason}); indique um arquivo .toml ou .json"
    ),
    "cannot be read: {reason}": "não pode ser lido: {reason}",
    "no such file or directory": "o arquivo não existe",
    "is a directory": "é uma pasta",
    "it is not utf-8 text": "não é texto em UTF-8",
    "is no valid {kind}: {told}": "não é {kind} válido: {told}",
    'names no plugin; add plugin = "..."': 'não indica um plugin; acrescente plugin = "..."',
    "key {key} is unknown; {hint}": "a chave {key} é desconhecida; {hint}",
    "key {key} must be a {kind}, not a {other}": "a chave {key} deve ser {kind}, não {other}",
    "need {need} is unknown; {hint}": "a necessidade {need} é desconhecida; {hint}",
    "another step is called {step} too; give one of them an id of its own": (
        "outro passo também se chama {step}; dê a um deles um id próprio"
    ),
    "{path} is a cycle; remove one of these needs": "{path} é um ciclo; remova uma dessas necessidades",
    "needs a document; give one, or a path to one": "precisa de um documento; indique um",
    "needs a document, or a result that holds {schema}": "precisa de um documento, ou de um resultado com {schema}",
    "needs {schema}, and no plugin that is ready gives or reads it": (
        "precisa de {schema}, e nenhum plugin pronto fornece ou lê isso"
    ),
    "it needs {missing}": "ele precisa de {missing}",
    "run: {command}": "execute: {command}",
    "{place}, step {number} ({step})": "{place}, passo {number} ({step})",
    "{place}, step {number}": "{place}, passo {number}",
    "'{first}' or '{second}'": "'{first}' ou '{second}'",
    "'{first}' or '{second}' or '{third}'": "'{first}' ou '{second}' ou '{third}'",
}

_ARGPARSE: Mapping[str, str] = {
    "the following arguments are required: {names}": "falta informar: {names}",
    "argument {name}: expected one argument": "{name}: falta o valor",
    "argument {name}: ignored explicit argument {value}": "{name} não recebe o valor {value}",
    "{command} --help shows how": "{command} --help mostra como",
    "there is no command {value!r}; {hint}": "não existe o comando {value!r}; {hint}",
    "{option} cannot be {value!r}; {hint}": "{option} não pode ser {value!r}; {hint}",
    "{command} does not know {words!r}": "{command} não conhece {words!r}",
    "usage: ": "uso: ",
    " or ": " ou ",
    "options": "opções",
    "arguments": "argumentos",
    "commands": "comandos",
    "COMMAND": "COMANDO",
    "FILE": "ARQUIVO",
    "FOLDER": "PASTA",
    "PATH": "CAMINHO",
    "KEY=VALUE": "CHAVE=VALOR",
    "example:": "exemplo:",
    "examples:": "exemplos:",
}

_HELP: Mapping[str, str] = {
    "Turns interviews, meeting transcripts, reviews and notes into numbers, pictures and a report.": (
        "Transforma entrevistas, transcrições de reuniões, avaliações e notas em números, imagens e um relatório."
    ),
    "exit codes: 0 it worked, 1 the work failed, 2 wrong command, param, pipeline or setting,\n"
    "4 bad file or place to write, 5 plugin or extra unavailable, 130 interrupted, 141 output cut off": (
        "códigos de saída: 0 deu certo, 1 o trabalho falhou, 2 comando, parâmetro, pipeline ou configuração errados,\n"
        "4 arquivo ou destino ruim, 5 plugin ou extra indisponível, 130 interrompido, 141 saída cortada"
    ),
    "see what it does with two meetings it brings along": "veja o que ele faz com duas reuniões que vêm junto",
    "see the plugins": "veja os plugins",
    "count the words of a meeting": "conte as palavras de uma reunião",
    "draw them": "desenhe essas palavras",
    "show this help and leave": "mostra esta ajuda e sai",
    "show the version and leave": "mostra a versão e sai",
    "say nothing but warnings and errors": "só mostra avisos e erros",
    "look for plugins here too (may be repeated)": "procura plugins aqui também (pode ser repetida)",
    "the project's folder (default: here, when qualia.toml is here)": (
        "a pasta do projeto (padrão: aqui, quando qualia.toml está aqui)"
    ),
    "the language to speak (default: the system's)": "o idioma das mensagens (padrão: o do sistema)",
    "how to write it (default: by the suffix of -o, else pretty)": "como escrever (padrão: o sufixo de -o, ou pretty)",
    "the plugin's id": "o id do plugin",
    "where plugins run: process kills one that hangs or crashes (default: as each plugin says)": (
        "onde os plugins rodam: process mata um que trava ou cai (padrão: como cada plugin diz)"
    ),
    "give up after so many seconds": "desistir depois de tantos segundos",
    "one of the plugin's params (may be repeated); `qualia inspect PLUGIN` shows them": (
        "um dos parâmetros do plugin (pode ser repetida); `qualia inspect PLUGIN` mostra quais são"
    ),
    "only plugins of this kind": "só plugins deste tipo",
    "list the plugins": "lista os plugins",
    "look at the settings": "mostra as configurações",
    "show every setting, its value and where it came from": "mostra cada configuração, seu valor e de onde veio",
    "show a plugin and its params": "mostra um plugin e seus parâmetros",
    "read or clean a document with a document plugin": "lê ou limpa um documento com um plugin de documento",
    "the document; - reads standard input": "o documento; - lê a entrada padrão",
    "where to write the text (.txt), or the result with its provenance (.json, .yaml)": (
        "onde gravar o texto (.txt), ou o resultado com a proveniência (.json, .yaml)"
    ),
    "count or judge a document with an analyzer": "conta ou avalia um documento com um analisador",
    "the document, or a result of process as JSON or YAML; - reads standard input": (
        "o documento, ou um resultado de process em JSON ou YAML; - lê a entrada padrão"
    ),
    "where to write the result (.json, .yaml, .txt)": "onde gravar o resultado (.json, .yaml, .txt)",
    "draw a document or a result with a visualizer": "desenha um documento ou resultado com um visualizador",
    "a document, or a result of analyze as JSON or YAML; - reads standard input": (
        "um documento, ou um resultado de analyze em JSON ou YAML; - lê a entrada padrão"
    ),
    "short for -P format=... (default: by the suffix of -o)": "o mesmo que -P format=... (padrão: pelo sufixo de -o)",
    "where to write it (default: here, under the name the plugin gives; - is standard output)": (
        "onde gravar (padrão: aqui, com o nome que o plugin dá; - é a saída padrão)"
    ),
    "run the steps of a pipeline file on a document": "executa os passos de um arquivo de pipeline em um documento",
    "the pipeline: a TOML, JSON or YAML file": "o pipeline: um arquivo TOML, JSON ou YAML",
    "write every step's result into this folder, which is made if need be": (
        "grava o resultado de cada passo nesta pasta, que é criada se preciso"
    ),
    "overwrite files that are there already": "sobrescreve arquivos que já existem",
    "analyse two meetings that come along, and write a report": (
        "analisa duas reuniões que vêm junto e escreve um relatório"
    ),
    "where to write it (default: ./qualia-demo)": "onde gravar (padrão: ./qualia-demo)",
    "write the folder of a new plugin, with a test that passes": (
        "gravar a pasta de um plugin novo, com um teste que passa"
    ),
    "the new plugin's id: lower-case letters, digits and _": (
        "o identificador do novo plugin: letras minúsculas, algarismos e _"
    ),
    "what it is (default: analyzer)": "o que ele é (padrão: analyzer)",
    "only plugin.toml and __init__.py": "só plugin.toml e __init__.py",
    "the folder to make (default: plugins/ID in the project, or else ./ID)": (
        "a pasta a criar (padrão: plugins/ID no projeto, ou então ./ID)"
    ),
    "what it does, in one line": "o que ele faz, em uma linha",
    "who writes it, for its README": "quem o escreve, para o README",
    "TEXT": "TEXTO",
}

_SAID: Mapping[str, str] = {
    "error": "erro",
    "warning": "aviso",
    "interrupted; nothing unfinished was kept": "interrompido; nada pela metade foi guardado",
    "something unexpected happened ({told}); QUALIA_DEBUG=1 shows where": (
        "algo inesperado aconteceu ({told}); QUALIA_DEBUG=1 mostra onde"
    ),
    "-o {path}: the suffix {suffix} names no format; use {known}, or give --format": (
        "-o {path}: o sufixo {suffix} não indica um formato; use {known}, ou informe --format"
    ),
    "-o {path!r} is the file that is read; give another name": "-o {path!r} é o arquivo que é lido; dê outro nome",
    "-o -: a terminal cannot show a picture; send it into a file or a pipe": (
        "-o -: um terminal não mostra imagens; mande para um arquivo ou um pipe"
    ),
    "{plugin} has no param 'format', so --format says nothing to it": (
        "{plugin} não tem o parâmetro 'format', então --format nada lhe diz"
    ),
    "--format {asked} and -P format={other}: give one of them": "--format {asked} e -P format={other}: informe um só",
    "-o {path}: {plugin} draws {known}, not {suffix}": "-o {path}: {plugin} desenha {known}, não {suffix}",
    "-o {path}: the picture is a {suffix} file; name it so, or ask for another format": (
        "-o {path}: a imagem é um arquivo {suffix}; use esse sufixo, ou peça outro formato"
    ),
    "-P {text!r}: write it as KEY=VALUE, for example -P top=20": "-P {text!r}: escreva CHAVE=VALOR, como em -P top=20",
    "-P {name}: given twice; give it once": "-P {name}: informado duas vezes; informe uma só",
    "{option} {folder!r}: there is no such folder": "{option} {folder!r}: essa pasta não existe",
    "{plugin!r} is no {wanted}; use: qualia {command} FILE -p {plugin}": (
        "{plugin!r} não é um {wanted}; use: qualia {command} ARQUIVO -p {plugin}"
    ),
    "document plugin": "plugin de documento",
    "document": "documento",
    "analyzer": "analisador",
    "visualizer": "visualizador",
    "enabled": "pronto",
    "loaded": "carregado",
    "unavailable": "indisponível",
    "failing": "falhando",
    "plugin": "plugin",
    "kind": "tipo",
    "version": "versão",
    "state": "estado",
    "summary": "resumo",
    "setting": "configuração",
    "value": "valor",
    "origin": "origem",
    "set": "definido",
    "not set": "não definido",
    "project": "projeto",
    "argument": "argumento",
    "{name} is set, but is no setting; did you mean {near}?": (
        "{name} está definida, mas não é uma configuração; você quis dizer {near}?"
    ),
    "produces": "fornece",
    "consumes": "consome",
    "accepts": "aceita",
    "needs": "precisa de",
    "folder": "pasta",
    "param (-P)": "parâmetro (-P)",
    "type": "tipo",
    "default": "padrão",
    "allowed": "permitido",
    "what it does": "o que faz",
    "its params cannot be shown: {told}": "não é possível mostrar os parâmetros: {told}",
    "it takes no params": "não recebe parâmetros",
    "there are no plugins here; name a folder that holds some with --plugin-dir": (
        "não há plugins aqui; indique uma pasta que os tenha com --plugin-dir"
    ),
    "reading standard input; end it with Ctrl-D": "lendo a entrada padrão; termine com Ctrl-D",
    "wrote {path}": "gravado {path}",
    "read as {format}: turns {turns}, speakers {speakers}, words with a speaker {attributed}, left out {removed}": (
        "lido como {format}: falas {turns}, falantes {speakers}, palavras com falante {attributed}, de fora {removed}"
    ),
    "(nothing)": "(nada)",
    "... and {more} more; --format json shows all": "... e mais {more}; --format json mostra tudo",
    "left out here: {names}; --format json shows all": "fora daqui: {names}; --format json mostra tudo",
    "yes": "sim",
    "no": "não",
    "step {number}/{steps} {step} ...": "passo {number}/{steps} {step} ...",
    "getting ready ...": "preparando ...",
    "step": "passo",
    "time": "tempo",
    "cached": "do cache",
    "what it gave": "o que deu",
    "characters": "caracteres",
    "segments": "segmentos",
    "speakers": "falantes",
    "nothing was saved; -o FOLDER writes every step's result": (
        "nada foi gravado; -o PASTA grava o resultado de cada passo"
    ),
    "Try next:": "Experimente agora:",
    "Reading and drawing {title} ...": "Lendo e desenhando {title} ...",
    "Writing the report ...": "Escrevendo o relatório ...",
    "; try {near}": "; tente {near}",
    "{text!r} is no id: write lower-case letters, digits and _, at most 64 and a letter first{hint}": (
        "{text!r} não serve de identificador: use letras minúsculas, algarismos e _, no máximo 64, "
        "começando por uma letra{hint}"
    ),
    "{text!r} is no id: Python has a word or a module of that name{hint}": (
        "{text!r} não serve de identificador: o Python já tem uma palavra ou um módulo com esse nome{hint}"
    ),
    "there is a plugin {plugin!r} already, in {folder}; choose another id": (
        "já existe um plugin {plugin!r}, em {folder}; escolha outro identificador"
    ),
    "{option} must be one line of at most {most} characters": (
        "{option} deve ser uma linha de no máximo {most} caracteres"
    ),
    "it is there already and not an empty folder": "já existe e não é uma pasta vazia",
}

_OTHERS: Mapping[str, str] = {
    **RULE_SENTENCES,
    **WATCHING_SENTENCES,
    **ANSWERS_SENTENCES,
    **BATCH_SENTENCES,
    **EXPORT_SENTENCES,
    **MENU_SENTENCES,
    **PROJECT_SENTENCES,
    **SHELL_SENTENCES,
    **UPKEEP_SENTENCES,
}
SENTENCES: Mapping[str, str] = {**_ERRORS, **_REASONS, **_ARGPARSE, **_HELP, **_SAID, **_OTHERS}
"""English sentence or template -> the same in Brazilian Portuguese, with the same placeholders."""
