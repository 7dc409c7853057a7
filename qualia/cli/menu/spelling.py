"""The words of each command that the menu runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qualia.cli.quoting import path_word


def run_words(
    command: str,
    file: str,
    plugin: str,
    *,
    params: Mapping[str, str] | None = None,
    output: str | None = None,
    more: Iterable[str] = (),
) -> list[str]:
    """Return the words of ``process``, ``analyze`` or ``visualize``.

    Args:
        command: one of these three.
        file: what to work on.
        plugin: the plugin's id.
        params: texts by name, as ``-P`` takes them; None for none.
        output: where to write; None for the screen.
        more: words behind them.
    """
    return [command, path_word(file), "-p", plugin, *param_words(params or {}), *output_words(output), *more]


def param_words(params: Mapping[str, str]) -> list[str]:
    """Return params as ``-P KEY=VALUE`` words."""
    return [word for name, text in params.items() for word in ("-P", f"{name}={text}")]


def output_words(output: str | None) -> list[str]:
    """Return ``-o`` with where to write; nothing for None."""
    return [] if output is None else ["-o", path_word(output)]


def pipeline_words(
    file: str, pipeline: str, *, folder: str | None = None, replaces: bool = False, more: Iterable[str] = ()
) -> list[str]:
    """Return the words of ``pipeline``.

    Args:
        file: the document.
        pipeline: the pipeline's file.
        folder: where results go; None for the screen.
        replaces: whether files that are there may be replaced.
        more: words behind them.
    """
    force = ["--force"] if replaces and folder is not None else []
    return ["pipeline", path_word(file), "-c", path_word(pipeline), *output_words(folder), *force, *more]
