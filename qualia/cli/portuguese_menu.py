"""What the command line says in Brazilian Portuguese: menu."""

from __future__ import annotations

from collections.abc import Mapping

_ANSWERS: Mapping[str, str] = {
    "answer questions instead of typing commands": "responde a perguntas em vez de digitar comandos",
    "ask with numbered lines instead of lists that are drawn, as screen readers need": (
        "pergunta com linhas numeradas em vez de listas desenhadas, como precisam os leitores de tela"
    ),
    "Which document?": "Qual documento?",
    "Which document or result?": "Qual documento ou resultado?",
    "What should be found out?": "O que você quer descobrir?",
    "What should read or clean it?": "O que deve lê-lo ou limpá-lo?",
    "How should it be drawn?": "Como deve ser desenhado?",
    "File to write": "Arquivo a gravar",
    "a picture for any program": "uma imagem para qualquer programa",
    "a picture that stays sharp at any size": "uma imagem nítida em qualquer tamanho",
    "a page for the browser, often one that answers to the mouse": (
        "uma página para o navegador, muitas vezes interativa"
    ),
    "for printing": "para imprimir",
    "Which kind of file?": "Que tipo de arquivo?",
    "analyse with these": "analisar assim",
    "clean with these": "limpar assim",
    "draw with these": "desenhar assim",
    "back": "voltar",
    "it is switched off; switch it on under Plugins": "está desligado; ligue-o em Plugins",
    "it cannot be used here": "não pode ser usado aqui",
}

_FILES: Mapping[str, str] = {
    "type a path, or press Ctrl-D to go back": "digite um caminho, ou Ctrl-D para voltar",
    "save the page as a file first, then choose that file": "primeiro salve a página em um arquivo, depois escolha-o",
    "there is no such file": "esse arquivo não existe",
    "there is no such folder": "essa pasta não existe",
    "there is no such folder above it": "a pasta acima dele não existe",
    "type a name": "digite um nome",
    "that is a folder": "isso é uma pasta",
    "that is a file": "isso é um arquivo",
    "{path} is there already; replace it?": "{path} já existe; substituir?",
    "{path} holds files already; replace those of the same names?": (
        "{path} já contém arquivos; substituir os de mesmo nome?"
    ),
    "show it here": "mostrar aqui",
    "write it into a file": "gravar em um arquivo",
    "a result that was written can be drawn and exported": "um resultado gravado pode ser desenhado e exportado",
    "Where should the result go?": "Para onde vai o resultado?",
    "files in this folder": "arquivos desta pasta",
    "type a path": "digitar um caminho",
    "Tab completes it": "Tab completa",
    "the folder above": "a pasta acima",
    "used lately": "usado há pouco",
    "examples that come along": "exemplos que vêm junto",
}

_FORM: Mapping[str, str] = {
    "Params of {plugin}: change what you like": "Parâmetros de {plugin}: mude o que quiser",
    "yes or no": "sim ou não",
    "a whole number": "um número inteiro",
    "a number": "um número",
    "a text": "um texto",
    "texts with commas between them": "textos separados por vírgulas",
    "or nothing": "ou nada",
    "* marks what you changed": "* marca o que você mudou",
    "none": "nenhum",
    "nothing": "nada",
    "yes": "sim",
    "no": "não",
    "type {yes} or {no}": "digite {yes} ou {no}",
    "type one of the numbers in front of the lines": "digite um dos números à frente das linhas",
    "that could not be read; type it again": "não foi possível ler isso; digite de novo",
    "number [{default}]: ": "número [{default}]: ",
    "arrows, Enter or a number; Ctrl-D: back": "setas, Enter ou um número; Ctrl-D: volta",
    "arrows, Enter, or type a part; Ctrl-D: back": "setas, Enter ou digite parte; Ctrl-D: volta",
}

_FIRST: Mapping[str, str] = {
    "the menu needs a terminal; `qualia --help` shows the commands that do without": (
        "o menu precisa de um terminal; `qualia --help` mostra os comandos que não precisam"
    ),
    "Qualia: answer the questions; each command is shown, so that you learn it.": (
        "Qualia: responda às perguntas; cada comando é mostrado, para você aprendê-lo."
    ),
    "What would you like to do?": "O que você quer fazer?",
    "analyse a document": "analisar um documento",
    "count words, judge moods": "contar palavras, avaliar o tom",
    "clean a transcript": "limpar uma transcrição",
    "or read a document of another kind": "ou ler um documento de outro tipo",
    "draw a picture": "desenhar uma imagem",
    "of a document, or of a result you saved": "de um documento, ou de um resultado gravado",
    "pipelines": "pipelines",
    "several steps at once; run or write one": "vários passos de uma vez; execute ou escreva um",
    "many files": "muitos arquivos",
    "a whole folder, now or as files arrive": "uma pasta inteira, agora ou conforme chegam arquivos",
    "export a result": "exportar um resultado",
    "for a spreadsheet, a text or a page": "para uma planilha, um texto ou uma página",
    "plugins": "plugins",
    "list, look at, switch on and off": "listar, examinar, ligar e desligar",
    "settings and upkeep": "configurações e manutenção",
    "language, cache, this machine": "idioma, cache, esta máquina",
    "examples and tutorials": "exemplos e tutoriais",
    "begin here if you are new": "comece aqui se for a primeira vez",
    "leave": "sair",
    "you could have typed:": "você poderia ter digitado:",
    "it was interrupted; the menu goes on": "foi interrompido; o menu continua",
    "it did not work (exit code {code}); the menu goes on": "não deu certo (código de saída {code}); o menu continua",
    "some of it did not work (exit code {code}); the menu goes on": (
        "uma parte não deu certo (código de saída {code}); o menu continua"
    ),
}

_MANY: Mapping[str, str] = {
    "Many files": "Muitos arquivos",
    "work through a folder": "processar uma pasta",
    "the same plugin on every file in it": "o mesmo plugin em cada arquivo dela",
    "watch a folder": "vigiar uma pasta",
    "each file when it arrives; Ctrl-C ends it": "cada arquivo quando chega; Ctrl-C encerra",
    "Folder with the files": "Pasta com os arquivos",
    "Which files in it, such as *.vtt? (Enter for all documents)": (
        "Quais arquivos dela, por exemplo *.vtt? (Enter para todos os documentos)"
    ),
    "Those in folders below it too?": "Também os das pastas abaixo dela?",
    "Go on with the others when a file fails?": "Continuar com os outros quando um arquivo falhar?",
    "one plugin": "um plugin",
    "a pipeline": "um pipeline",
    "Folder for the results": "Pasta para os resultados",
    "That is what would be done. Do it?": "É isso que seria feito. Fazer?",
    "Folder to watch": "Pasta a vigiar",
    "What should be done with each file?": "O que fazer com cada arquivo?",
    "It goes on until you press Ctrl-C.": "Continua até você apertar Ctrl-C.",
    "Which result? (what analyse, clean or a pipeline wrote)": (
        "Qual resultado? (o que analisar, limpar ou um pipeline gravou)"
    ),
    "As what?": "Como o quê?",
    "a table, for every spreadsheet": "uma tabela, para qualquer planilha",
    "a workbook, for Excel and LibreOffice": "uma pasta de trabalho, para Excel e LibreOffice",
    "a table for a text": "uma tabela para um texto",
    "a page for the browser": "uma página para o navegador",
    "all of it, easy to read": "tudo, fácil de ler",
    "one line for each row, for programs": "uma linha por registro, para programas",
    "for R, pandas and the like": "para R, pandas e semelhantes",
    "type a pattern for names such as *.vtt, without folders": "digite um padrão de nomes como *.vtt, sem pastas",
    "go on with these": "continuar assim",
    "watch with these": "vigiar assim",
}

_PIPELINES: Mapping[str, str] = {
    "Pipelines": "Pipelines",
    "Which pipeline?": "Qual pipeline?",
    "run a pipeline": "executar um pipeline",
    "every step of a pipeline file on one document": "cada passo de um arquivo de pipeline em um documento",
    "show what a pipeline would do": "mostrar o que um pipeline faria",
    "checks it; nothing is run": "verifica; nada é executado",
    "write a new pipeline": "escrever um pipeline novo",
    "step by step; it is checked before it is run": "passo a passo; é verificado antes de ser executado",
    "Run it on a document now?": "Executar em um documento agora?",
    "write every result into a folder": "gravar cada resultado em uma pasta",
    "show here what each step gave": "mostrar aqui o que cada passo deu",
    "pictures and texts are not kept then": "imagens e textos não são guardados então",
    "Where should the results go?": "Para onde vão os resultados?",
    "Plugin of step {number}": "Plugin do passo {number}",
    "Name of the pipeline": "Nome do pipeline",
    "my-pipeline": "meu-pipeline",
    "What is it for? (Enter for nothing)": "Para que serve? (Enter para nada)",
    "Steps of the pipeline": "Passos do pipeline",
    "add a step": "acrescentar um passo",
    "add the first step": "acrescentar o primeiro passo",
    "add the step with these": "acrescentar o passo assim",
    "done: show the file": "pronto: mostrar o arquivo",
    "Name of the step": "Nome do passo",
    "another step has that name": "outro passo já tem esse nome",
    "move it up": "mover para cima",
    "remove it": "remover",
    "give it another name": "dar outro nome",
    "This will be the file:": "O arquivo será este:",
    "Save it?": "Gravar?",
    "wrote {path}": "gravado: {path}",
}

_UPKEEP: Mapping[str, str] = {
    "Plugins": "Plugins",
    "Which plugin?": "Qual plugin?",
    "none is switched off": "nenhum está desligado",
    "list them": "listar",
    "with their state, and why one cannot be used": "com o estado, e por que um não pode ser usado",
    "look at one": "examinar um",
    "what it does, needs and takes": "o que faz, de que precisa e que parâmetros aceita",
    "switch one on": "ligar um",
    "switch one off": "desligar um",
    "Settings and upkeep": "Configurações e manutenção",
    "show the settings": "mostrar as configurações",
    "each with its value and where it came from": "cada uma com o valor e de onde veio",
    "language": "idioma",
    "Which language?": "Qual idioma?",
    "files used lately": "arquivos usados há pouco",
    "Files used lately": "Arquivos usados há pouco",
    "clear the list, or keep none": "esquecer a lista, ou não guardar nenhum",
    "forget them": "esquecer",
    "remember none from now on": "não lembrar mais nenhum",
    "and forget those there are": "e esquecer os que há",
    "remember them from now on": "lembrar deles de agora em diante",
    "{path} cannot be written, so nothing is remembered": "não foi possível gravar {path}, então nada é lembrado",
    "kept in {path}": "guardado em {path}",
    "check this installation": "verificar esta instalação",
    "what is missing, and what helps": "o que falta, e o que resolve",
    "the cache": "o cache",
    "The cache": "O cache",
    "results that are kept so that nothing runs twice": "resultados guardados para que nada rode duas vezes",
    "show how it is used": "mostrar como é usado",
    "clear it": "esvaziar",
    "Everything will have to be computed again. Clear it?": "Tudo terá de ser calculado de novo. Esvaziar?",
    "earlier runs": "execuções anteriores",
    "what was run here, when and with what": "o que foi executado aqui, quando e com quê",
    "Earlier runs": "Execuções anteriores",
    "list the latest": "listar as últimas",
    "show the last one in full": "mostrar a última por inteiro",
    "its steps, their params, times and errors": "os passos, os parâmetros, os tempos e os erros",
    "write the methods paragraph for the last one": "escrever o parágrafo de métodos da última",
    "with its references": "com as referências",
    "make this folder a project": "fazer desta pasta um projeto",
    "so that results are kept with it": "para que os resultados fiquem guardados nela",
}

_LESSONS: Mapping[str, str] = {
    "Examples and tutorials": "Exemplos e tutoriais",
    "the demo": "a demonstração",
    "two meetings analysed, and a report to look at": "duas reuniões analisadas e um relatório para ver",
    "Folder for the demo": "Pasta para a demonstração",
    "tutorial: {title}": "tutorial: {title}",
    "basic analysis": "análise básica",
    "cleaning transcripts": "limpeza de transcrições",
    "visualisation": "visualização",
    "the whole flow": "o fluxo completo",
    "A tutorial practises on a made-up meeting, in a folder of its own that you may delete.": (
        "O tutorial pratica com uma reunião inventada, em uma pasta só dele, que você pode apagar."
    ),
    "Folder to practise in": "Pasta para praticar",
    "Enter runs it; Ctrl-D leaves the tutorial": "Enter executa; Ctrl-D sai do tutorial",
    "Enter goes on; Ctrl-D leaves the tutorial": "Enter continua; Ctrl-D sai do tutorial",
    "That was all. Enter leads back.": "Isso é tudo. Enter volta.",
    "An analyzer reads a text and gives numbers. word_frequency counts words: which occur how often, and who says"
    " them. Words that every text has, such as 'the', are left out.": (
        "Um analisador lê um texto e dá números. O word_frequency conta palavras: quais ocorrem, quantas vezes e quem"
        " as diz. Palavras que todo texto tem, como 'de' e 'que', ficam de fora."
    ),
    "Every plugin has params. Each has a default, and -P changes one. Here only the ten most frequent words stay.": (
        "Todo plugin tem parâmetros. Cada um tem um valor padrão, e -P muda um deles. Aqui ficam só as dez palavras"
        " mais frequentes."
    ),
    "inspect shows the params a plugin takes, with their defaults and bounds.": (
        "inspect mostra os parâmetros que um plugin aceita, com os padrões e os limites."
    ),
    "-o writes the result into a file, with a record of how it came about: plugin, version, params and a fingerprint"
    " of the text. Such a file can be drawn and exported.": (
        "-o grava o resultado em um arquivo, com o registro de como surgiu: plugin, versão, parâmetros e uma impressão"
        " digital do texto. Um arquivo assim pode ser desenhado e exportado."
    ),
    "A transcript from Teams or Zoom is full of time stamps, and a sentence is cut into many pieces. A document plugin"
    " reads it and gives clean text, with who said what and when kept aside.": (
        "Uma transcrição do Teams ou do Zoom é cheia de marcas de tempo, e uma frase fica cortada em muitos pedaços. Um"
        " plugin de documento a lê e dá o texto limpo, guardando à parte quem disse o quê e quando."
    ),
    "The clean text can be kept: .txt holds the text alone, .json speakers and times too.": (
        "O texto limpo pode ser guardado: .txt traz só o texto, .json também os falantes e os tempos."
    ),
    "What was cleaned can be analysed. (Analyzers clean a transcript themselves when they are given one, so you need"
    " this only to look at the text or to choose params.)": (
        "O que foi limpo pode ser analisado. (Os analisadores limpam sozinhos a transcrição que recebem; você só"
        " precisa disto para ver o texto ou escolher parâmetros.)"
    ),
    "A visualizer draws what an analyzer found. Given a document, it has the words counted first. The end of the"
    " file's name says which kind of picture it will be.": (
        "Um visualizador desenha o que um analisador encontrou. Se recebe um documento, manda contar as palavras antes."
        " O fim do nome do arquivo diz que tipo de imagem será."
    ),
    "The same numbers can be drawn in other ways: a param says how.": (
        "Os mesmos números podem ser desenhados de outros modos: um parâmetro diz como."
    ),
    "And by other visualizers: here as a cloud of words.": (
        "E por outros visualizadores: aqui, como nuvem de palavras."
    ),
    "Open the pictures in {folder} with any program that shows pictures.": (
        "Abra as imagens em {folder} com qualquer programa que mostre imagens."
    ),
    "A pipeline is a small file with steps, so that an analysis can be repeated exactly, on one document or on a"
    " hundred. This one is {pipeline}:\n\n{text}": (
        "Um pipeline é um pequeno arquivo com passos, para que uma análise possa ser repetida exatamente, em um"
        " documento ou em cem. Este é {pipeline}:\n\n{text}"
    ),
    "Run on a document, it shows what each step gave.": "Executado em um documento, mostra o que cada passo deu.",
    "With -o every result is written into a folder, with a summary that tells how each came about. --force lets it"
    " replace the files of the time before.": (
        "Com -o cada resultado é gravado em uma pasta, com um resumo que conta como cada um surgiu. --force permite"
        " substituir os arquivos da vez anterior."
    ),
    "Under Pipelines the menu writes such a file with you, step by step.": (
        "Em Pipelines o menu escreve um arquivo desses com você, passo a passo."
    ),
    "From a transcript to a picture, as one would do it for a study. First the transcript is cleaned.": (
        "Da transcrição à imagem, como se faria em um estudo. Primeiro a transcrição é limpa."
    ),
    "Then words are counted,": "Depois as palavras são contadas,",
    "and moods judged, sentence by sentence.": "e o tom é avaliado, frase por frase.",
    "Both results can be drawn,": "Os dois resultados podem ser desenhados,",
    "each by the visualizers that take it.": "cada um pelos visualizadores que o aceitam.",
    "All of it lies in {folder}. A pipeline does the same in one go: see that tutorial.": (
        "Tudo está em {folder}. Um pipeline faz o mesmo de uma vez: veja esse tutorial."
    ),
}

SENTENCES: Mapping[str, str] = {
    **_ANSWERS,
    **_FILES,
    **_FORM,
    **_FIRST,
    **_MANY,
    **_PIPELINES,
    **_UPKEEP,
    **_LESSONS,
}
