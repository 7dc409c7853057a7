"""What operators may trigger: the protocol between those who bring an operation and the faces that offer it.

An operation is declared once, with the same `param` as a plugin's options; command line, console and host derive their
options, forms and messages from that. A distribution offers it by an entry point of the group ``qualia.operations``::

    [project.entry-points."qualia.operations"]
    "backup.create" = "qualia_ops.backup.create:OPERATION"

The entry point's name is the operation's. A dot parts it into words: this one is ``qualia backup create``. Where
commands are merely listed nothing is imported; an operation is told there by the first line of its module's docstring.
With the distribution the operation disappears; one that cannot be loaded costs only itself.

::

    @frozen
    class Params:
        note: str = param("", help="A word about it.")

    def create(context: OperationContext[Params]) -> Steps:
        yield Progress("looking", done=0.0)
        return {"note": context.params.note}

    OPERATION = Operation(name="backup.create", summary="Keep what a project holds.", run=create, params=Params)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Generator, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from attrs import Factory, field, frozen

from qualia._plugins.entries import entries, is_left_out
from qualia.cancel import CancelToken
from qualia.errors import OperationFailed, OperationUnavailable, QualiaError, RunCancelled
from qualia.plugin import NoParams, ParamSpec, param_specs
from qualia.settings import Settings
from qualia.words import speaking

__all__ = ["Finished", "Offer", "Operation", "OperationContext", "Progress", "Steps", "offered", "perform"]

GROUP = "qualia.operations"
"""Entry point group whose values name an `Operation`, as ``module:object``."""

P = TypeVar("P")
_NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)?")


@frozen
class Progress:
    """How far an operation is. An operation yields one wherever it may be stopped."""

    told: str = ""
    """What is being done, in a few words; empty to say nothing new."""
    done: float | None = field(default=None, kw_only=True)
    """Share that is done, from 0 to 1; None when nobody can tell."""
    data: Any = field(default=None, kw_only=True)
    """Plain data that is of use before the end, such as one report of many; None for none."""
    text: str | None = field(default=None, kw_only=True)
    """The data in words for people; None lets each face show them its own way."""


@frozen
class Finished:
    """What an operation returns when its value alone does not say everything."""

    value: Any
    """Plain data: what JSON can hold."""
    code: int = field(default=0, kw_only=True)
    """Exit code of a command that ran it, 0 to 125; 0 says that all is well."""
    text: str | None = field(default=None, kw_only=True)
    """The value in words for people; None lets each face show the value its own way, and empty says nothing."""


Steps = Generator[Progress, None, Any]
"""What `Operation.run` gives: progress, and in the end plain data or a `Finished`."""


@frozen(kw_only=True)
class OperationContext(Generic[P]):
    """What an operation works with."""

    params: P
    """Typed and checked, defaults filled in."""
    project: Path | None
    """The project's folder; None for no project."""
    settings: Settings
    """The project's settings, state folder included."""
    token: CancelToken = Factory(CancelToken)
    """Says whether to stop; who cannot yield for long asks `check`."""
    language: str = "en"
    """One of `qualia.words.LANGUAGES`: what progress and text are said in. Values and errors are always English."""

    def check(self) -> None:
        """Do nothing while the operation may go on.

        Raises:
            RunCancelled: it was asked to stop. Let it pass.
        """
        if self.token.cancelled:
            raise RunCancelled("operation")


@frozen(kw_only=True)
class Operation:
    """Something an operator may trigger.

    Raises:
        ValueError: the name is none, or an argument is no param.
        TypeError: the params class declares none.
    """

    name: str
    """Lower-case words with hyphens; one dot may part it into a command and a command of that."""
    summary: str
    """What it does, in one sentence."""
    run: Callable[[OperationContext[Any]], Steps]
    """Does the work."""
    params: type[Any] = NoParams
    """Attrs class whose fields are declared with `qualia.plugin.param`."""
    arguments: tuple[str, ...] = ()
    """Params that stand without a name on a command line, in this order; the others are options."""
    examples: tuple[str, ...] = ()
    """Command lines that show what it is for, without the program's name."""
    destructive: bool = False
    """Whether it removes or replaces something that is there."""
    needs_confirmation: bool = Factory(lambda self: self.destructive, takes_self=True)
    """Whether somebody has to agree first; as `destructive` says when it is not given."""
    looks: bool | Callable[[Any], bool] = False
    """Whether it changes nothing, so that whoever may only look may run it; a function tells that by the params."""

    def __attrs_post_init__(self) -> None:
        """Check what a face could not show."""
        if _NAME.fullmatch(self.name) is None:
            raise ValueError(f"{self.name!r} is no name of an operation; write it like backup or backup.create")
        unknown = sorted({*self.arguments} - {spec.name for spec in self.specs})
        if unknown:
            raise ValueError(f"{self.name}: {', '.join(unknown)} is no param, so it cannot be an argument")

    @property
    def specs(self) -> tuple[ParamSpec, ...]:
        """The params as faces show them."""
        return param_specs(self.params)

    def only_looks(self, params: Any) -> bool:
        """Tell whether it changes nothing when it is told these params."""
        return self.looks(params) if callable(self.looks) else self.looks


@frozen(kw_only=True)
class Offer:
    """An operation that a distribution brings, not loaded yet."""

    name: str
    distribution: str
    version: str
    """The distribution's version; empty when it does not tell."""
    target: str
    """What the entry point names, as ``module:object``."""
    trouble: str = ""
    """Why it cannot be used, told without loading it; empty when nothing is known against it."""

    def load(self) -> Operation:
        """Import the operation.

        Raises:
            OperationUnavailable: it cannot be imported, is none, or goes by another name.
        """
        if self.trouble:
            raise OperationUnavailable(self.name, self.trouble, f"remove one, or ask who makes {self.distribution}")
        module, _colon, path = self.target.partition(":")
        try:
            found: Any = import_module(module.strip())
            for part in path.partition("[")[0].strip().split("."):
                found = getattr(found, part)
        except (Exception, SystemExit) as error:
            raise self._broken(f"{type(error).__name__}: {error}".removesuffix(": ")) from error
        if not isinstance(found, Operation):
            raise self._broken(f"{self.target} is no Operation")
        if found.name != self.name:
            raise self._broken(f"{self.target} calls itself {found.name!r}")
        return found

    def _broken(self, reason: str) -> OperationUnavailable:
        told = f"{self.distribution} brings it, and it cannot be loaded ({reason})"
        return OperationUnavailable(
            self.name, told, f"run: pip install --upgrade --force-reinstall {self.distribution}"
        )


def offered(search_path: Iterable[str] | None = None) -> tuple[Offer, ...]:
    """Return the operations that distributions bring, in order of name; nothing is imported.

    Of several of one name none can be used, as nobody can tell which is meant. One of our own whose package was left
    out of this installation is not offered.

    Args:
        search_path: where distributions are installed; None for ``sys.path``.
    """
    found: dict[str, list[Offer]] = {}
    path = list(sys.path if search_path is None else search_path)
    for entry in entries(path, GROUP):
        if is_left_out(entry, path):
            continue
        offer = Offer(name=entry.name, distribution=entry.distribution, version=entry.version, target=entry.value)
        found.setdefault(entry.name, []).append(offer)
    return tuple(_settled(name, found[name]) for name in sorted(found))


def _settled(name: str, offers: list[Offer]) -> Offer:
    trouble = ""
    if _NAME.fullmatch(name) is None:
        trouble = "that is no name of an operation"
    elif len(offers) > 1:
        trouble = f"{' and '.join(each.distribution for each in offers)} bring it"
    first = offers[0]
    return Offer(
        name=name,
        distribution=first.distribution,
        version=first.version,
        target=first.target,
        trouble=trouble,
    )


def perform(operation: Operation, context: OperationContext[Any], tell: Callable[[Progress], object]) -> Finished:
    """Run an operation to its end.

    Args:
        operation: what to run.
        context: what it works with; its token stops the operation wherever it yields.
        tell: takes each progress, in the thread that performs.

    Raises:
        RunCancelled: the token was cancelled; the operation has cleaned up.
        OperationFailed: it, or its clean-up, failed with something that is no error of Qualia, which is the cause.
        QualiaError: whatever it raised on purpose.
    """
    steps = _begun(operation, context)
    with speaking(context.language):
        try:
            while True:
                progress = _next(operation, context, steps)
                if isinstance(progress, Finished):
                    return progress
                tell(progress)
        except RunCancelled:
            _cleaned_up(operation, steps)
            raise
        except BaseException as error:
            # What went wrong first is what counts.
            try:
                _cleaned_up(operation, steps)
            except QualiaError as further:
                error.add_note(str(further))
            raise


def _begun(operation: Operation, context: OperationContext[Any]) -> Steps:
    """Return the operation's steps; whatever goes wrong in it goes wrong in one of them."""
    return (yield from operation.run(context))


def _next(operation: Operation, context: OperationContext[Any], steps: Steps) -> Progress | Finished:
    """Let an operation go on to where it yields next, or ends."""
    if context.token.cancelled:
        raise RunCancelled(operation.name)
    try:
        return next(steps)
    except StopIteration as end:
        value: Any = end.value
        return value if isinstance(value, Finished) else Finished(value)
    except QualiaError:
        raise
    except (Exception, SystemExit) as error:
        raise OperationFailed(operation.name, f"{type(error).__name__}: {error}".removesuffix(": ")) from error


def _cleaned_up(operation: Operation, steps: Steps) -> None:
    """Let an operation that goes no further put away what it has begun."""
    try:
        steps.close()
    except QualiaError:
        raise
    except (Exception, SystemExit) as error:
        told = f"cleaning up ended with {type(error).__name__}: {error}".removesuffix(": ")
        raise OperationFailed(operation.name, told) from error
