"""The library behind the extra, asked for when it is needed."""

from __future__ import annotations

from importlib import import_module

from qualia.errors import ExtraMissing


def need(module: str, *, extra: str, purpose: str) -> None:
    """Do nothing where a library is installed.

    Raises:
        ExtraMissing: it is not.
    """
    try:
        import_module(module)
    except ImportError as error:
        raise ExtraMissing(extra, purpose) from error
