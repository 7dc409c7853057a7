"""Results as an RO-Crate: a folder that says in JSON-LD what was done, with what, on what, and holds what came out.

Follows RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) and describes each step as its Process Run Crate profile does: a
``CreateAction`` whose ``instrument`` is the plugin. Needs the ``crate`` extra.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, TypeGuard

from qualia._digest import digest
from qualia._values import dumps, is_sequence
from qualia.citation import kind_of, methods, own_documents
from qualia.document import Document
from qualia.errors import ExtraMissing, UnwritableOutput
from qualia.result import Artifact, Outcome, Provenance, Result

Entity = Any
"""An entity of the rocrate library, which has no types."""
_VERSION = "1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_NO_LICENCE = "No licence was named for these results. Ask their authors before using them."


def export_crate(
    results: Result[Any] | Outcome | Sequence[Result[Any] | Outcome],
    folder: str | Path,
    *,
    documents: Iterable[Document] = (),
    name: str = "Results of Qualia Core",
    licence: str | None = None,
) -> Path:
    """Write results with how they came about as an RO-Crate folder, whole or not at all, and return it.

    Each result is a JSON file, and an artifact the file it is. Inputs are told by their digests; no text that went in
    is part of it unless it is given here.

    Args:
        results: a result, an outcome, or any number of these.
        folder: where to write; it must not be there yet, or be empty.
        documents: inputs whose text shall be part of the crate, each as the JSON file that `Document.from_json` reads.
        name: what the crate is called.
        licence: under which licence the results are given on: a URL, or a sentence; None says that none was named.

    Raises:
        ExtraMissing: the ``crate`` extra is not installed.
        UnwritableOutput: the folder is there and holds something, or it cannot be written.
        ValueError: there is no result.
    """
    target = Path(folder)
    if find_spec("rocrate") is None:
        raise ExtraMissing("crate", "an RO-Crate")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UnwritableOutput(str(target), "it is there already; name a new folder")
    given = list(_each(results))
    crate = _Crate(name, licence)
    crate.describe([each.provenance for each in given])
    for document in documents:
        crate.add_document(document)
    for result in given:
        crate.add_result(result)
    return _write_whole(crate.crate, target)


def _each(results: object) -> Iterator[Result[Any]]:
    if _is_result(results):
        yield results
    elif isinstance(results, Outcome):
        yield from results.values()
    elif is_sequence(results):
        for each in results:
            yield from _each(each)
    else:
        raise TypeError(f"a crate is made of results, not of a {type(results).__name__}")


def _is_result(value: object) -> TypeGuard[Result[Any]]:
    return isinstance(value, Result)


def _write_whole(crate: Any, target: Path) -> Path:
    """Write beside the target first, so that nobody ever sees half a crate under its name."""
    temporary = target.absolute().with_name(f".{target.absolute().name}.{secrets.token_hex(4)}.part")
    try:
        crate.write(temporary)
        for path in temporary.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        # An empty folder gives way; anything else makes this fail.
        os.replace(temporary, target)
    except OSError as error:
        raise UnwritableOutput(str(target), (error.strerror or str(error)).lower()) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target


class _Crate:
    """Collects the entities of one crate; each thing is described once."""

    def __init__(self, name: str, licence: str | None) -> None:
        from rocrate.rocrate import ROCrate

        self.crate: Any = ROCrate(version=_VERSION)
        self.crate.name = name
        self.crate.license = self._licence(licence)
        self.crate.root_dataset["conformsTo"] = self._entity(
            _PROFILE, "CreativeWork", name="Process Run Crate", version="0.5"
        )
        self._actions: dict[str, Entity] = {}
        self._data: dict[str, Entity] = {}
        self._names: set[str] = set()

    def describe(self, provenances: list[Provenance]) -> None:
        """Say in words what was done and what to cite.

        Raises:
            ValueError: there is nothing to describe.
        """
        told = methods(provenances)
        root = self.crate.root_dataset
        self.crate.description = told.paragraph
        root["datePublished"] = _moment(datetime.now(UTC))
        root["citation"] = [
            self._entity(f"#reference-{number}", "CreativeWork", name=text)
            for number, text in enumerate(told.citations, 1)
        ]

    def add_document(self, document: Document) -> None:
        """Add the text of an input."""
        data = document.to_json().encode()
        title = document.title or f"document {document.id[:12]}"
        file = self._file(f"inputs/{document.id[:16]}.json", data, "application/json", title)
        # The document's own id, beside the hash of the file that holds it.
        file["identifier"] = [file["identifier"], self._hash(document.id)]
        self._data[document.id] = file

    def add_result(self, result: Result[Any]) -> None:
        """Add a result with all that led to it, and the file that holds it."""
        provenance = result.provenance
        files = [self._file(f"results/{provenance.plugin}.json", _json(result), "application/json", _title(provenance))]
        if isinstance(result.value, Artifact):
            artifact = result.value
            name = artifact.file_name
            files.append(self._file(f"results/{name}", artifact.data, artifact.media_type, name))
        action = self._action(provenance)
        for file in files:
            action.append_to("result", file, compact=True)
        if result.elapsed_s > 0:
            action["endTime"] = _moment(provenance.started_at + timedelta(seconds=result.elapsed_s))

    def _action(self, provenance: Provenance) -> Entity:
        """Return the action of a step; steps that did the same on the same inputs are one."""
        key = digest((kind_of(provenance), provenance.inputs))
        if key in self._actions:
            return self._actions[key]
        made = {each.produces: self._action(each) for each in provenance.upstream}
        objects = [
            *(self._input(provenance, name, made) for name in provenance.inputs),
            *(self._param(key, name, value) for name, value in sorted(provenance.params.items())),
        ]
        action = self._entity(
            f"#step-{len(self._actions) + 1}-{provenance.plugin}",
            "CreateAction",
            name=_title(provenance),
            description=f"{provenance.plugin} on {', '.join(provenance.inputs)}",
            startTime=_moment(provenance.started_at),
            instrument=self._plugin(provenance),
            object=objects,
        )
        self._actions[key] = action
        self.crate.root_dataset.append_to("mentions", action)
        return action

    def _input(self, provenance: Provenance, name: str, made: Mapping[str | None, Entity]) -> Entity:
        """Return what stands for an input, and make it the result of the step that gave it, if one did."""
        sha256 = provenance.inputs[name]
        entity = self._data.get(sha256)
        if entity is None:
            entity = self._entity(
                f"#input-{sha256[:16]}",
                "CreativeWork",
                name=f"{name} {sha256[:12]}",
                description="Not part of this crate; known by its digest.",
                identifier=self._hash(sha256),
            )
            self._data[sha256] = entity
        own = sha256 in own_documents(provenance)
        for schema, action in made.items():
            is_source = not own and schema is not None and schema.partition("/")[0].replace("-", "_") == name
            if is_source and entity not in _listed(action.get("result")):
                action.append_to("result", entity, compact=True)
        return entity

    def _param(self, key: str, name: str, value: object) -> Entity:
        return self._entity(
            f"#param-{key[:16]}-{name}", "PropertyValue", name=name, value=value if type(value) is str else dumps(value)
        )

    def _plugin(self, provenance: Provenance) -> Entity:
        libraries = [
            self._entity(f"#{name}-{version}", "SoftwareApplication", name=name, softwareVersion=version)
            for name, version in provenance.host.items()
        ]
        engine = self._entity(
            f"#qualia-core-{provenance.engine_version}",
            "SoftwareApplication",
            name="Qualia Core",
            softwareVersion=provenance.engine_version,
        )
        return self._entity(
            f"#plugin-{provenance.plugin}-{provenance.code_hash[:16]}",
            "SoftwareApplication",
            name=provenance.plugin,
            softwareVersion=provenance.version,
            identifier=self._hash(provenance.code_hash),
            softwareRequirements=[engine, *libraries],
        )

    def _hash(self, sha256: str) -> Entity:
        return self._entity(f"#sha256-{sha256}", "PropertyValue", name="SHA-256", propertyID="sha256", value=sha256)

    def _file(self, path: str, data: bytes, media_type: str, title: str) -> Entity:
        """Add a file under a name that no other has yet."""
        stem, dot, suffix = path.rpartition(".") if "." in path.rpartition("/")[2] else (path, "", "")
        number = 1
        while path.casefold() in self._names:
            number += 1
            path = f"{stem}-{number}{dot}{suffix}"
        self._names.add(path.casefold())
        return self.crate.add_file(
            BytesIO(data),
            dest_path=path,
            properties={
                "name": title,
                "encodingFormat": media_type,
                "contentSize": str(len(data)),
                "identifier": {"@id": self._hash(hashlib.sha256(data).hexdigest()).id},
            },
        )

    def _licence(self, licence: str | None) -> Entity:
        if licence is not None and licence.startswith(("http://", "https://")):
            return self._entity(licence, "CreativeWork", name=licence, description=f"The licence at {licence}")
        said = _NO_LICENCE if licence is None else licence
        return self._entity("#licence", "CreativeWork", name="Licence", description=said)

    def _entity(self, id_: str, kind: str, **properties: Any) -> Entity:
        from rocrate.model.contextentity import ContextEntity

        known = self.crate.get(id_)
        if isinstance(known, ContextEntity):
            return known
        entity = ContextEntity(self.crate, id_, properties={"@type": kind})
        for name, value in properties.items():
            entity[name] = value
        self.crate.add(entity)
        return entity


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if is_sequence(value) else [value]


def _moment(moment: datetime) -> str:
    """Write a moment as the profile wants it; to the microsecond it stands in the result's own file."""
    return moment.isoformat(timespec="milliseconds")


def _title(provenance: Provenance) -> str:
    return f"{provenance.plugin} {provenance.version}"


def _json(result: Result[Any]) -> bytes:
    """Return a result as a file: without how long it took and whether it was cached, which is another each time."""
    data = {"value": result.value, "provenance": result.provenance, "key": result.key}
    return f"{dumps(data, indent=2)}\n".encode()
