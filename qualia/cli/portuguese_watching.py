"""What the commands that watch plugins and decide about them say, in Brazilian Portuguese."""

from __future__ import annotations

from collections.abc import Mapping

_HELP: Mapping[str, str] = {
    "tell whenever a plugin's files change, and whether it could be reloaded": (
        "avisa sempre que os arquivos de um plugin mudam e se foi possível recarregá-lo"
    ),
    "look now and then instead of being told by the system, as network folders need": (
        "olha de vez em quando em vez de esperar pelo sistema, como exigem as pastas de rede"
    ),
    "leave after the first change": "sai depois da primeira mudança",
    "how to write each event: a line for people, or a line of JSON": (
        "como escrever cada evento: uma linha para pessoas ou uma linha de JSON"
    ),
    "run a plugin on a sample at every save, and show what is different": (
        "executa um plugin com uma amostra a cada gravação e mostra o que mudou"
    ),
    "a plugin's folder, or one that holds plugins (default: here, or ./plugins)": (
        "a pasta de um plugin, ou uma que contém plugins (padrão: aqui, ou ./plugins)"
    ),
    "the plugin, where there are several": "o plugin, onde há vários",
    "run it on this file (default: a meeting that comes along)": (
        "executa com este arquivo (padrão: uma reunião que vem junto)"
    ),
    "one of the plugin's params (may be repeated)": "um dos parâmetros do plugin (pode ser repetida)",
    "where to write what a visualizer draws (default: a folder that is removed at the end)": (
        "onde gravar o que um visualizador desenha (padrão: uma pasta que é removida no fim)"
    ),
    "run once and leave": "executa uma vez e sai",
    "run it in a process that is killed when it takes too long": (
        "executa em um processo que é encerrado quando demora demais"
    ),
    "how long a run may take (default with --contained: 10)": (
        "quanto uma execução pode durar (padrão com --contained: 10)"
    ),
    "list the plugins, switch them on and off, choose their versions": (
        "lista os plugins, liga e desliga, escolhe versões"
    ),
    "list the plugins with origin, lifecycle and other versions": (
        "lista os plugins com origem, ciclo de vida e outras versões"
    ),
    "switch a plugin on again": "liga um plugin de novo",
    "switch a plugin off": "desliga um plugin",
    "choose which of several versions of a plugin answers": "escolhe qual de várias versões de um plugin responde",
    "forget what was decided about a plugin": "esquece o que foi decidido sobre um plugin",
    "its version, or the folder it lies in": "a versão, ou a pasta em que ela está",
    "VERSION": "VERSÃO",
}

_SAID: Mapping[str, str] = {
    "watching is over": "fim da observação",
    "watching {plugins} plugins in {folders}": "observando {plugins} plugins em {folders}",
    "watching {folder}; Ctrl-C ends it": "observando {folder}; Ctrl-C encerra",
    "reloaded {plugin} {version}, generation {generation}": "recarregado {plugin} {version}, geração {generation}",
    "loaded {plugin}": "carregado {plugin}",
    "found {plugin} {version} in {folder}": "encontrado {plugin} {version} em {folder}",
    "removed {plugin}": "removido {plugin}",
    "slow {plugin}: after {seconds} s it stands at {place}": "lento {plugin}: após {seconds} s está em {place}",
    "failed": "falhou",
    "generation {generation}": "geração {generation}",
    "generation {generation} goes on answering": "a geração {generation} continua respondendo",
    "nothing answers in its place": "nada responde em seu lugar",
    "calls of generations {numbers} of plugin {plugin!r} are still under way{where}": (
        "chamadas das gerações {numbers} do plugin {plugin!r} ainda estão em andamento{where}"
    ),
    "its call took {ms} ms": "sua chamada levou {ms} ms",
    "{ms:.0f} ms after the save": "{ms:.0f} ms após a gravação",
    "after {plugin} was reloaded": "depois que {plugin} foi recarregado",
    "as the same code gave before": "como o mesmo código já deu",
    "no difference": "nenhuma diferença",
    "different from the run before:": "diferente da execução anterior:",
    "the difference is too long to show": "a diferença é longa demais para mostrar",
    "... and {more} more lines": "... e mais {more} linhas",
    "no longer found: {count}": "não mais encontrados: {count}",
    "the run was interrupted; Ctrl-C again ends the watching": (
        "a execução foi interrompida; Ctrl-C de novo encerra a observação"
    ),
    "each run changes {files} in the plugin's own folder and so makes a new version; write elsewhere": (
        "cada execução altera {files} na pasta do próprio plugin e assim cria uma nova versão; grave em outro lugar"
    ),
    "-o {path!r} lies in the plugin's own folder, so that every run would be a save": (
        "-o {path!r} fica na pasta do próprio plugin, e cada execução seria uma gravação"
    ),
    "there is no folder {path!r}": "não existe a pasta {path!r}",
    "there is no plugin here; name its folder, or make one with qualia create": (
        "não há plugin aqui; indique a pasta dele ou crie um com qualia create"
    ),
    "there is no plugin in {folder}; make one with qualia create": (
        "não há plugin em {folder}; crie um com qualia create"
    ),
    "the plugin is no longer in {folder}": "o plugin não está mais em {folder}",
    "there are several plugins in {folder}; choose one with -p: {known}": (
        "há vários plugins em {folder}; escolha um com -p: {known}"
    ),
    "nothing that comes along is what {plugin} reads; name a file with --sample": (
        "nada do que vem junto é o que {plugin} lê; indique um arquivo com --sample"
    ),
    "there is no project here, so it would be forgotten at once; name one with --project": (
        "não há projeto aqui, então isso seria esquecido na hora; indique um com --project"
    ),
    "kept in {path}": "guardado em {path}",
    "several folders hold {plugin} {version}; give one of the folders: {known}": (
        "várias pastas têm {plugin} {version}; indique uma das pastas: {known}"
    ),
    "there is no {plugin} {version}; known: {known}": "não existe {plugin} {version}; conhecidas: {known}",
    "lifecycle": "ciclo de vida",
    "others": "outras",
    "disabled": "desligado",
    "experimental": "experimental",
    "stable": "estável",
    "deprecated": "obsoleto",
    "switched off; on again with: qualia plugins enable {plugin}": (
        "desligado; para ligar de novo: qualia plugins enable {plugin}"
    ),
    "deprecated; use {plugin}": "obsoleto; use {plugin}",
    "shipped": "de fábrica",
    "installed": "instalado",
}

WATCHING_SENTENCES: Mapping[str, str] = {**_HELP, **_SAID}
"""English sentence or template -> the same in Brazilian Portuguese, with the same placeholders."""
