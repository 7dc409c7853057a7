from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from qualia.draw import data_uri, escape, folded, image, json_text, page, table, theme

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u2028"


class Reader(HTMLParser):
    """Collects the tags and the texts of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts[-1] += data
        else:
            self.texts.append(data)


def read(markup: bytes | str) -> Reader:
    reader = Reader()
    reader.feed(markup if isinstance(markup, str) else markup.decode())
    reader.close()
    return reader


def policy(reader: Reader) -> str:
    return next(str(attrs["content"]) for _, attrs in reader.tags if attrs.get("http-equiv"))


def test_a_page_says_what_a_browser_must_know() -> None:
    """Language, character set, viewport, title and a policy that lets nothing in stand at the head."""
    markup = page(title="Título & co", body="<p>x</p>", language="pt-BR")
    reader = read(markup)
    assert markup.startswith(b"<!DOCTYPE html>")
    assert ("html", {"lang": "pt-BR"}) in reader.tags
    assert ("meta", {"charset": "utf-8"}) in reader.tags
    assert [attrs["name"] for tag, attrs in reader.tags if tag == "meta" and "name" in attrs] == ["viewport"]
    assert "Título & co" in reader.texts
    assert policy(reader).startswith("default-src 'none'; script-src 'none';")


def test_only_the_scripts_given_may_run() -> None:
    """The policy names each script by its hash, as the parser reads it, and allows no other."""
    reader = read(page(title="x", body="", scripts=('var a = "</script><!--";\r\n', "b()")))
    assert len(reader.scripts) == 2
    for script in reader.scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy(reader)
    assert "unsafe" not in policy(reader).split("style-src")[0]


def test_hostile_text_stays_text() -> None:
    """Title, table, picture text and JSON show a script's source and make no tag of it."""
    body = (
        table(caption=HOSTILE, columns=[HOSTILE, "n"], rows=[[HOSTILE, "1"]], numbers=(1,))
        + folded(HOSTILE, "")
        + image("image/png", b"x", alt=HOSTILE)
        + f'<script type="application/json">{json_text({HOSTILE: HOSTILE})}</script>'
    )
    reader = read(page(title=HOSTILE, body=body))
    assert [tag for tag, _ in reader.tags if tag in ("script", "img")] == ["img", "script"]
    assert [name for _, attrs in reader.tags for name in attrs if name.startswith("on")] == []
    assert json.loads(reader.scripts[0]) == {HOSTILE: HOSTILE}


@given(st.recursive(st.text() | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner, max_size=3)))
def test_json_in_a_script_reads_back_and_cannot_end_it(value: object) -> None:
    """What is written is the same value, without a character the HTML parser looks for."""
    text = json_text(value)
    assert json.loads(text) == value
    assert re.search("[<>&\u2028\u2029]", text) is None


def test_a_lone_surrogate_is_written_all_the_same() -> None:
    """Text that UTF-8 cannot hold is replaced instead of raising."""
    assert (json_text("\ud800"), escape("\ud800")) == ('"?"', "\ufffd")


def test_pages_and_data_come_out_the_same_twice() -> None:
    """The same call gives the same bytes, and a data address holds the bytes given."""
    assert page(title="x", body="y", colours=theme("dark")) == page(title="x", body="y", colours=theme("dark"))
    assert base64.b64decode(data_uri("image/png", b"\x00\xff").partition(",")[2]) == b"\x00\xff"
