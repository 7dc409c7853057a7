"""What the command line says in Brazilian Portuguese: export."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "turn results into tables that other programs open": "transforma resultados em tabelas que outros programas abrem",
    "results that analyze, process, pipeline or batch wrote; a pipeline's folder; - reads standard input": (
        "resultados que analyze, process, pipeline ou batch gravaram; a pasta de um pipeline; - lê a entrada padrão"
    ),
    "a file; a folder gets one file, of csv, jsonl and parquet one for each table (default: shown)": (
        "um arquivo; uma pasta recebe um arquivo, ou, em csv, jsonl e parquet, um por tabela (padrão: mostra na tela)"
    ),
    "INPUT": "ENTRADA",
    "what to write (default: by the suffix of -o, else pretty)": (
        "o que gravar (padrão: pela extensão de -o, senão pretty)"
    ),
    "this table only; --list shows their names": "só esta tabela; --list mostra os nomes",
    "show the tables, their rows and columns": "mostra as tabelas, suas linhas e colunas",
    "csv as Excel of the language spoken opens it: byte order mark, separator, decimal sign": (
        "csv como o Excel do idioma em uso o abre: marca de ordem de bytes, separador, sinal decimal"
    ),
    "beside csv, jsonl and parquet, write how the values came about as .provenance.json": (
        "ao lado de csv, jsonl e parquet, grava como os valores surgiram em .provenance.json"
    ),
    "overwrite files of a folder that are there already": "sobrescreve os arquivos da pasta que já existem",
    "exported with {program}": "exportado com {program}",
    "tables": "tabelas",
    "table": "tabela",
    "rows": "linhas",
    "columns": "colunas",
    "{path} holds no result and was left out": "{path} não contém resultado e ficou de fora",
    "this is the table {name} of {count}; --table NAME writes another, -o FOLDER/ all, --list shows them": (
        "esta é a tabela {name}, de {count}; --table NOME grava outra, -o PASTA/ todas, --list as mostra"
    ),
    "-o {path}: the suffix names no form; use {known}, or give --format": (
        "-o {path}: a extensão não indica nenhum formato; use {known}, ou indique --format"
    ),
    "there is no table {name!r}; {hint}": "não há tabela {name!r}; {hint}",
    "{option} goes with {form} only": "{option} só vale com {form}",
    "-f pretty is for people who read it here; give another form with -o": (
        "-f pretty é para ler aqui mesmo; com -o indique outro formato"
    ),
    "{form} is nothing to show in a terminal; give -o FILE": (
        "{form} não é algo que um terminal mostre; indique -o ARQUIVO"
    ),
    "it holds no result": "não contém resultado",
    "no file in it holds a result": "nenhum arquivo dela contém resultado",
    "line {number} is no valid JSON ({told})": "a linha {number} não é JSON válido ({told})",
    "give what analyze, process, pipeline or batch wrote as JSON, JSON lines or YAML": (
        "indique o que analyze, process, pipeline ou batch gravaram em JSON, JSON lines ou YAML"
    ),
    "write it again with the command that made it": "grave-o de novo com o comando que o fez",
    "pipe a result into it or name a file": "direcione um resultado para ela ou indique um arquivo",
    "{count} texts were cut to the {most} characters that a cell of a spreadsheet holds; "
    "csv, jsonl and parquet hold them whole": (
        "{count} textos foram cortados nos {most} caracteres que cabem em uma célula de planilha; "
        "csv, jsonl e parquet os guardam inteiros"
    ),
    "{count} numbers are written as text, since a spreadsheet keeps 15 digits of them only": (
        "{count} números foram gravados como texto, pois uma planilha só guarda 15 algarismos deles"
    ),
}
