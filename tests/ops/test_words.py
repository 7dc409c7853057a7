"""What operations say, they say in Portuguese too."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from qualia_ops.alerts.errors import AlertsFailed, NoSuchSink
from qualia_ops.backup.asking import CreateParams, ShowParams
from qualia_ops.backup.commands import CREATE, SHOW
from qualia_ops.backup.errors import BackupLocked, NoSuchSnapshot
from qualia_ops.backup.told import sized
from qualia_ops.words import translated

from qualia.cli.words import sentence_of
from qualia.core import Core
from qualia.errors import InvalidSetting
from qualia.host.about_operations import AboutOperations
from qualia.host.jobs import Bounds, Jobs
from qualia.operations import Offer, OperationContext, Progress, perform
from qualia.settings import Settings
from qualia.words import Words, brought, language_of, speaking
from tests.cli.brought import install
from tests.ops.catalogues import FOLDER, ROOM, names, sentences

PLACEHOLDER = re.compile(r"\{(\w+)")


@pytest.mark.parametrize("name", names())
def test_every_sentence_has_a_translation(name: str) -> None:
    """A sentence that waits for one is named, and a translation has the placeholders of its original."""
    path = FOLDER / f"{name}.po"
    assert path.is_file(), "run: python -m tests.ops.catalogues"
    with path.open("rb") as file:
        found = {(each.context, str(each.id)): str(each.string) for each in read_po(file, locale="pt_BR") if each.id}
    assert [sentence for sentence in sentences(name) if not found.get(sentence)] == []
    lost = [each for (_context, each), told in found.items() if _fields(each) != _fields(told)]
    assert lost == []


def _fields(sentence: str) -> set[str]:
    return set(PLACEHOLDER.findall(sentence))


def test_an_operation_tells_of_itself_in_the_language_asked_for(project: Path) -> None:
    """Its text is in that language; what programs read of it, and what the archive says, stay English."""
    heard: list[Progress] = []
    context = OperationContext(params=CreateParams(), project=project, settings=Settings(), language="pt-BR")
    made = perform(CREATE, context, heard.append)
    assert "conferida" in (made.text or "") and "segredos ficam de fora: 1" in (made.text or "")
    assert made.value["secrets"] == [{"path": ".env", "why": "its name is that of a secret"}]
    shown = OperationContext(params=ShowParams(), project=project, settings=Settings())
    assert "secrets are left out: 1" in (perform(SHOW, shown, heard.append).text or "")


def test_errors_of_operations_are_told_by_a_face() -> None:
    """Template and reason are translated; without the language nothing is."""
    errors = (NoSuchSnapshot("x", "several begin so"), BackupLocked("41"))
    with speaking("pt-BR"):
        told = [Words(__file__, further=lambda: [str(ROOM / "__init__.py")]).sentence_of(error) for error in errors]
        assert translated("nobody says this") == "nobody says this"
    assert told == [
        "não existe a cópia 'x': várias começam assim",
        "outra cópia de segurança está em andamento aqui (processo 41); espere até que termine",
    ]
    assert sentence_of(errors[0]) == "there is no snapshot 'x': several begin so"


def test_a_package_is_asked_before_a_general_sentence_of_the_engine_is_taken() -> None:
    """The engine knows "there is {version}" and "must be {kind}"; what the package itself says has more words."""
    errors = (
        NoSuchSink("x", "there are: log"),
        AlertsFailed("there is no file a.toml"),
        InvalidSetting("a.toml", "quiet.from", "must be hour and minute, such as 22:30, not '25:00'"),
    )
    with speaking("pt-BR"):
        told = [sentence_of(error) for error in errors]
        assert translated("off: the variable X is not set") == "desligado: a variável X não está definida"
    assert told == [
        "não há o destino 'x'; há: log",
        "não há o arquivo a.toml",
        "a.toml: o campo 'quiet.from' deve ser hora e minuto, como 22:30, não '25:00'",
    ]


def test_catalogues_come_and_go_with_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are found by the entry points of operations, without an import."""
    site = install(tmp_path, monkeypatch, {"backup": "qualia_ops.backup.commands:DEFAULT"}, name="of-ops")
    assert brought([str(site), str(ROOM.parent)]) == (str(ROOM / "__init__.py"),)
    assert brought([str(site)]) == ()
    assert [language_of(tag) for tag in ("pt_BR.UTF-8", "pt", "en_GB", "de", "")] == [
        "pt-BR",
        "pt-BR",
        "en",
        "en",
        "en",
    ]


def test_a_host_tells_of_an_operation_in_its_clients_language(project: Path) -> None:
    """Summary, help, text and failure are in the language of the request; without one they are English."""
    offers = [
        Offer(name=f"backup.{word}", distribution="x", version="1", target=f"qualia_ops.backup.commands:{word.upper()}")
        for word in ("create", "show")
    ]
    jobs = Jobs(lambda _job: None, bounds=Bounds())
    with Core(settings=Settings(installed_plugins=False)) as core:
        told = AboutOperations(
            core, jobs, project, offers=lambda: tuple(offers), words=Words(str(ROOM / "__init__.py"))
        )
        shown = told.show("backup.create", language="pt_BR")
        assert shown["summary"] == "Faz uma cópia de segurança do projeto."
        assert shown["params"][0]["help"] == "Uma palavra sobre ela."
        assert told.show("backup.create")["summary"] == "Make a snapshot of the project."
        runs: list[str] = []
        for name in ("backup.show", "backup.create"):
            runs.append(told.run(name, {}, language="pt-BR")["run"])
            for thread in [each for each in threading.enumerate() if each.name == "qualia-host-run"]:
                thread.join(30)
        failed, made = runs
        assert told.result(failed, "pt")["told"].startswith("não existe a cópia 'latest'")
        assert told.result(failed)["told"].startswith("there is no snapshot 'latest'")
        assert "conferida" in told.result(made)["result"]["text"]
    jobs.close(within_s=1)


def test_sizes_have_a_comma_in_portuguese() -> None:
    """What is composed for people writes amounts as they do."""
    assert sized(4_230_000) == "4.2 MB"
    with speaking("pt-BR"):
        assert [sized(size) for size in (12, 4_230, 871_000)] == ["12 B", "4,2 kB", "871 kB"]
