"""The rules of `qualia.validation` in Brazilian Portuguese, by the English sentences they stand for."""

from __future__ import annotations

from collections.abc import Mapping

_FOLDER: Mapping[str, str] = {
    "there is no plugin.toml in this folder": "não há plugin.toml nesta pasta",
    "add one; `qualia validate --schema` shows what it holds": (
        "crie um; `qualia validate --schema` mostra o que ele contém"
    ),
    "{file} cannot be read: {told}": "{file} não pode ser lido: {told}",
    "mend or remove it; the engine reads every file of a plugin": (
        "conserte ou remova o arquivo; o motor lê todos os arquivos de um plugin"
    ),
    "{file} is a link to {target}, outside the plugin": "{file} é um link para {target}, fora do plugin",
    "copy the file into the plugin's folder; elsewhere the link leads nowhere": (
        "copie o arquivo para a pasta do plugin; em outra máquina o link não leva a nada"
    ),
    "{file} has {size} MB, and every load reads the whole folder": (
        "{file} tem {size} MB, e cada carga lê a pasta inteira"
    ),
    "keep large data in a distribution the plugin depends on, or outside its folder": (
        "guarde dados grandes em uma distribuição da qual o plugin depende, ou fora da pasta dele"
    ),
    "{file} is compiled code, which the engine never runs": "{file} é código compilado, que o motor nunca executa",
    "delete it and keep it out of version control": "apague-o e deixe-o fora do controle de versão",
    "{file} looks like something secret": "{file} parece ser algo secreto",
    "take it out of the folder, and change what it holds if the plugin was shared": (
        "tire-o da pasta, e troque o que ele contém se o plugin foi compartilhado"
    ),
    "there is no README": "não há README",
    "say in README.md what the plugin does and what its figures mean": (
        "diga em README.md o que o plugin faz e o que seus números significam"
    ),
    "there is no test": "não há teste",
    "add test_{plugin}.py; `qualia.testing` has what it needs": (
        "crie test_{plugin}.py; `qualia.testing` tem o que é preciso"
    ),
    "{file} has the name of a standard module, which a plain import of that name gets instead": (
        "{file} tem o nome de um módulo padrão, e um import simples desse nome recebe o módulo padrão"
    ),
    "rename it, or import it as `from . import {module}` everywhere": (
        "renomeie-o, ou importe-o sempre com `from . import {module}`"
    ),
    "the folder is called {folder} and the plugin {plugin}": "a pasta se chama {folder} e o plugin, {plugin}",
    "give both one name, so that people find the one by the other": (
        "dê o mesmo nome aos dois, para que se ache um pelo outro"
    ),
    "{file} lies {depth} folders deep": "{file} está a {depth} pastas de profundidade",
    "keep the package flat; some systems allow no path of more than 260 characters": (
        "mantenha o pacote raso; alguns sistemas não permitem caminhos com mais de 260 caracteres"
    ),
}

_MANIFEST: Mapping[str, str] = {
    "plugin.toml cannot be read: {told}": "plugin.toml não pode ser lido: {told}",
    "mend it at this place": "corrija neste lugar",
    "rename or remove the key": "renomeie ou remova a chave",
    "key {key} is missing": "falta a chave {key}",
    'add {key} = "..." to plugin.toml': 'acrescente {key} = "..." a plugin.toml',
    "{told}": "{told}",
    "write the value as the reference of plugin.toml says": "escreva o valor como diz a referência de plugin.toml",
    "the plugin was written for plugin API {range} and this engine offers {offered}": (
        "o plugin foi escrito para a API de plugins {range} e este motor oferece {offered}"
    ),
    'try it with this engine and then write api = ">=1,<2"': (
        'experimente-o com este motor e então escreva api = ">=1,<2"'
    ),
    "another plugin is called {plugin} too, in {other}": "outro plugin também se chama {plugin}, em {other}",
    "rename one of the two; only one of them can be used": "renomeie um dos dois; só um deles pode ser usado",
    "no plugin here produces {schema}": "nenhum plugin aqui fornece {schema}",
    "install one that does, or say in the README which plugin it needs": (
        "instale um que forneça, ou diga no README de qual plugin ele precisa"
    ),
    "the plugin is deprecated and nothing says what replaces it": (
        "o plugin está obsoleto e nada diz o que o substitui"
    ),
    "add replaced_by with the id of its successor": "acrescente replaced_by com o id do sucessor",
    "these plugins need each other: {cycle}": "estes plugins precisam um do outro: {cycle}",
    "remove one of these records from consumes": "remova um desses registros de consumes",
}

_CODE: Mapping[str, str] = {
    "this is no Python: {told}": "isto não é Python: {told}",
    "there is no __init__.py beside plugin.toml": "não há __init__.py ao lado de plugin.toml",
    "add it, with the class in it": "crie-o, com a classe dentro",
    "the package defines no {entry}, which entry names": "o pacote não define {entry}, que entry indica",
    "define the class in __init__.py, or name the one that is there": (
        "defina a classe em __init__.py, ou indique a que existe"
    ),
    "{entry} is {found}, and a plugin of kind {kind} is a class derived from {base}": (
        "{entry} é {found}, e um plugin do tipo {kind} é uma classe derivada de {base}"
    ),
    "is missing": "falta",
    "no class": "algo que não é uma classe",
    "a class of its own": "uma classe à parte",
    "write `class {entry}({base}[...]):`": "escreva `class {entry}({base}[...]):`",
    "{entry} has no method {method}": "{entry} não tem o método {method}",
    "write `def {method}({signature}):` in the class": "escreva `def {method}({signature}):` na classe",
    "{method} {told}": "{method} {told}",
    "write `def {method}({signature}):`": "escreva `def {method}({signature}):`",
    "the params class {params} is no attrs class": "a classe de parâmetros {params} não é uma classe attrs",
    "put @frozen above it": "ponha @frozen acima dela",
    "the params class {params} is not frozen, and one object serves every step of a run": (
        "a classe de parâmetros {params} não é congelada, e um só objeto serve a todos os passos de uma execução"
    ),
    "put @frozen above it instead": "ponha @frozen acima dela",
    "param {param} is a {told}, which no face can ask for": (
        "o parâmetro {param} é um {told}, que nenhuma interface sabe pedir"
    ),
    "use bool, int, float, str, Literal of texts or tuple[str, ...], each perhaps | None": (
        "use bool, int, float, str, Literal de textos ou tuple[str, ...], cada um talvez com | None"
    ),
    "the default of param {param} {told}": "o padrão do parâmetro {param} {told}",
    "give a default that the param itself would take": "dê um padrão que o próprio parâmetro aceitaria",
    "param {param} says nothing about itself": "o parâmetro {param} nada diz sobre si",
    'declare it with param(..., help="One sentence for people.")': (
        'declare-o com param(..., help="Uma frase para pessoas.")'
    ),
}

_IMPORTS: Mapping[str, str] = {
    "it imports {module}, which {told}": "ele importa {module}, que {told}",
    "nothing that is installed here brings": "nada do que está instalado aqui traz",
    "{names} brings and dependencies does not name": "{names} traz e dependencies não indica",
    "add the distribution to dependencies in plugin.toml": "acrescente a distribuição a dependencies em plugin.toml",
    "{distribution} is declared and nothing imports it": "{distribution} está declarada e nada a importa",
    "remove it from dependencies; everybody who installs the plugin has to install it": (
        "remova-a de dependencies; quem instala o plugin tem de instalá-la"
    ),
    "{requirement} is not installed here ({told})": "{requirement} não está instalada aqui ({told})",
    "there is none": "não há nenhuma",
    "there is {version}": "há {version}",
    "run: pip install {quoted}": "execute: pip install {quoted}",
    "it imports {module}, which is no part of what plugins may use": (
        "ele importa {module}, que não faz parte do que plugins podem usar"
    ),
    "import from qualia.plugin, qualia.records, qualia.text or qualia.draw alone": (
        "importe somente de qualia.plugin, qualia.records, qualia.text ou qualia.draw"
    ),
    "it imports {module}, which is another plugin": "ele importa {module}, que é outro plugin",
    "consume the record that plugin produces, or keep what both need in a distribution": (
        "consuma o registro que esse plugin fornece, ou ponha o que ambos usam em uma distribuição"
    ),
    "it does without {module} when that is missing, so two machines can give two results": (
        "ele dispensa {module} quando falta, então duas máquinas podem dar dois resultados"
    ),
    "declare the distribution, or leave it out": "declare a distribuição, ou deixe-a de fora",
    "it imports {module}, which is a module of its own folder": "ele importa {module}, um módulo da própria pasta",
    "write `from . import {module}` or `from .{module} import ...`": (
        "escreva `from . import {module}` ou `from .{module} import ...`"
    ),
    "it imports {module}, and there is no such module in the folder": (
        "ele importa {module}, e não há esse módulo na pasta"
    ),
    "mend the name; a plugin cannot reach above its own folder": (
        "corrija o nome; um plugin não alcança nada acima da própria pasta"
    ),
}

_HABITS: Mapping[str, str] = {
    "{name} is shared by all calls and changes, so calls on several threads meet in it": (
        "{name} é comum a todas as chamadas e muda, então chamadas em várias threads se encontram nele"
    ),
    "keep it in a local variable, or pass it along": "guarde-o em uma variável local, ou passe-o adiante",
    "{call} runs when the plugin is imported": "{call} é executado quando o plugin é importado",
    "do it in open(), which runs once before the first call, or in the call": (
        "faça isso em open(), que roda uma vez antes da primeira chamada, ou na chamada"
    ),
    "{call} ends the program of whoever uses the plugin": "{call} encerra o programa de quem usa o plugin",
    "raise UnsupportedInput for an input that cannot be used, and any other exception for a failure": (
        "levante UnsupportedInput para uma entrada que não serve, e qualquer outra exceção para uma falha"
    ),
    "{call} runs whatever its data says": "{call} executa o que os dados disserem",
    "read data with json, tomllib or ast.literal_eval": "leia dados com json, tomllib ou ast.literal_eval",
    "{call} changes the whole process, which is not the plugin's own": (
        "{call} muda o processo inteiro, que não é só do plugin"
    ),
    "leave it alone; use an object of your own, such as random.Random(seed)": (
        "não mexa nisso; use um objeto seu, como random.Random(seed)"
    ),
    "{call} keeps this version of the plugin alive after it was reloaded": (
        "{call} mantém viva esta versão do plugin depois que ele foi recarregado"
    ),
    "use close() or context.on_close, and registries of your own": (
        "use close() ou context.on_close, e registros seus"
    ),
    "{call} changes a value that others share and believe frozen": (
        "{call} muda um valor que outros usam e creem congelado"
    ),
    "make a new value with attrs.evolve or document.edit": "faça um novo valor com attrs.evolve ou document.edit",
}

_TRIAL: Mapping[str, str] = {
    "importing it fails: {told}": "importá-lo falha: {told}",
    "it takes its process down {phase}: {told}": "ele derruba o próprio processo {phase}: {told}",
    'mend it at this place; until then give it [limits] isolation = "process"': (
        'corrija neste lugar; até lá, dê-lhe [limits] isolation = "process"'
    ),
    "it is not done {phase} after {seconds} s": "ele não terminou {phase} depois de {seconds} s",
    "while it is imported": "ao ser importado",
    "while it is closed": "ao ser fechado",
    "when the program ends": "quando o programa termina",
    "on {sample}": "com {sample}",
    "a talk with speakers and times": "uma conversa com falantes e tempos",
    "a plain text": "um texto simples",
    "a Portuguese text": "um texto em português",
    "an empty text": "um texto vazio",
    "a {media_type} document": "um documento {media_type}",
    "records": "registros",
    "empty records": "registros vazios",
    "mend the loop or the pattern at this place; call context.check() in long ones": (
        "corrija o laço ou o padrão neste lugar; chame context.check() nos longos"
    ),
    "it fails on {sample}: {told}": "ele falha com {sample}: {told}",
    "on {sample} it gives what its manifest does not promise: {told}": (
        "com {sample} ele dá o que seu manifesto não promete: {told}"
    ),
    "return what the manifest says, or change the manifest": "devolva o que o manifesto diz, ou mude o manifesto",
    "its params cannot be read: {told}": "seus parâmetros não podem ser lidos: {told}",
    "mend the declaration at this place": "corrija a declaração neste lugar",
    "on {sample} it changes its own input": "com {sample} ele muda a própria entrada",
    "make a new document with document.edit or attrs.evolve": (
        "faça um novo documento com document.edit ou attrs.evolve"
    ),
    "on {sample} it gives another result the second time": "com {sample} ele dá outro resultado na segunda vez",
    "take no time, no random number and no order of a set into the result": (
        "não ponha no resultado horas, números ao acaso nem a ordem de um conjunto"
    ),
    "it writes {size} bytes to stdout or stderr, which belong to the program that uses it": (
        "ele escreve {size} bytes em stdout ou stderr, que são do programa que o usa"
    ),
    "use context.log, or say it in the result": "use context.log, ou diga no resultado",
    "it changes the process that calls it: {told}": "ele muda o processo que o chama: {told}",
    "leave the process as you found it": "deixe o processo como o encontrou",
    "it refuses every sample: {told}": "ele recusa todas as amostras: {told}",
    "nothing, if that is meant; its own test has to show what it does then": (
        "nada, se for de propósito; o teste dele tem de mostrar o que ele faz"
    ),
    "there is no sample of {media_type} to try it on": "não há amostra de {media_type} para experimentá-lo",
    "try it in a test of its own": "experimente em um teste próprio",
}

_COMMAND: Mapping[str, str] = {
    "note": "nota",
    "say what is wrong with a plugin, where, and what to do": (
        "diz o que há de errado em um plugin, onde, e o que fazer"
    ),
    "a plugin's folder, its plugin.toml, or a folder of plugins (default: here, or the project's plugins)": (
        "a pasta de um plugin, seu plugin.toml, ou uma pasta de plugins (padrão: aqui, ou os plugins do projeto)"
    ),
    "how to write the findings": "como escrever os achados",
    "short for --format json": "o mesmo que --format json",
    "only read the code; do not run it on samples": "só lê o código; não o executa com amostras",
    "let warnings count as errors": "avisos contam como erros",
    "SECONDS": "SEGUNDOS",
    "how long each plugin's run on samples may take (default: 30)": (
        "quanto pode durar a execução de cada plugin com amostras (padrão: 30)"
    ),
    "show the JSON schema of plugin.toml and leave": "mostra o JSON schema de plugin.toml e sai",
    "--timeout {seconds}: give a number of seconds of more than 0": (
        "--timeout {seconds}: dê um número de segundos maior que 0"
    ),
    "{plugin} was not run on samples": "{plugin} não foi executado com amostras",
    "plugins: {plugins}, errors: {errors}, warnings: {warnings}, notes: {notes}": (
        "plugins: {plugins}, erros: {errors}, avisos: {warnings}, notas: {notes}"
    ),
}

RULE_SENTENCES: Mapping[str, str] = {**_FOLDER, **_MANIFEST, **_CODE, **_IMPORTS, **_HABITS, **_TRIAL, **_COMMAND}
"""English sentence or template -> the same in Brazilian Portuguese, with the same placeholders."""
