"""What the command line says in Brazilian Portuguese: upkeep."""

from __future__ import annotations

from collections.abc import Mapping

_HELP: Mapping[str, str] = {
    "look back at the runs, run one again, cite and archive it": (
        "ver as execuções passadas, repetir uma, citá-la e arquivá-la"
    ),
    "look at the kept results, check them, throw them away": "ver os resultados guardados, conferi-los, descartá-los",
    "say whether everything it needs is here and well, and what to do": (
        "dizer se tudo de que ele precisa está aqui e em ordem, e o que fazer"
    ),
    "list the runs, the latest first": "listar as execuções, a última primeiro",
    "show one run: its steps, their params, times and errors": (
        "mostrar uma execução: os passos, com parâmetros, tempos e erros"
    ),
    "forget old runs; the counts of each day stay": "esquecer execuções antigas; as contagens de cada dia ficam",
    "only runs that are older: 90d, 12h, 4w": "só execuções mais antigas: 90d, 12h, 4w (dias, horas, semanas)",
    "run it again on the same document, and say whether the results are the same": (
        "repetir no mesmo documento e dizer se os resultados são os mesmos"
    ),
    "the document it ran on, or what analyze or process wrote when it ran on that; - reads standard input": (
        "o documento em que rodou, ou o que analyze ou process gravou, se rodou nisso; - lê a entrada padrão"
    ),
    "write the methods paragraph and the references for what runs gave": (
        "escrever o parágrafo de métodos e as referências do que as execuções deram"
    ),
    "write what runs gave, and how it came about, as a folder for an archive (RO-Crate)": (
        "gravar o que as execuções deram, e como surgiu, numa pasta para um repositório (RO-Crate)"
    ),
    "the folder to make; it must not be there yet, or be empty": (
        "a pasta a criar; não pode existir ainda, ou deve estar vazia"
    ),
    "a document that shall be part of it; without, its digest alone is (may be repeated)": (
        "um documento que deve ir junto; sem isso, vai só o resumo SHA-256 dele (pode repetir)"
    ),
    "what the crate is called": "como o pacote se chama",
    "under which licence it is given on: a URL or a sentence": (
        "sob que licença é distribuído: um endereço ou uma frase"
    ),
    "tell how much is kept, and of which plugins": "dizer quanto está guardado, e de quais plugins",
    "throw kept results away; they are computed anew when they are needed": (
        "descartar resultados guardados; são calculados de novo quando for preciso"
    ),
    "only what this plugin gave": "só o que este plugin deu",
    "only what was not used for so long: 30d, 12h, 4w": (
        "só o que não é usado há tanto tempo: 30d, 12h, 4w (dias, horas, semanas)"
    ),
    "look at every kept result and say whether it is damaged": (
        "olhar cada resultado guardado e dizer se está danificado"
    ),
    "remove what is damaged": "remover o que está danificado",
    "only this check (may be repeated)": "só esta verificação (pode repetir)",
    "its id or the beginning of it; last is the latest": "o identificador ou o começo dele; last é a última",
    "their ids or the beginnings of them; last is the latest": (
        "os identificadores ou o começo deles; last é a última"
    ),
    "only runs with a step of this plugin": "só execuções com um passo deste plugin",
    "only runs that ended so": "só execuções que terminaram assim",
    "only runs on this document: a file, or the beginning of its id": (
        "só execuções neste documento: um arquivo, ou o começo do identificador dele"
    ),
    "only runs since then: 2026-01-31, 7d, 2h": "só execuções desde então: 2026-01-31, 7d, 2h",
    "only runs until then; a day counts as a whole": "só execuções até então; um dia conta inteiro",
    "how many at most (default: 20)": "quantas, no máximo (padrão: 20)",
    "how to write them (default: pretty)": "como escrevê-las (padrão: pretty)",
    "do not ask": "não perguntar",
    "only say what would go": "só dizer o que sairia",
    "AGE": "IDADE",
    "NAME": "NOME",
    "RUN": "EXECUÇÃO",
    "WHEN": "QUANDO",
}
_HISTORY: Mapping[str, str] = {
    "heading\x04run": "execução",
    "heading\x04started": "início",
    "heading\x04what ran": "o que rodou",
    "heading\x04outcome": "fim",
    "heading\x04took": "levou",
    "heading\x04steps": "passos",
    "heading\x04what": "o quê",
    "heading\x04input": "entrada",
    "heading\x04params": "parâmetros",
    "heading\x04ok": "ok",
    "heading\x04failed": "falhou",
    "heading\x04cancelled": "cancelado",
    "heading\x04skipped": "pulado",
    "none; it was given records": "nenhum; recebeu registros",
    "no run has been logged here yet": "nenhuma execução foi registrada aqui ainda",
    "no run fits": "nenhuma execução atende",
    "there are more than these {count}; --limit shows more, --since and --plugin fewer": (
        "há mais do que estas {count}; --limit mostra mais, --since e --plugin menos"
    ),
    "--limit {number}: give a whole number of at least 1": "--limit {number}: dê um número inteiro, 1 ou mais",
    "several documents begin with {text!r}; write more of the id": (
        "vários documentos começam com {text!r}; escreva mais do identificador"
    ),
    "--document {text!r}: there is no such file, and no run on a document whose id begins so": (
        "--document {text!r}: não existe esse arquivo, nem execução num documento cujo identificador comece assim"
    ),
    "{count} runs would be forgotten; --dry-run changes nothing": (
        "{count} execuções seriam esquecidas; --dry-run não muda nada"
    ),
    "Forget {count} runs older than {age}?": "Esquecer {count} execuções com mais de {age}?",
    "{count} runs were forgotten": "{count} execuções foram esquecidas",
    "there is no project here, so nothing is kept on the disk; go to one, or name it with --project": (
        "não há projeto aqui, então nada é guardado no disco; vá até um, ou indique-o com --project"
    ),
    "the history is switched off here (history = false), so no run was logged; switch it on in qualia.toml": (
        "o histórico está desligado aqui (history = false), então nada foi registrado; ligue-o em qualia.toml"
    ),
    "several runs begin with {wanted!r}: {known}; write more of the id": (
        "várias execuções começam com {wanted!r}: {known}; escreva mais do identificador"
    ),
    "there is no run whose id begins with {wanted!r}; `qualia history` lists them": (
        "não há execução cujo identificador comece com {wanted!r}; `qualia history` lista todas"
    ),
    "run {run} was on the document {document}, whose text is not kept; name its file": (
        "a execução {run} foi no documento {document}, cujo texto não é guardado; indique o arquivo dele"
    ),
    "run {run} was given records, which are not kept; name the file that holds them": (
        "a execução {run} recebeu registros, que não são guardados; indique o arquivo que os contém"
    ),
    "run {run} has no step that gave a result, so there is nothing to run again": (
        "nenhum passo da execução {run} deu resultado, então não há o que repetir"
    ),
    "run {run} gave no result, so there is nothing to tell of it": (
        "a execução {run} não deu resultado, então não há o que dizer dela"
    ),
    "the same result, byte for byte": "o mesmo resultado, byte a byte",
    "another result than then": "um resultado diferente do de então",
    "it is made of the same as then; the result of then is not in the cache any more to be compared": (
        "é feito do mesmo que então; o resultado de então já não está no cache para ser comparado"
    ),
    "not what it was then; the result of then is not in the cache any more to be compared": (
        "não é o que era; o resultado de então já não está no cache para ser comparado"
    ),
    "what is not as it was:": "o que não é como era:",
    "{name}: {then} bytes then, {now} bytes now, the first other one at {place}": (
        "{name}: {then} bytes então, {now} agora; o primeiro diferente está na posição {place}"
    ),
    "not in the cache any more: {missing}; `qualia history rerun {run} FILE` computes it again, then export that run": (
        "já não está no cache: {missing}; `qualia history rerun {run} ARQUIVO` calcula de novo, "
        "e então exporte essa execução"
    ),
    "References": "Referências",
    "is another document ({now}) than the run was on ({then}); name the one it was on, or analyse this one anew": (
        "é outro documento ({now}), não o da execução ({then}); indique aquele, ou analise este como novo"
    ),
    "is none of the documents these runs were on; name one of theirs": (
        "não é nenhum dos documentos dessas execuções; indique um deles"
    ),
    "{option} {text!r}: give an age, such as 30d, 12h or 4w": (
        "{option} {text!r}: dê uma idade, como 30d, 12h ou 4w (dias, horas, semanas)"
    ),
    "{option} {text!r}: give a day such as 2026-01-31, a time such as 2026-01-31T14:30, or an age such as 7d": (
        "{option} {text!r}: dê um dia como 2026-01-31, um momento como 2026-01-31T14:30, ou uma idade como 7d"
    ),
    "{question} Nobody can be asked here; --yes says so": "{question} Aqui não há a quem perguntar; diga com --yes",
    "nothing was changed": "nada foi mudado",
    "y/N": "s/N",
}
_RERUN: Mapping[str, str] = {
    "version of {plugin}: {then} then, {now} now": "versão de {plugin}: {then} então, {now} agora",
    "code of {plugin}: {then} then, {now} now": "código de {plugin}: {then} então, {now} agora",
    "param {name} of {plugin}: {then} then, {now} now": "parâmetro {name} de {plugin}: {then} então, {now} agora",
    "input {name} of {plugin}: {then} then, {now} now": "entrada {name} de {plugin}: {then} então, {now} agora",
    "{what}: {then} then, {now} now": "{what}: {then} então, {now} agora",
    "value of {plugin}: not equal, although nothing it is made of differs": (
        "valor de {plugin}: não é igual, embora nada de que é feito seja diferente"
    ),
}
_CACHE: Mapping[str, str] = {
    "the cache {path!r} cannot be used: {reason}": "não é possível usar o cache {path!r}: {reason}",
    "heading\x04file": "arquivo",
    "heading\x04results": "resultados",
    "heading\x04size": "tamanho",
    "heading\x04on the disk": "no disco",
    "heading\x04at most": "no máximo",
    "heading\x04used least recently": "usado há mais tempo",
    "heading\x04used last": "usado por último",
    "heading\x04what is wrong": "o que está errado",
    "answered in {days} days": "respondeu em {days} dias",
    "{cached} of {steps} steps ({share})": "{cached} de {steps} passos ({share})",
    "nothing is kept (cache_disk_max_bytes = 0)": "nada é guardado (cache_disk_max_bytes = 0)",
    "nothing is kept here": "nada está guardado aqui",
    "{count} results would go ({size}); --dry-run changes nothing": (
        "{count} resultados sairiam ({size}); --dry-run não muda nada"
    ),
    "Throw {count} kept results away ({size})?": "Descartar {count} resultados guardados ({size})?",
    "{count} results went ({size}); the file keeps its size, and the room in it is used again": (
        "{count} resultados saíram ({size}); o arquivo mantém o tamanho, e o espaço nele é reaproveitado"
    ),
    "the whole cache would go ({size}); --dry-run changes nothing": (
        "o cache inteiro sairia ({size}); --dry-run não muda nada"
    ),
    "Throw all kept results away ({size})?": "Descartar todos os resultados guardados ({size})?",
    "the cache is empty; {size} were freed": "o cache está vazio; {size} foram liberados",
    "`qualia cache verify --repair` removes what is damaged; it is computed anew when it is needed": (
        "`qualia cache verify --repair` remove o que está danificado; é calculado de novo quando for preciso"
    ),
    "the file as a whole is damaged: {reason}": "o arquivo como um todo está danificado: {reason}",
    "{damaged} of {count} results are damaged": "{damaged} de {count} resultados estão danificados",
    "{count} results, all sound": "{count} resultados, todos íntegros",
    "the damaged file is {path} now, and a new one is begun": "o arquivo danificado agora é {path}, e um novo começa",
    "{count} damaged results were removed": "{count} resultados danificados foram removidos",
    "its checksum is wrong": "a soma de verificação não confere",
    "it lies under another key": "está sob outra chave",
    "it holds no bytes": "não contém bytes",
    "not a result: {error}": "não é um resultado: {error}",
    "it is not a cache of results": "não é um cache de resultados",
    "it has format {found} and this version writes {newest}": ("tem o formato {found}, e esta versão grava o {newest}"),
    "its pages have another size": "as páginas têm outro tamanho",
    "it is no ordinary file": "não é um arquivo comum",
    "database is locked": "outro programa está gravando nele agora; tente de novo",
    "file is not a database": "o arquivo não é um banco de dados",
    "database disk image is malformed": "o conteúdo do arquivo está corrompido",
    "unable to open database file": "não é possível abrir o arquivo",
    "attempt to write a readonly database": "o arquivo só pode ser lido",
    "disk I/O error": "erro de leitura ou gravação do disco",
    "database or disk is full": "o disco está cheio",
}
_DOCTOR: Mapping[str, str] = {
    "heading\x04note": "nota",
    "heading\x04warning": "aviso",
    "heading\x04problem": "problema",
    "heading\x04versions": "versões",
    "heading\x04extras": "extras",
    "heading\x04pictures": "figuras",
    "heading\x04plugins": "plugins",
    "heading\x04settings": "configurações",
    "heading\x04folders": "pastas",
    "heading\x04history": "histórico",
    "heading\x04cache": "cache",
    "heading\x04terminal": "terminal",
    "heading\x04watching": "observação de arquivos",
    "heading\x04clock": "relógio",
    "heading\x04temporary files": "arquivos temporários",
    "heading\x04project": "projeto",
    "heading\x04kept results and runs": "resultados e execuções guardados",
    "{problems} problems, {warnings} warnings, {notes} notes": (
        "problemas: {problems}, avisos: {warnings}, notas: {notes}"
    ),
    "no problems, {warnings} warnings, {notes} notes": "nenhum problema, avisos: {warnings}, notas: {notes}",
    "this could not be looked at: {told}": "não foi possível olhar isto: {told}",
    "QUALIA_DEBUG=1 shows more; please report it": "QUALIA_DEBUG=1 mostra mais; por favor, relate isso",
    "there is no check {name!r}; {hint}": "não existe a verificação {name!r}; {hint}",
    "install a Python with SQLite {least} or newer": "instale um Python com SQLite {least} ou mais novo",
    "SQLite {version} is too old": "o SQLite {version} é antigo demais",
    "SQLite {version} cannot do {missing}, which cache and history need": (
        "o SQLite {version} não faz {missing}, de que o cache e o histórico precisam"
    ),
    "install a Python with a complete SQLite": "instale um Python com um SQLite completo",
    "; what is unsound before 3.51.3 is avoided here": "; o que falha antes da 3.51.3 é evitado aqui",
    "it is not installed as a package, so its extras cannot be told": (
        "não está instalado como pacote, então não dá para saber dos extras"
    ),
    "{extra}: without {missing}": "{extra}: sem {missing}",
    "no matplotlib, so charts are only drawn as pages (HTML)": (
        "sem matplotlib, os gráficos só saem como páginas (HTML)"
    ),
    "the fonts {missing} are not in {folder}": "as fontes {missing} não estão em {folder}",
    "fonts: DejaVu Sans, from matplotlib": "fontes: DejaVu Sans, do matplotlib",
    "interactive charts as pictures: kaleido with {path}": "gráficos interativos como figuras: kaleido com {path}",
    "interactive charts cannot be drawn as pictures with browser=true; nothing else needs that": (
        "gráficos interativos não podem sair como figuras com browser=true; nada mais precisa disso"
    ),
    "install Chromium, or name one in BROWSER_PATH": "instale o Chromium, ou indique um em BROWSER_PATH",
    "no LANG is set": "LANG não está definida",
    "output is written as {encoding} ({told}), which lacks most characters": (
        "a saída é gravada em {encoding} ({told}), que não tem a maioria dos caracteres"
    ),
    "output is written as UTF-8 ({told})": "a saída é gravada em UTF-8 ({told})",
    "names of files are read as {encoding}": "os nomes de arquivos são lidos em {encoding}",
    "the system's texts are taken as ASCII": "os textos do sistema são tomados como ASCII",
    "set LANG=C.UTF-8, or PYTHONUTF8=1": "defina LANG=C.UTF-8, ou PYTHONUTF8=1",
    "output goes to a file or a program, not to a terminal": (
        "a saída vai para um arquivo ou programa, não para um terminal"
    ),
    "{told}, with colours": "{told}, com cores",
    "{told}, without colours": "{told}, sem cores",
    "the system tells of changed files": "o sistema avisa quando arquivos mudam",
    "the system does not tell of changed files: {reason}": "o sistema não avisa quando arquivos mudam: {reason}",
    "{watches} folders can be watched, by {instances} programs": (
        "{watches} pastas podem ser observadas, por {instances} programas"
    ),
    "or watch with --polling": "ou observe com --polling",
    "the clock says {moment}, which cannot be": "o relógio diz {moment}, o que não pode ser",
    "set the system's clock": "acerte o relógio do sistema",
    "mend it; the others run with defaults": "corrija isso; as outras verificações usam os padrões",
    "no project here: nothing is kept on the disk": "não há projeto aqui: nada é guardado no disco",
    "no project here: no run is logged": "não há projeto aqui: nenhuma execução é registrada",
    "no project here: results are kept in memory only": "não há projeto aqui: resultados ficam só na memória",
    "`qualia init` makes one; --project names one elsewhere": "`qualia init` cria um; --project indica outro lugar",
    "project {folder}, without a qualia.toml": "projeto {folder}, sem qualia.toml",
    "{name} is set, but is no setting": "{name} está definida, mas não é configuração",
    "{name}: nothing can be written in {folder} ({reason})": "{name}: não dá para gravar em {folder} ({reason})",
    "let yourself write there: chmod u+rwx, or another folder": (
        "permita-se gravar ali: chmod u+rwx, ou use outra pasta"
    ),
    "{name}: {folder}, on a network: watch it with --polling": ("{name}: {folder}, numa rede: observe-a com --polling"),
    "others on this machine can read {path}": "outras pessoas nesta máquina podem ler {path}",
    "{size} free on the disk of {folder}": "{size} livres no disco de {folder}",
    "make room; `qualia cache clear` frees what is kept": (
        "abra espaço; `qualia cache clear` libera o que está guardado"
    ),
    "{usable} of {count} plugins can be used": "{usable} de {count} plugins podem ser usados",
    "there are no plugins here": "não há plugins aqui",
    "name a folder that holds some with --plugin-dir": "indique uma pasta que os tenha com --plugin-dir",
    "mend it or remove it": "corrija ou remova",
    "{plugin} is switched off": "{plugin} está desligado",
    "{plugin} is on its way out": "{plugin} está de saída",
    "use {plugin}": "use {plugin}",
    "`qualia validate {folder}` tells more": "`qualia validate {folder}` diz mais",
    "it is switched off: no run is logged": "está desligado: nenhuma execução é registrada",
    "move the file away; a new one is begun at the next run": "tire o arquivo dali; a próxima execução começa um novo",
    "{path} is damaged: {reason}": "{path} está danificado: {reason}",
    "the latest run is dated {moment}, which is not yet": (
        "a última execução tem data de {moment}, que ainda não chegou"
    ),
    "the latest run: {moment}": "a última execução: {moment}",
    "{size} kept, of {bound} at most": "{size} guardados, de {bound} no máximo",
    "a damaged file was set aside as {path}": "um arquivo danificado foi posto de lado como {path}",
    "remove it when you have looked at it": "remova-o depois de olhar",
}
SENTENCES: Mapping[str, str] = {**_HELP, **_HISTORY, **_RERUN, **_CACHE, **_DOCTOR}
