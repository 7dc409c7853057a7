"""What can only go wrong on a command line."""

from __future__ import annotations

from typing import Any

from qualia.errors import InputError, InvalidParam, PluginUnavailable, QualiaError


class WrongUsage(InputError):
    """A command that cannot be understood; ``sentence`` is in the reader's language already."""

    template = "{sentence}"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence: str = sentence


class Unexpected(QualiaError, RuntimeError):
    """Work on one document ended with something nobody foresaw; ``told`` is its class and what it said."""

    template = "something unexpected happened ({told}); QUALIA_DEBUG=1 shows where"

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told: str = told


class WrongParamInFile(InvalidParam):
    """A param from a file that the plugin does not take; ``place`` is the file, with the line where that is known."""

    template = "{place}: {plugin}: param {param!r} {reason}"

    def __init__(self, place: str, plugin: str, param: str, reason: str) -> None:
        super().__init__(plugin, param, reason)
        self.args: tuple[Any, ...] = (place, plugin, param, reason)
        self.place: str = place


class ExtraMissing(PluginUnavailable):
    """The libraries of an extra are not installed; ``modules`` names them."""

    template = "this needs {missing}, which the extra {extra!r} brings; run: pip install 'qualia-core[{extra}]'"

    def __init__(self, extra: str, modules: tuple[str, ...]) -> None:
        remedy = f"run: pip install 'qualia-core[{extra}]'"
        super().__init__(extra, "its libraries are not installed", remedy)
        self.args: tuple[Any, ...] = (extra, modules)
        self.extra: str = extra
        self.modules: tuple[str, ...] = modules
        self.missing: str = ", ".join(modules)
