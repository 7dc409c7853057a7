"""Whether a plugin that takes a context stops when it is asked to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from attrs import frozen

from qualia._engine.threads import Threads
from qualia._plugins.loader import Source, load
from qualia._plugins.manifest import read_manifest
from qualia.cancel import CancelToken, Control
from qualia.document import Document
from qualia.errors import RunCancelled, UnsupportedInput
from qualia.plugin import Context, Plugin, build_params
from qualia.records import argument_name
from qualia.registry import PluginInfo
from qualia.testing.trial import Given, kind_of


def overstays(info: PluginInfo, given: Given, params: Mapping[str, Any], *, within_s: float) -> bool | None:
    """Call a plugin, cancel it, and tell whether the call is still under way ``within_s`` seconds later.

    A Core answers a cancelled caller at once and leaves the call behind, so the plugin is called here without one:
    cancelled before it begins, and once more after.

    Returns:
        None when it takes no context, and so cannot know.

    Raises:
        Exception: what the plugin raised instead of ending.
    """
    loaded = load(read_manifest(info.folder / "plugin.toml"), Source.read(info.folder))
    try:
        if not loaded.takes_context:
            return None
        loaded.plugin.open()
        trial = _Trial(info=info, plugin=loaded.plugin, given=given, params=params)
        threads = Threads("qualia-testing")
        try:
            return trial.overstays(threads, within_s, early=True) or trial.overstays(threads, within_s, early=False)
        finally:
            threads.shutdown(wait=False)
            loaded.plugin.close()
    finally:
        loaded.unload()


@frozen(kw_only=True)
class _Trial:
    """A plugin and what it is called with."""

    info: PluginInfo
    plugin: Plugin[Any]
    given: Given
    params: Mapping[str, Any]

    def overstays(self, threads: Threads, within_s: float, *, early: bool) -> bool:
        """Call it in a thread, cancel it before it begins or right after, and tell whether it is still at it."""
        token, begun = CancelToken(), threading.Event()
        if early:
            token.cancel()
        with ExitStack() as call_end:
            future = threads.submit(self._call, begun, _context(self.info.id, token, call_end))
            begun.wait()
            token.cancel()
            try:
                future.result(within_s)
            except TimeoutError:
                return not future.done()
            except (RunCancelled, UnsupportedInput):
                return False
        return False

    def _call(self, begun: threading.Event, context: Context) -> object:
        begun.set()
        taken = build_params(self.plugin.Params, self.params, plugin=self.info.id)
        records = {argument_name(kind_of(each).schema): each for each in self.given if not isinstance(each, Document)}
        documents = [each for each in self.given if isinstance(each, Document)]
        call: Any = self.plugin
        method = {"document": "process", "analyzer": "analyze", "visualizer": "render"}[str(self.info.kind)]
        return getattr(call, method)(*documents, taken, **records, context=context)


def _context(plugin: str, token: CancelToken, call_end: ExitStack) -> Context:
    def ignore(_told: object) -> None:
        return None

    return Context(
        run_id="trial",
        step=plugin,
        log=logging.getLogger(f"qualia.plugins.{plugin}"),
        control=Control(name=plugin, clock=time.monotonic, token=token),
        tell=ignore,
        call_end=call_end,
        plugin_end=ignore,
    )
