"""What actions without a place among the keys at the bottom are called, by the ids of their bindings.

Ids are what a keymap names. Those that are shown at the bottom may have a longer name here.
"""

from __future__ import annotations

from collections.abc import Mapping

ACTIONS: Mapping[str, str] = {
    "section.health": "Show health",
    "section.plugins": "Show plugins",
    "section.pipelines": "Show pipelines",
    "section.runs": "Show runs",
    "section.backups": "Show backups",
    "section.log": "Show the log",
    "section.next": "Next section",
    "section.previous": "Section before",
    "focus.next": "Next part of the screen",
    "focus.previous": "Part of the screen before",
    "palette": "Find a command",
    "hosts": "Look at another host",
    "hosts.again": "Attach to the host again",
    "theme": "Next theme",
    "redraw": "Paint the screen anew",
    "suspend": "Put the console aside; fg brings it back",
    "help": "Show the keys",
    "quit": "Leave the console; runs go on",
    "move.down": "Down",
    "move.up": "Up",
    "move.page_down": "Page down",
    "move.page_up": "Page up",
    "move.first": "To the first",
    "move.last": "To the last",
    "grid.choose": "Open",
    "plugins.order.name": "Order by name",
    "plugins.order.state": "Order by state",
    "plugins.order.breaker": "Order by breaker",
    "plugins.order.calls": "Order by calls",
    "plugins.order.errors": "Order by errors",
    "plugins.order.p50": "Order by median",
    "plugins.order.p95": "Order by P95",
    "log.open": "Read the event",
    "log.clear": "Show the lines of all plugins",
}
