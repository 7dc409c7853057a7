"""Order by need: a stable topological order, or the path of the cycle that prevents one."""

from __future__ import annotations

from collections.abc import Collection, Mapping


class Cycle(ValueError):
    """The names need each other; ``path`` starts and ends with the same one."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(path)
        self.path: tuple[str, ...] = path


def stable_order(needs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return all names so that each stands behind those it needs, otherwise in the order given.

    Args:
        needs: the names each name needs; needed names that are no keys are ignored.

    Raises:
        Cycle: there is no such order.
    """
    order: dict[str, None] = {}
    # Needs may be sets, whose order changes from process to process; the order given decides instead.
    places = {name: place for place, name in enumerate(needs)}
    known = {name: sorted({each for each in needs[name] if each in places}, key=places.__getitem__) for name in needs}
    for name in needs:
        _place(name, known, order)
    return tuple(order)


def _place(name: str, needs: Mapping[str, Collection[str]], order: dict[str, None]) -> None:
    """Add ``name`` behind everything it needs. Iterative, so that a long chain cannot exhaust the stack."""
    path: dict[str, None] = {}
    stack = [name]
    while stack:
        current = stack[-1]
        if current in order:
            stack.pop()
            continue
        path[current] = None
        missing = [each for each in needs[current] if each not in order]
        if not missing:
            order[current] = None
            del path[current]
            stack.pop()
        elif missing[0] in path:
            names = list(path)
            raise Cycle((*names[names.index(missing[0]) :], missing[0]))
        else:
            stack.append(missing[0])
