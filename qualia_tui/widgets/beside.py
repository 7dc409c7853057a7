"""Work that goes on beside the screen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode


def beside(owner: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], *, group: str) -> None:
    """Begin work that ends with its owner; work of the same owner and group that is not done yet is given up.

    What begins the work is handed on, not the coroutine: one that is given up before it began was never made.

    Args:
        owner: the widget or screen it is done for.
        work: begins it.
        group: what work it takes the place of.
    """
    begun: Any = work
    owner.run_worker(begun, group=group, exclusive=True)


def give_up(owner: DOMNode) -> None:
    """Give up all work that goes on for a widget or screen."""
    workers: Any = owner.workers
    workers.cancel_node(owner)
