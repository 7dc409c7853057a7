"""What every section is: a part of the screen that shows parts of the model."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from qualia.errors import QualiaError
from qualia_tui.model.state import Model, Part
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import give_up
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.kept import Kept
from qualia_tui.words import sentence_of

if TYPE_CHECKING:
    from qualia_tui.app import Console


class Section(Kept):
    """Fills the screen between the tabs and the keys."""

    DEFAULT_CSS = "Section { height: 1fr; layout: vertical; }"
    PARTS: ClassVar[frozenset[Part]] = frozenset()
    """The parts of the model it shows; the host is asked for these while it is on the screen."""
    NEED_ROW: ClassVar[frozenset[str]] = frozenset()
    """Actions on the row under the cursor: offered only while there is a row."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "show_all", "show all", key_display="esc", id="filter.all"),
    ]

    @property
    def console_app(self) -> Console:
        """The console it belongs to."""
        return console_of(self)

    @property
    def model(self) -> Model:
        """What is known of the host."""
        return self.console_app.model

    def update(self, changed: frozenset[Part]) -> None:
        """Show what changed; called with all its parts when it comes to the screen.

        Args:
            changed: parts of the model that differ from what was shown, among them at least one of `PARTS`.
        """
        raise NotImplementedError

    def forget(self) -> None:
        """Know nothing of the host any more, as another one is looked at; called before anything of that is shown."""

    def let_go(self) -> None:
        """Give up what was begun with the host before, and forget it."""
        give_up(self)
        self.forget()

    def focus_first(self) -> None:
        """Give the keys to the widget they are meant for when the section comes to the screen."""
        target = next((each for each in self.query("*") if each.focusable), None)
        if target is not None:
            target.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to show all where something is left out, and what needs a row where there is one."""
        del parameters
        if action in self.NEED_ROW:
            return any(grid.key is not None for grid in self.query(Grid))
        # By name: a section without a filter does without the widget's import.
        return action != "show_all" or any(line.display for line in self.query("FilterLine"))

    def action_show_all(self) -> None:
        """Show again what a filter leaves out."""
        from qualia_tui.widgets.entry import FilterLine

        for line in self.query(FilterLine):
            line.action_clear()
        self.refresh_bindings()

    def ask(self, verb: str, then: Callable[[Any], object] | None = None, **params: Any) -> None:
        """Ask the host for something and go on at once; what it cannot do is said in the line above the keys.

        Args:
            verb: what to ask for.
            then: told the answer; None for nobody.
            params: what belongs to it.
        """
        self.soon(self._asked(verb, then, params), group=verb)

    def soon(self, work: Coroutine[Any, Any, None], *, group: str) -> None:
        """Let work go on beside the screen; work of the same group that is not done yet is given up."""
        self.run_worker(work, group=group, exclusive=True, exit_on_error=True)

    async def _asked(self, verb: str, then: Callable[[Any], object] | None, params: dict[str, Any]) -> None:
        try:
            answer = await self.console_app.call(verb, **params)
        except QualiaError as error:
            self.console_app.tell(sentence_of(error), "bad")
            return
        if then is not None:
            then(answer)
