"""Failures of plugins as events of Sentry: which plugin, which version, where in its code; never what it worked on.

::

    from qualia_ops import sentry

    detach = sentry.attach(core)     # off unless SENTRY_DSN is set
    ...
    detach()

Sentry's own defaults send local variables, messages of exceptions, lines of code around them and breadcrumbs, each of
which may quote an interview. Here a client of its own, which touches nothing the program has set up for itself, sends
what `scrubbed` lets through and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from qualia._values import is_mapping
from qualia._version import __version__
from qualia.errors import ExtraMissing
from qualia.events import Event, EventKind

if TYPE_CHECKING:
    from sentry_sdk import Client
    from sentry_sdk.transport import Transport

    from qualia.core import Core

_PLUGINS_FAULT = frozenset(
    {"PluginFailed", "InvalidOutput", "PluginCrashed", "PluginHung", "PluginUnavailable", "InvalidManifest"}
)
_KEPT = frozenset(
    {
        "environment",
        "event_id",
        "fingerprint",
        "level",
        "logger",
        "message",
        "platform",
        "release",
        "sdk",
        "server_name",
        "tags",
        "timestamp",
        "type",
    }
)
_KEPT_CONTEXTS = frozenset({"alert", "params", "plugin", "runtime"})
_KEPT_OF_FRAMES = frozenset({"filename", "function", "in_app", "lineno", "module"})
_FLUSH_S = 2.0


def attach(
    core: Core,
    *,
    dsn: str | None = None,
    environ: Mapping[str, str] = os.environ,
    environment: str = "production",
    transport: type[Transport] | None = None,
) -> Callable[[], None]:
    """Send an event for each failure of a plugin from now on; the returned function stops that.

    Args:
        core: whose plugins are meant.
        dsn: where events go; None for ``SENTRY_DSN``, and without that nothing is sent.
        environ: the environment.
        environment: what Sentry calls the place it runs at.
        transport: how events travel; None for HTTP.

    Raises:
        ExtraMissing: there is somewhere to send to, and the library is not installed.
    """
    to = dsn or environ.get("SENTRY_DSN", "").strip()
    if not to:
        return _nothing
    client = client_of(to, environment=environment, transport=transport)
    version_of = _versions(core)

    def tell(event: Event) -> None:
        composed = composed_of(event, version_of)
        if composed is not None:
            client.capture_event(cast("Any", composed))

    remove = core.subscribe(tell)

    def detach() -> None:
        remove()
        client.close(timeout=_FLUSH_S)

    return detach


def _nothing() -> None:
    """Do nothing: nothing was attached."""


def _versions(core: Core) -> Callable[[str], str]:
    def version_of(plugin: str) -> str:
        found = core.plugins.get(plugin)
        return "" if found is None else found.version

    return version_of


def client_of(dsn: str, *, environment: str, transport: type[Transport] | None = None) -> Client:
    """Return a client of its own, which sends what `scrubbed` lets through.

    Raises:
        ExtraMissing: the library is not installed.
        ValueError: the DSN is none; the sentence does not show it.
    """
    try:
        from sentry_sdk import Client
        from sentry_sdk.utils import BadDsn
    except ImportError as error:
        raise ExtraMissing("ops", "telling Sentry") from error
    try:
        return Client(
            dsn=dsn,
            environment=environment,
            release=f"qualia-core@{__version__}",
            transport=transport,
            before_send=cast("Any", scrubbed),
            include_local_variables=False,
            include_source_context=False,
            max_breadcrumbs=0,
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
        )
    except BadDsn as error:
        raise ValueError("the DSN of Sentry is none; one looks like https://KEY@HOST/NUMBER") from error


def scrubbed(event: dict[str, Any], _hint: object) -> dict[str, Any]:
    """Return an event with only those parts that cannot quote a document."""
    kept = {name: value for name, value in event.items() if name in _KEPT}
    contexts: Mapping[str, Any] = event.get("contexts") or {}
    kept["contexts"] = {name: value for name, value in contexts.items() if name in _KEPT_CONTEXTS}
    exception: Mapping[str, Any] | None = event.get("exception")
    if exception is not None:
        kept["exception"] = {"values": [_raised(each) for each in exception.get("values") or ()]}
    if "alert" not in kept["contexts"]:
        # Any other message may be a sentence of a stranger.
        kept.pop("message", None)
    return kept


def _raised(value: Mapping[str, Any]) -> dict[str, Any]:
    trace: Mapping[str, Any] = value.get("stacktrace") or {}
    frames: list[Mapping[str, Any]] = trace.get("frames") or []
    bare = [{name: at for name, at in each.items() if name in _KEPT_OF_FRAMES} for each in frames]
    return {"type": value.get("type"), "value": "", "stacktrace": {"frames": bare}}


def composed_of(event: Event, version_of: Callable[[str], str]) -> dict[str, Any] | None:
    """Return what Sentry is told of an event of the engine; None for nothing.

    Args:
        event: what happened.
        version_of: gives the version of a plugin.
    """
    if event.plugin is None:
        return None
    kind = _fault(event)
    if kind is None:
        return None
    version = version_of(event.plugin)
    place = str(event.details.get("place") or "")
    composed: dict[str, Any] = {
        "level": "error",
        "logger": "qualia",
        "platform": "python",
        "timestamp": event.at_s,
        "fingerprint": ["qualia", event.plugin, kind, place],
        "tags": {"plugin": event.plugin, "plugin_version": version, "event": str(event.kind), "run_id": event.run_id},
        "contexts": {"plugin": {"id": event.plugin, "version": version, "step": event.step, "place": place}},
        "exception": {"values": [{"type": kind, "value": "", "stacktrace": {"frames": _frames(place)}}]},
    }
    params = event.details.get("params")
    if is_mapping(params):
        composed["contexts"]["params"] = dict(params)
    return composed


def _fault(event: Event) -> str | None:
    """Return what class of error it is when the plugin is to blame; None when it is not."""
    if event.kind in (EventKind.PLUGIN_FAILED, EventKind.RELOAD_FAILED):
        return str(event.details.get("cause") or event.details.get("error_type") or event.kind)
    if event.kind is EventKind.BREAKER_MOVED:
        return "CircuitOpen" if event.details.get("state") == "open" else None
    if event.kind is not EventKind.STEP_FAILED or event.details.get("error_type") not in _PLUGINS_FAULT:
        return None
    return str(event.details.get("cause") or event.details["error_type"])


def _frames(place: str) -> list[dict[str, Any]]:
    path, _colon, line = place.rpartition(":")
    if not path:
        return []
    return [{"filename": path, "lineno": int(line) if line.isdigit() else None, "in_app": True}]
