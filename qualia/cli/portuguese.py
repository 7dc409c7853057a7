"""What the command line says in Brazilian Portuguese and the catalogues do not hold yet."""

from __future__ import annotations

from collections.abc import Mapping

from qualia.cli.portuguese_answers import SENTENCES as ANSWERS_SENTENCES
from qualia.cli.portuguese_batch import SENTENCES as BATCH_SENTENCES
from qualia.cli.portuguese_export import SENTENCES as EXPORT_SENTENCES
from qualia.cli.portuguese_menu import SENTENCES as MENU_SENTENCES
from qualia.cli.portuguese_project import SENTENCES as PROJECT_SENTENCES
from qualia.cli.portuguese_shell import SENTENCES as SHELL_SENTENCES
from qualia.cli.portuguese_upkeep import SENTENCES as UPKEEP_SENTENCES

SENTENCES: Mapping[str, str] = {
    **ANSWERS_SENTENCES,
    **BATCH_SENTENCES,
    **EXPORT_SENTENCES,
    **MENU_SENTENCES,
    **PROJECT_SENTENCES,
    **SHELL_SENTENCES,
    **UPKEEP_SENTENCES,
}
