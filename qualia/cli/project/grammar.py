"""The grammar of the commands about a project: pipelines, settings, params, and a project's beginning."""

from __future__ import annotations

from typing import Any

from qualia.cli.grammar import add_format, add_output, add_recursive, add_run, command, options_of
from qualia.cli.words import _

_FORMS = ("pretty", "json", "jsonl", "yaml")


def add_pipeline(commands: Any, told: str) -> None:
    """Add ``pipeline``."""
    examples = (
        "qualia pipeline meeting.vtt -c meeting.toml -o results",
        "qualia pipeline interviews -c meeting.toml -o all-results",
        "qualia pipeline meeting.vtt -c meeting.toml --plan",
        "qualia pipeline check meeting.toml",
    )
    parser = command(commands, "pipeline", "qualia.cli.steps:run_pipeline", told, "\n".join(examples))
    what = _("documents, folders and patterns, or results of process; - reads standard input")
    check = _("behind the word check: pipelines to look through for mistakes")
    parser.add_argument_group(_("arguments")).add_argument(
        "files", metavar=_("FILE"), nargs="*", help=f"{what}; {check}"
    )
    options = options_of(parser)
    file = _("the pipeline: a TOML, JSON or YAML file, or the name of one in the folder pipelines")
    options.add_argument("-c", "--config", metavar="PIPELINE", help=file)
    options.add_argument(
        "--plan",
        nargs="?",
        const="tree",
        metavar="tree|mermaid|json",
        help=_("run nothing; show what would run, with what the engine adds"),
    )
    add_recursive(options)
    add_run(options)
    add_format(options, forms=_FORMS)
    folder = _("write every step's result into this folder; of several documents each gets a folder in it")
    add_output(options, folder, "FOLDER")
    options.add_argument("--force", action="store_true", help=_("overwrite files that are there already"))


def add_config(commands: Any, told: str) -> None:
    """Add ``config``."""
    parser = command(commands, "config", "", told, "qualia config show")
    options_of(parser)
    title, metavar = _("commands"), _("COMMAND")
    actions = parser.add_subparsers(title=title, metavar=metavar, dest="action", prog="qualia config", required=True)
    shown = _("show every setting, its value and where it came from")
    show = options_of(command(actions, "show", "qualia.cli.configuration:show", shown, "qualia config show -f json"))
    only = _("only settings from there: default, project, argument, a file's name or a variable's")
    show.add_argument("--origin", metavar=_("NAME"), help=only)
    add_format(show)
    _add_create(actions)
    checked = _("say all that is wrong with settings, params and pipelines, and where")
    example = "qualia config validate qualia.toml pipelines/*.toml"
    validate = command(actions, "validate", "qualia.cli.project.config:validate", checked, example)
    files = validate.add_argument_group(_("arguments"))
    files.add_argument(
        "files", metavar=_("FILE"), nargs="*", help=_("TOML, JSON or YAML files (default: the project's)")
    )
    options = options_of(validate)
    options.add_argument("-p", "--plugin", metavar="PLUGIN", help=_("the plugin whose params they hold"))
    add_format(options, forms=("pretty", "json", "yaml"))
    listed = _("list the settings, pipelines and params of the project and of the user")
    run = "qualia.cli.project.config:list_files"
    add_format(options_of(command(actions, "list", run, listed, "qualia config list")))
    schema_told = _("show the JSON schema of the settings, or of a plugin's params")
    run, example = "qualia.cli.project.config:schema", "qualia config schema -p word_frequency"
    schema = options_of(command(actions, "schema", run, schema_told, example))
    schema.add_argument("-p", "--plugin", metavar="PLUGIN", help=_("the plugin whose params are meant"))


def _add_create(actions: Any) -> None:
    told = _("write a file of a plugin's params, or of all settings, with what each means")
    example = "qualia config create -p word_frequency -o words.toml"
    parser = command(actions, "create", "qualia.cli.project.config:create", told, example)
    options = options_of(parser)
    options.add_argument("-p", "--plugin", metavar="PLUGIN", help=_("the plugin whose params are meant"))
    options.add_argument(
        "-f",
        "--format",
        choices=("toml", "yaml", "json"),
        help=_("how to write it (default: by the suffix of -o, else TOML)"),
    )
    add_output(options, _("the file or folder to write it to (default: standard output)"))
    options.add_argument("--force", action="store_true", help=_("overwrite a file that is there already"))


def add_init(commands: Any, told: str) -> None:
    """Add ``init``."""
    parser = command(commands, "init", "qualia.cli.project.starting:init", told, "qualia init my-study")
    where = _("the folder, which is made if need be (default: this one)")
    parser.add_argument_group(_("arguments")).add_argument("folder", metavar=_("FOLDER"), nargs="?", help=where)
    options = options_of(parser)
    options.add_argument("--minimal", action="store_true", help=_("only qualia.toml and .gitignore"))
    options.add_argument("--dry-run", action="store_true", help=_("write nothing; show what would be written"))
    add_format(options)
