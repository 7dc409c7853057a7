"""Pictures of interactive charts, drawn by plotly in a Chromium that is installed; asked for, never needed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from qualia.draw.static import Still
from qualia.errors import UnsupportedInput

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "brave-browser")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_FIGURE_ID = re.compile(rb'id="(?:topdefs-|defs-|clip|legend)([0-9a-f]{6})')


def chromium() -> str | None:
    """Return where a Chromium, or a browser made of it, is installed; None when none was found."""
    named = os.environ.get("BROWSER_PATH")
    if named and Path(named).is_file():
        return named
    installed = (shutil.which(name) for name in _NAMES)
    return next((each for each in (*installed, *_PLACES) if each and Path(each).is_file()), None)


def browser_picture(figure: Mapping[str, Any], *, format: Still, width: int, height: int) -> bytes:  # noqa: A002
    """Return a plotly figure as a picture, through kaleido and the Chromium that is installed; it takes seconds.

    The bytes depend on the browser's version and fonts. Nothing is fetched: plotly.js is the installed package's.

    Args:
        figure: ``data`` and ``layout``.
        format: kind of picture.
        width: pixels.
        height: pixels.

    Raises:
        UnsupportedInput: kaleido is not installed, or no Chromium was found.
    """
    if find_spec("kaleido") is None:
        raise UnsupportedInput("browser=true", "needs kaleido; pip install kaleido, or leave it out")
    found = chromium()
    if found is None:
        raise UnsupportedInput(
            "browser=true", "found no Chromium; install one, name it in BROWSER_PATH, or leave it out"
        )
    kaleido: Any = import_module("kaleido")
    options = {"format": format, "width": width, "height": height, "scale": 1}
    start = {"path": found, "page_generator": kaleido.PageGenerator(mathjax=False)}
    data: bytes = kaleido.calc_fig_sync({"data": figure["data"], "layout": figure["layout"]}, opts=options, kopts=start)
    return _settled(data) if format == "svg" else data


def _settled(svg: bytes) -> bytes:
    """Return the SVG with the id plotly draws by lot for each figure replaced."""
    found = _FIGURE_ID.search(svg)
    return svg if found is None else svg.replace(found[1], b"qualia")
