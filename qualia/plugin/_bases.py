"""The three kinds of plugin."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from qualia.document import Document
from qualia.plugin._params import NoParams
from qualia.result import Artifact

P = TypeVar("P")
R_co = TypeVar("R_co", covariant=True)


class Plugin(Generic[P]):
    """What all kinds share. One instance serves several threads, so keep per-call state in local variables.

    The class of the params is the first type argument: ``Analyzer[Params, ...]``; `NoParams` when there are none.
    """

    Params: ClassVar[type[Any]] = NoParams

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Take the params class from the type argument."""
        super().__init_subclass__(**kwargs)
        for base in getattr(cls, "__orig_bases__", ()):
            origin, arguments = get_origin(base), get_args(base)
            if isinstance(origin, type) and issubclass(origin, Plugin) and isinstance(arguments[0], type):
                cls.Params = arguments[0]

    def open(self) -> None:
        """Get ready: runs once before the first call. Load models here, not at import."""

    def close(self) -> None:
        """Let go of what `open` took: runs once, after the last call."""

    def health(self) -> str | None:
        """Say in one sentence what is wrong with it; None or an empty text when all is well.

        Asked now and then, between calls and beside them, and only of a plugin that is at work in this process: look at
        what is there, open nothing, and answer at once. A sentence makes it "degraded", an exception "failing".
        """
        return None


class DocumentProcessor(Plugin[P], ABC):
    """Turns a document into another: reads a format, cleans, pseudonymises."""

    @abstractmethod
    def process(self, document: Document, params: P, *args: Any, **more: Any) -> Document:
        """Return the new document.

        Raises:
            UnsupportedInput: it cannot work on this document; the sentence says why.
        """


class Analyzer(Plugin[P], ABC, Generic[P, R_co]):
    """Counts or judges a document. Records its manifest consumes arrive as keyword arguments."""

    @abstractmethod
    def analyze(self, document: Document, params: P, *args: Any, **records: Any) -> R_co:
        """Return the record the manifest promises, or JSON-like data when it promises none.

        Raises:
            UnsupportedInput: it cannot work on this document; the sentence says why.
        """


class Visualizer(Plugin[P], ABC):
    """Draws records. Those its manifest consumes arrive as keyword arguments."""

    @abstractmethod
    def render(self, params: P, *args: Any, **records: Any) -> Artifact:
        """Return the picture or page.

        Raises:
            UnsupportedInput: these records cannot be drawn; the sentence says why.
        """
