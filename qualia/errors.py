"""Every deliberate error. One class per condition; each carries its facts and writes its own sentence.

::

    QualiaError
     +- InputError (ValueError)         what the caller gave is wrong; a plugin is never to blame
     |   +- DocumentUnreadable          missing, a folder, empty, binary, too large
     |   +- UnknownPlugin (KeyError)    no such plugin
     |   +- InvalidParam                unknown, ill-typed or out-of-range param
     |   +- InvalidPipeline             a pipeline that cannot be planned
     |   |   +- PipelineCycle           steps that need each other
     |   +- UnsupportedInput            a plugin cannot work on this document or record
     |   +- InvalidSetting              a setting that is unknown or ill-typed
     |   +- NoEarlierGeneration         there is no earlier version of a plugin to go back to
     |   +- UnwritableOutput            the place a result should go to cannot be written
     +- PluginError (RuntimeError)      a plugin cannot answer
     |   +- InvalidManifest             its plugin.toml is wrong
     |   +- DuplicatePlugin             two plugins with one id
     |   +- PluginUnavailable           it cannot be loaded here
     |   +- PluginFailed                it raised; the original exception is ``__cause__``
     |   |   +- InvalidOutput           it returned something it did not promise
     |   |   +- PluginCrashed           it took its own process down
     |   |   +- PluginHung              it ran longer than it may
     |   +- PluginBusy                  too many calls of it wait already
     |   +- CircuitOpen                 it failed so often that it is left alone for a while
     |   |   +- CircuitHeld             somebody switched it off
     |   +- Quarantined                 it failed again and again on this very input
     +- ExtraMissing (RuntimeError)     something that an extra brings is not installed
     +- OperationUnavailable (RuntimeError) nothing that is installed brings what an operator triggers
     +- OperationFailed (RuntimeError)  what an operator triggered did not end well
     +- HistoryUnreadable (RuntimeError) the log of runs is damaged, or newer than this version
     +- CacheUnreadable (RuntimeError)  the file of kept results is damaged, or cannot be read or changed
     +- RunCancelled (RuntimeError)     a run was asked to stop
     +- DeadlineExceeded (TimeoutError) a run was not done in time
     +- WorkerLost (RuntimeError)       the process that worked on a document died
     +- CoreClosed (RuntimeError)       the Core was closed before the call

A sentence is ``template`` filled with the error's own fields, so faces can translate it. Errors survive pickle and
compare by identity. The engine's own sentences never quote a document; a plugin's message in `PluginFailed.error` may.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, ClassVar, TypeGuard

from qualia._nearest import did_you_mean
from qualia._nearest import nearest as nearest
from qualia._nearest import unknown_name as unknown_name


class QualiaError(Exception):
    """Base of every error Qualia raises on purpose."""

    template: ClassVar[str] = "{0}"

    def __str__(self) -> str:
        """Compose the sentence from the fields."""
        return self.template.format(*self.args, **vars(self))


class QualiaWarning(UserWarning):
    """Something went on, but not quite as the input asked for."""


class InputError(QualiaError, ValueError):
    """What the caller gave cannot be used."""


class DocumentUnreadable(InputError):
    """A file that cannot become a document: ``path``, ``reason`` and ``remedy`` say which, why and what to do."""

    template = "cannot read {path!r}: {reason}; {remedy}"

    def __init__(self, path: str, reason: str, remedy: str) -> None:
        super().__init__(path, reason, remedy)
        self.path: str = path
        self.reason: str = reason
        self.remedy: str = remedy


class UnknownPlugin(InputError, KeyError):
    """No plugin has this id; ``near`` holds ids that look alike, nearest first."""

    template = "there is no plugin {plugin!r}; {hint}"

    def __init__(self, plugin: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(plugin, near)
        self.plugin: str = plugin
        self.near: tuple[str, ...] = near
        self.hint: str = did_you_mean(near) or "list the plugins to see what is here"


class InvalidParam(InputError):
    """A param the plugin does not take; ``reason`` says what is wrong and what would be right."""

    template = "{plugin}: param {param!r} {reason}"

    def __init__(self, plugin: str, param: str, reason: str) -> None:
        super().__init__(plugin, param, reason)
        self.plugin: str = plugin
        self.param: str = param
        self.reason: str = reason


class InvalidPipeline(InputError):
    """A pipeline that cannot be planned; ``place`` names the file or step."""

    template = "{place}: {reason}"

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place: str = place
        self.reason: str = reason


class PipelineCycle(InvalidPipeline):
    """Steps or plugins that need each other; ``cycle`` starts and ends with the same name."""

    def __init__(self, place: str, cycle: tuple[str, ...]) -> None:
        super().__init__(place, f"{' -> '.join(cycle)} is a cycle; remove one of these needs")
        self.args: tuple[Any, ...] = (place, cycle)
        self.cycle: tuple[str, ...] = cycle


class UnsupportedInput(InputError):
    """A plugin cannot work on what it was given. Plugins raise it too: it never counts against them."""

    template = "{subject}: {reason}"

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(subject, reason)
        self.subject: str = subject
        self.reason: str = reason


class InvalidSetting(InputError):
    """A setting that is unknown or ill-typed; ``origin`` is the file or variable it came from."""

    template = "{origin}: setting {name!r} {reason}"

    def __init__(self, origin: str, name: str, reason: str) -> None:
        super().__init__(origin, name, reason)
        self.origin: str = origin
        self.name: str = name
        self.reason: str = reason


class NoEarlierGeneration(InputError):
    """There is no earlier version of a plugin to go back to."""

    template = "plugin {plugin!r} has no earlier version to go back to: none was loaded before this one"

    def __init__(self, plugin: str) -> None:
        super().__init__(plugin)
        self.plugin: str = plugin


class UnwritableOutput(InputError):
    """A result cannot be written where it should go."""

    template = "cannot write {path!r}: {reason}"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path: str = path
        self.reason: str = reason


class PluginError(QualiaError, RuntimeError):
    """A plugin cannot answer."""


class InvalidManifest(PluginError):
    """A ``plugin.toml`` that cannot be used."""

    template = "{path}: {reason}"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path: str = path
        self.reason: str = reason


class DuplicatePlugin(PluginError):
    """Two plugins claim one id and nobody said which is meant."""

    template = (
        "two plugins are called {plugin!r}: {first} and {second}; choose or rename one, or let the later override"
    )

    def __init__(self, plugin: str, first: str, second: str) -> None:
        super().__init__(plugin, first, second)
        self.plugin: str = plugin
        self.first: str = first
        self.second: str = second


class PluginUnavailable(PluginError):
    """A plugin that is here but cannot run here."""

    template = "plugin {plugin!r} is unavailable: {reason}; {remedy}"

    def __init__(self, plugin: str, reason: str, remedy: str) -> None:
        super().__init__(plugin, reason, remedy)
        self.plugin: str = plugin
        self.reason: str = reason
        self.remedy: str = remedy


class PluginFailed(PluginError):
    """A plugin raised; ``place`` is the file:line of its own code, and the exception itself is ``__cause__``."""

    template = "plugin {plugin!r} failed at {place}: {error}"

    def __init__(self, plugin: str, error: str, place: str) -> None:
        super().__init__(plugin, error, place)
        self.plugin: str = plugin
        self.error: str = error
        self.place: str = place


class InvalidOutput(PluginFailed):
    """A plugin returned something its manifest does not promise."""

    template = "plugin {plugin!r} gave a wrong result: {error}; mend it in {place}"


class PluginCrashed(PluginFailed):
    """A plugin took its process down; ``error`` says how: a segmentation fault, ``os._exit``, too much memory ..."""

    template = "plugin {plugin!r} took its process down at {place}: {error}"


class PluginHung(PluginFailed):
    """A plugin ran longer than its ``call_seconds`` and was stopped, or left behind, where ``place`` says."""

    template = "plugin {plugin!r} was given up at {place}: {error}"


class PluginBusy(PluginError):
    """A plugin has as many calls under way as it may, and enough that wait."""

    template = "plugin {plugin!r} is busy with {calls} calls and {waiting} wait already; try again in a moment"

    def __init__(self, plugin: str, calls: int, waiting: int) -> None:
        super().__init__(plugin, calls, waiting)
        self.plugin: str = plugin
        self.calls: int = calls
        self.waiting: int = waiting


class CircuitOpen(PluginError):
    """A plugin failed so often that it is not called for ``retry_after_s`` more seconds."""

    template = "plugin {plugin!r} failed too often and is left alone for {retry_after_s:.0f} more seconds"

    def __init__(self, plugin: str, retry_after_s: float) -> None:
        super().__init__(plugin, retry_after_s)
        self.plugin: str = plugin
        self.retry_after_s: float = retry_after_s


class CircuitHeld(CircuitOpen):
    """A circuit was opened by hand and stays so until it is reset; ``retry_after_s`` is when to ask again."""

    template = "plugin {plugin!r} was switched off by hand; reset its circuit to use it again"


class Quarantined(PluginError):
    """A plugin failed so often on one input that it is not called with it for ``retry_after_s`` more seconds."""

    template = "plugin {plugin!r} keeps failing on this input and is spared it for {retry_after_s:.0f} more seconds"

    def __init__(self, plugin: str, retry_after_s: float) -> None:
        super().__init__(plugin, retry_after_s)
        self.plugin: str = plugin
        self.retry_after_s: float = retry_after_s


class ExtraMissing(QualiaError, RuntimeError):
    """What was asked needs an ``extra`` of the distribution that is not installed; ``purpose`` is what it is for."""

    template = "{purpose} needs the {extra} extra; run: pip install 'qualia-core[{extra}]'"

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(extra, purpose)
        self.extra: str = extra
        self.purpose: str = purpose


class OperationUnavailable(QualiaError, RuntimeError):
    """No distribution that is installed brings this ``operation``, or it cannot be loaded."""

    template = "{operation!r} is not available: {reason}; {remedy}"

    def __init__(self, operation: str, reason: str, remedy: str) -> None:
        super().__init__(operation, reason, remedy)
        self.operation: str = operation
        self.reason: str = reason
        self.remedy: str = remedy


class OperationFailed(QualiaError, RuntimeError):
    """An ``operation`` did not reach its end; ``code`` is what a command that ran it ends with."""

    template = "operation {operation!r} failed: {reason}"

    def __init__(self, operation: str, reason: str, code: int = 1) -> None:
        super().__init__(operation, reason, code)
        self.operation: str = operation
        self.reason: str = reason
        self.code: int = code


class HistoryUnreadable(QualiaError, RuntimeError):
    """The log of runs cannot be read, or not be written by this version."""

    template = "the history {path!r} cannot be used: {reason}"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path: str = path
        self.reason: str = reason


class CacheUnreadable(QualiaError, RuntimeError):
    """The file of kept results cannot be looked at or changed; runs go on without it."""

    template = "the cache {path!r} cannot be used: {reason}"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path: str = path
        self.reason: str = reason


class RunCancelled(QualiaError, RuntimeError):
    """A run was asked to stop, and did."""

    template = "{run!r} was cancelled"

    def __init__(self, run: str) -> None:
        super().__init__(run)
        self.run: str = run


class DeadlineExceeded(QualiaError, TimeoutError):
    """A run was not done by its deadline; ``place`` is the file:line where its plugin stood, or empty."""

    template = "{run!r} was not done in time{where}; give it a longer timeout, or less to do"

    def __init__(self, run: str, place: str = "") -> None:
        super().__init__(run, place)
        self.run: str = run
        self.place: str = place
        self.where: str = f" (it stood at {place})" if place else ""


class WorkerLost(QualiaError, RuntimeError):
    """The process that worked on a document died."""

    template = "the worker that ran {pipeline!r} died ({reason}); run it again, finished documents come from the cache"

    def __init__(self, pipeline: str, reason: str) -> None:
        super().__init__(pipeline, reason)
        self.pipeline: str = pipeline
        self.reason: str = reason


class CoreClosed(QualiaError, RuntimeError):
    """A call on a Core that was closed."""

    template = "this Core was closed and cannot {action} any more; create a new one"

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action: str = action


def describe(error: BaseException) -> dict[str, Any]:
    """Return an error as plain data: its class name, its sentence and its fields."""
    fields: dict[str, Any] = {
        name: value for name, value in vars(error).items() if isinstance(value, (str, int, float, tuple))
    }
    return {**fields, "error": type(error).__name__, "message": str(error)}


def restored(name: str, arguments: Iterable[Any], message: str) -> QualiaError:
    """Return an error made again of its class name and what it was made of; a class unknown here keeps its sentence."""
    kind = globals().get(name)
    if isinstance(kind, type) and issubclass(kind, QualiaError):
        with suppress(TypeError):
            return kind(*(tuple(each) if _is_list(each) else each for each in arguments))
    return QualiaError(message)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
