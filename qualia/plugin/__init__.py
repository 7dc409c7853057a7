"""What a plugin author needs: three base classes, `param`, and the values plugins take and give.

::

    from attrs import frozen
    from qualia.plugin import Analyzer, Document, param

    @frozen
    class Params:
        top: int = param(100, ge=1, help="Keep the N most frequent words.")

    class Lengths(Analyzer[Params, dict[str, int]]):
        def analyze(self, document: Document, params: Params) -> dict[str, int]:
            return {"characters": len(document.text)}

`Plugin.open` and `Plugin.close` get it ready and let go of it; `Plugin.health` says what is wrong with it, if anything.
"""

from qualia.document import Document, Segment
from qualia.errors import UnsupportedInput
from qualia.plugin._bases import Analyzer, DocumentProcessor, Plugin, Visualizer
from qualia.plugin._context import Context
from qualia.plugin._params import (
    NoParams,
    ParamSpec,
    build_params,
    check_params,
    param,
    param_specs,
    params_in_force,
    parse_text,
)
from qualia.result import Artifact

__all__ = [
    "Analyzer",
    "Artifact",
    "Context",
    "Document",
    "DocumentProcessor",
    "NoParams",
    "ParamSpec",
    "Plugin",
    "Segment",
    "UnsupportedInput",
    "Visualizer",
    "build_params",
    "check_params",
    "param",
    "param_specs",
    "params_in_force",
    "parse_text",
]
