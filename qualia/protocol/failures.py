"""What can go wrong between a host and those who want to speak to it."""

from __future__ import annotations

from enum import IntEnum

from qualia.errors import QualiaError


class Code(IntEnum):
    """What the number of an error says; ``data.error`` names its class."""

    NOT_JSON = -32700
    """The line is no JSON, or too long."""
    NO_REQUEST = -32600
    """It is JSON, and no request."""
    NO_SUCH_VERB = -32601
    WRONG_PARAMS = -32602
    """Params are missing, unknown or of the wrong type; nothing was done."""
    HOST_FAILED = -32603
    """Something nobody foresaw; please report it."""
    NOT_NOW = -32000
    """Hello was not said yet, or no version is common to both."""
    NOT_ALLOWED = -32001
    """The connection may only look."""
    FAILED = 1
    """A `qualia.errors.QualiaError` that none of the next two is."""
    WRONG_INPUT = 2
    """An `InputError`: what was given is wrong."""
    PLUGIN = 3
    """A `PluginError`: a plugin cannot answer."""


class HostRunning(QualiaError, RuntimeError):
    """A host answers at this ``place`` already."""

    template = "a host answers at {place!r} already; attach to that one, or end it first"

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place: str = place


class HostUnreachable(QualiaError, RuntimeError):
    """No host can be reached at this ``place``, or the link to it broke; ``reason`` says how."""

    template = "no host can be reached at {place!r}: {reason}; start one with: qualia host"

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place: str = place
        self.reason: str = reason


class HostNotStarted(QualiaError, RuntimeError):
    """A host was started for a project and did not come up; ``reason`` is its own last sentence."""

    template = "the host of {project!r} did not start: {reason}"

    def __init__(self, project: str, reason: str) -> None:
        super().__init__(project, reason)
        self.project: str = project
        self.reason: str = reason


class RunLost(QualiaError, RuntimeError):
    """The host that a ``run`` was under way in was killed; what steps had given by then is in the cache."""

    template = "run {run!r} of {name!r} was lost: its host ended before it did"

    def __init__(self, run: str, name: str) -> None:
        super().__init__(run, name)
        self.run: str = run
        self.name: str = name


class HostRefused(QualiaError, RuntimeError):
    """A host does not do what it was asked for; ``reason`` says why, ``code`` of which kind that is."""

    template = "the host refused {verb!r}: {reason}"

    def __init__(self, verb: str, reason: str, code: Code = Code.WRONG_PARAMS) -> None:
        super().__init__(verb, reason, code)
        self.verb: str = verb
        self.reason: str = reason
        self.code: Code = code
