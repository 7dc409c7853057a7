"""``python -m tests.host.reference``: write the verbs of a host into the page about the protocol."""

from __future__ import annotations

import re
from pathlib import Path

from qualia import Core
from qualia.host import Host, expose
from qualia.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "host-protocol.md"
_ROW = re.compile(r"^\| `[a-z_.]+` \| .*? \| .*? \| .*? \|$", re.MULTILINE)
_HEAD = "| verb | params | changes | what it gives or does |\n|---|---|---|---|\n"


def table_in(page: str) -> list[str]:
    """Return the rows that a page has."""
    return _ROW.findall(page[page.index(_HEAD) :])


def table_of(host: Host) -> list[str]:
    """Return the rows that belong there."""
    rows: list[str] = []
    for each in host.verbs():
        params = ", ".join([*(f"`{name}`" for name in each.takes), *(f"`{name}`?" for name in each.may_take)])
        told = f"{each.told} *Aside.*" if each.slow else each.told
        changes = "yes" if each.changes else "some" if each.judges else ""
        rows.append(f"| `{each.name}` | {params or '-'} | {changes} | {told} |")
    return rows


def main() -> None:
    """Write the page anew."""
    page = PAGE.read_text(encoding="utf-8")
    with Core(settings=Settings(installed_plugins=False)) as core, expose(core) as host:
        rows = table_of(host)
    begin = page.index(_HEAD) + len(_HEAD)
    rest = page[begin:].split("\n\n", 1)[1]
    PAGE.write_text(page[:begin] + "\n".join(rows) + "\n\n" + rest, encoding="utf-8")


if __name__ == "__main__":
    main()
