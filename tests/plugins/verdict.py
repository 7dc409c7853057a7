"""Whether what a plugin gave may stand: it travels as JSON, comes again the same, and nothing in it can run."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import attrs
from PIL import Image

from qualia import Core, Result
from qualia.errors import InvalidParam, UnsupportedInput
from qualia.result import Artifact
from qualia.testing import sample
from tests.pictures import pdf_dangers
from tests.plugins.hostile import Case, Counting, Reading

_LARGE = 200_000
_HTML = frozenset(
    "html head meta title style body main header footer nav section article aside div span p h1 h2 h3 h4 ul ol li dl "
    "dt dd table caption colgroup col thead tbody tfoot tr th td figure figcaption picture source img details summary "
    "b bdi i em strong small sub sup abbr mark blockquote q cite code pre br hr time label a script".split()
)
_SVG = frozenset(
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs use clippath clipPath "
    "linearGradient lineargradient radialGradient radialgradient stop pattern mask symbol image style metadata marker "
    "a RDF Work Agent type date format creator".split()
)
_RUNS = ("", "module", "text/javascript", "application/javascript")
_LABEL = re.compile(r"<(?!/?(?:b|br|i|sup|sub|span|extra)\b)\s*[a-z!/]", re.IGNORECASE)
_FETCH = re.compile(r"url\(\s*['\"]?(?!#|data:)|@import|expression\(|-moz-binding|behavior:", re.IGNORECASE)


class Faulty(AssertionError):
    """What a plugin gave may not stand."""


def refused_or_sound(core: Core, case: Case, *, again: bool = True) -> str:
    """Run a plugin and look at what it gives; return "answered", or the name of the error it refused with.

    Args:
        core: has no cache, or the second run would be none.
        case: what to run.
        again: whether it is run twice.

    Raises:
        Faulty: what it gave may not stand.
        Exception: anything but the two refusals that plugins may raise.
    """
    given = [each.made(core) if isinstance(each, (Counting, Reading)) else each for each in case.given]
    try:
        result = core.run(case.plugin, given, case.params)
    except (UnsupportedInput, InvalidParam) as refusal:
        str(refusal).encode()
        return type(refusal).__name__
    if again:
        _same(result, core.run(case.plugin, given, case.params))
    _travels(result)
    if isinstance(result.value, Artifact):
        for fault in faults(result.value, benign_scripts(core, case)):
            raise Faulty(fault)
    return "answered"


def _same(result: Result[Any], other: Result[Any]) -> None:
    if result.value != other.value:
        raise Faulty("gives another value the second time")


def _travels(result: Result[Any]) -> None:
    if isinstance(result.value, Artifact) and len(result.value.data) > _LARGE:
        return
    back = Result.from_json(result.to_json().encode())
    kind: Any = type(result.value)
    if (back.into(kind).value if attrs.has(kind) else back.value) != result.value:
        raise Faulty("comes back from JSON as another value")


def benign_scripts(core: Core, case: Case) -> list[bytes]:
    """Return the scripts that run in the page a plugin makes of harmless records with the same choices."""
    if case.params.get("format", "html") != "html" or case.params.get("interactive") is False:
        return []
    info = core.plugins[case.plugin]
    records = [Counting(schema, sample(), {}).made(core) for schema in (*info.consumes, *info.consumes_when)]
    page = core.run(case.plugin, records, {**case.params, "title": ""}).value.data
    return list(_scripts(page))


def faults(artifact: Artifact, known: list[bytes]) -> Iterator[str]:
    """Yield what is wrong with a page or picture.

    Args:
        artifact: the page or picture.
        known: scripts that may run in it.
    """
    data = artifact.data
    if artifact.media_type == "text/html":
        yield from _page_faults(data, known)
    elif artifact.media_type == "image/svg+xml":
        yield from _svg_faults(data)
    elif artifact.media_type == "application/pdf":
        yield from (f"the PDF has {name}" for name in pdf_dangers(data))
        if not data.rstrip().endswith(b"%%EOF"):
            yield "the PDF has no end"
    else:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            if picture.format != "PNG":
                yield f"is a {picture.format}"


def _scripts(page: bytes) -> Iterator[bytes]:
    """Yield the scripts of a page; a regular expression takes longer over a million characters than drawing does."""
    _, *rest = page.split(b"<script>")
    yield from (each.partition(b"</script>")[0] for each in rest)


def _page_faults(data: bytes, known: list[bytes]) -> Iterator[str]:
    policy = re.search(rb'script-src([^;"]*)', data)
    hashes = [] if policy is None else re.findall(rb"'sha256-([^']+)'", policy[1])
    scripts = list(_scripts(data))
    if [base64.b64encode(hashlib.sha256(each).digest()) for each in scripts] != hashes or policy is None:
        yield "the page's policy and its scripts differ"
    for each in known:
        data = data.replace(b"<script>" + each + b"</script>", b"", 1)
    page = _Page()
    page.feed(data.decode("utf-8"))
    page.close()
    yield from page.faults


class _Page(HTMLParser):
    """Collects what a page must not hold."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._inside = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element and its attributes."""
        held = {name: value or "" for name, value in attrs}
        self._inside = held.get("type", "code") if tag == "script" else tag
        self._depth += tag == "svg"
        if tag not in (_SVG if self._depth else _HTML):
            self.faults.append(f"the page has an element <{tag}>")
        if tag == "script" and held.get("type", "") in _RUNS:
            self.faults.append("a script that the page of harmless data lacks")
        if tag == "meta" and held.get("http-equiv", "").lower() not in ("", "content-security-policy"):
            self.faults.append(f"the page has a {held}")
        self.faults += [fault for name, value in held.items() for fault in _attribute_faults(tag, name, value)]

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._inside = ""
        self._depth -= tag == "svg"

    def handle_data(self, data: str) -> None:
        """Look at what a style or the data of a chart holds."""
        if self._inside == "style" and _FETCH.search(data):
            self.faults.append("a style that fetches")
        if self._inside == "application/json":
            self.faults += [f"a label plotly takes for markup: {label!r}" for label in _labels(json.loads(data))]


def _labels(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _LABEL.search(value):
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _labels(each)
    elif isinstance(value, list):
        for each in value:
            yield from _labels(each)


def _attribute_faults(tag: str, name: str, value: str) -> Iterator[str]:
    name = name.rpartition("}")[2].rpartition(":")[2]
    if name.startswith("on") or name == "srcdoc":
        yield f"<{tag}> has {name}={value!r}"
    if name in ("href", "src", "srcset", "action", "formaction", "data", "poster") and not value.startswith("#"):
        head, _, body = value.partition(",")
        if tag not in ("img", "source", "image") or not re.match(r"data:image/(png|svg\+xml);base64$", head):
            yield f"<{tag}> has {name}={value[:80]!r}"
        elif "svg" in head:
            yield from _svg_faults(base64.b64decode(body))
    if name == "style" and _FETCH.search(value):
        yield f"<{tag}> has a style that fetches: {value!r}"


def _svg_faults(data: bytes) -> Iterator[str]:
    for node in ElementTree.fromstring(data).iter():
        name = str(node.tag).rpartition("}")[2]
        if name not in _SVG:
            yield f"the SVG has an element <{name}>"
        for attribute, value in node.items():
            if not (name in ("RDF", "type") or attribute.endswith("resource")):
                yield from _attribute_faults(name, attribute, value)
        if name == "style" and _FETCH.search(node.text or ""):
            yield "the SVG has a style that fetches"
