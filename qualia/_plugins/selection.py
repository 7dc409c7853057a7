"""Which of several plugins of one id is the active one: pure rules, nothing is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import evolve, frozen

from qualia._plugins.choices import Choices
from qualia._plugins.manifest import Manifest
from qualia.errors import DuplicatePlugin, PluginError, PluginUnavailable


@frozen(kw_only=True)
class Found:
    """A plugin folder, and why it cannot be used if it cannot."""

    id: str
    """From the manifest, or the folder's name when the manifest cannot be read."""
    folder: Path
    origin: str
    """Where it comes from: "shipped", "folder" or "installed"."""
    manifest: Manifest | None
    """None when it cannot be read."""
    error: PluginError | None = None
    """Why it is unavailable; None when it can be used."""
    others: tuple[Found, ...] = ()
    """Others of the same id that are known and not active, in the order they were found."""
    disabled: bool = False
    """Whether somebody switched it off; its error says so."""


def settle(candidates: Iterable[Found], *, override: bool, choices: Choices) -> tuple[Found, ...]:
    """Return one plugin for each id, in the order the ids were found.

    - The same folder twice, however it is spelled, counts once.
    - A plugin whose manifest cannot be read claims no id: where another has it, it goes by its folder.
    - Of several, a choice takes the one of that version, or in that folder; without one, the last wins if ``override``
      is true. Otherwise, and where a choice fits none or leaves several, the id is unavailable, and its error says why.
    - A choice holds for a plugin that stands alone, too: one of another version is not what was chosen.

    Args:
        candidates: what was found, in order; a later source stands behind an earlier one.
        override: whether a later plugin replaces an earlier one of the same id.
        choices: what somebody decided.
    """
    groups: dict[str, list[Found]] = {}
    broken: set[str] = set()
    for each in candidates:
        if each.manifest is None:
            folder = os.path.realpath(each.folder)
            if folder in broken:
                continue
            broken.add(folder)
        groups.setdefault(each.id, []).append(each)
    settled: dict[str, Found] = {}
    for id_, group in groups.items():
        distinct = _distinct(group) if len(group) > 1 else group
        readable = [each for each in distinct if each.manifest is not None]
        if len(readable) > 1 or (readable and id_ in choices.versions):
            settled[id_] = _active(id_, readable, override=override, choice=choices.versions.get(id_))
        else:
            settled[id_] = (readable or distinct)[0]
        if id_ in choices.disabled:
            error = PluginUnavailable(id_, "it is disabled", "enable it to use it")
            settled[id_] = evolve(settled[id_], disabled=True, error=error)
        for each in distinct:
            if each.manifest is None and each.folder != settled[id_].folder:
                settled[str(each.folder)] = evolve(each, id=str(each.folder))
    return tuple(settled.values())


def _distinct(group: Sequence[Found]) -> list[Found]:
    """Return the plugins of different folders; of one that was found twice the first."""
    found: dict[str, Found] = {}
    for each in group:
        found.setdefault(os.path.realpath(each.folder), each)
    return list(found.values())


def _active(id_: str, group: Sequence[Found], *, override: bool, choice: str | None) -> Found:
    """Return the active plugin of several that can be read, the others with it."""
    fitting = list(group) if choice is None else [each for each in group if _is_chosen(each, choice)]
    error: PluginError | None = None
    if not fitting:
        known = ", ".join(f"{each.manifest.version} in {each.folder}" for each in group if each.manifest is not None)
        reason = f"{choice} was chosen, and there is only {known}"
        error = PluginUnavailable(id_, reason, "choose one of these, or take the choice back")
    elif len(fitting) > 1 and not override:
        error = DuplicatePlugin(id_, str(fitting[0].folder), " and ".join(str(each.folder) for each in fitting[1:]))
    active = (fitting or group)[-1]
    others = tuple(each for each in group if each is not active)
    return evolve(active, error=error or active.error, others=others) if error or others else active


def _is_chosen(found: Found, choice: str) -> bool:
    if found.manifest is not None and found.manifest.version == choice:
        return True
    return Path(choice).is_absolute() and os.path.realpath(choice) == os.path.realpath(found.folder)
