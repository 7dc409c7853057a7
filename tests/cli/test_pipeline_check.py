"""``qualia pipeline check``: every mistake of a pipeline at once, each with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from qualia.cli.project.positions import Spot, positions
from qualia.cli.project.problems import Problem
from qualia.cli.project.reading import Source, read_source

Qualia = Callable[..., Any]

GOOD = '[[steps]]\nid = "words"\nplugin = "toy_count"\n\n[[steps]]\nplugin = "toy_draw"\nneeds = ["words"]\n'
BAD = """\
name = 3
metadata = { tags = 1 }

[[steps]]
plugin = "toy_cuont"

[[steps]]
id = "words"
plugin = "toy_count"
needs = ["nobody"]
[steps.params]
tops = 3
top = 0
share = "x"

[[steps]]
id = "here"
plugin = "toy_upper"
needs = ["there"]

[[steps]]
id = "there"
plugin = "toy_upper"
needs = ["here"]

[[steps]]
id = "there"
plugin = "toy_upper"
params = { mark = 1 }

[[steps]]
plugin = "toy_absent"

[[steps]]
plugin = "toy_broken"
"""


def write(home: Path, name: str, text: str) -> str:
    """Write a file and return its name."""
    (home / name).write_text(text, encoding="utf-8")
    return name


def test_a_good_pipeline_is_fine(qualia: Qualia, home: Path) -> None:
    """Nothing to complain of is one line and the code 0, and nothing is run or written."""
    ran = qualia("pipeline", "check", write(home, "good.toml", GOOD))
    assert (ran.code, ran.out, ran.err) == (0, "good.toml: fine (pipeline good)\n", "")
    assert [path.name for path in home.iterdir()] == ["good.toml"]


def test_every_mistake_is_told_at_once_with_its_place(qualia: Qualia, home: Path) -> None:
    """Keys, plugins, params, needs, cycles, ids and plugins that cannot be used are told in the order of the file."""
    ran = qualia("pipeline", "check", write(home, "bad.toml", BAD))
    places = [line.split(": ")[0] for line in ran.out.splitlines()]
    assert ran.code == 2
    said = [
        ("bad.toml:1:1", "key 'name' must be a str, not a int"),
        ("bad.toml:2:1", "key 'metadata' is not read since the first version"),
        ("bad.toml:5:1", "step 1: there is no plugin 'toy_cuont'; did you mean 'toy_count'"),
        ("bad.toml:10:10", "step 2: need 'nobody' is unknown"),
        ("bad.toml:12:1", "step 2: toy_count: param 'tops' is unknown; did you mean 'top'"),
        ("bad.toml:13:1", "step 2: toy_count: param 'top' must be at least 1"),
        ("bad.toml:14:1", "step 2: toy_count: param 'share' must be a float"),
        ("bad.toml:19:1", "step 3: here -> there -> here is a cycle"),
        ("bad.toml:26:1", "step 5: another step is called 'there' too"),
        ("bad.toml:29:12", "step 5: toy_upper: param 'mark' must be a str"),
        ("bad.toml:32:1", "step 6: plugin 'toy_absent' is unavailable"),
        ("bad.toml:35:1", "step 7: "),
    ]
    assert places[:-1] == [place for place, _sentence in said]
    for line, (_place, sentence) in zip(ran.out.splitlines(), said, strict=False):
        assert sentence in line
    assert places[-1] == "files"


def test_programs_get_the_same_facts(qualia: Qualia, home: Path) -> None:
    """JSON and YAML hold file, line, column, key and sentence of each problem, and whether all is well."""
    write(home, "bad.toml", BAD)
    write(home, "good.toml", GOOD)
    ran = qualia("pipeline", "check", "good.toml", "bad.toml", "-f", "json")
    assert (ran.code, ran.data["ok"]) == (2, False)
    good, bad = ran.data["files"]
    assert (good["kind"], good["name"], good["valid"], good["problems"]) == ("pipeline", "good", True, [])
    assert bad["problems"][4] == {
        "file": "bad.toml",
        "line": 12,
        "column": 1,
        "key": "steps[1].params.tops",
        "message": "toy_count: param 'tops' is unknown; did you mean 'top'?",
    }
    assert yaml.safe_load(qualia("pipeline", "check", "bad.toml", "-f", "yaml").out)["files"][0] == bad


def test_a_missing_producer_is_told_of_the_step_that_needs_it(qualia: Qualia, home: Path) -> None:
    """A record that several plugins could give is a question to settle before the run."""
    text = '[[steps]]\nplugin = "toy_upper"\n\n[[steps]]\nplugin = "toy_draw"\n'
    ran = qualia("pipeline", "check", write(home, "few.toml", text))
    assert ran.code == 2
    assert ran.out.startswith("few.toml:4:1: step 2: toy_draw: needs word-frequencies/1, which ")


def test_what_only_follows_from_a_mistake_is_not_told(qualia: Qualia, home: Path) -> None:
    """A record that a misspelt plugin would have given is not missed as well."""
    text = '[[steps]]\nplugin = "toy_cuont"\n\n[[steps]]\nplugin = "toy_draw"\n'
    out = qualia("pipeline", "check", write(home, "typo.toml", text)).out
    assert [line.split(": ")[0] for line in out.splitlines()] == ["typo.toml:2:1"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.toml", 'name = "a"\n[[steps]\n', "x.toml:2:8: is no valid TOML"),
        ("x.json", '{"steps": [\n  {"plugin": }]}', "x.json:2:14: is no valid JSON"),
        ("x.yaml", "steps:\n  - plugin: a\n   bad: 1\n", "x.yaml:3:4: is no valid YAML"),
        ("x.yaml", "steps: &a []\nmore: *a\n", "x.yaml:2:7: is no valid YAML: aliases are not taken"),
        ("x.json", "[]", "x.json: must be a table"),
        ("x.toml", "", "x.toml: it has no steps"),
        ("x.toml", "steps = 3", "x.toml:1:1: key 'steps' must be a list, not a int"),
        ("x.toml", "steps = [3]", "x.toml:1:10: step 1: must be a table"),
        (
            "x.json",
            '{"steps": [{"plugin": "toy_count", "plugin": "toy_plain"}]}',
            "x.json:1:36: step 1: key 'plugin' stands there twice",
        ),
        ("x.yaml", "steps:\n- plugin_id: toy_count\n  config: {top: 1}\n", "x.yaml:2:3: step 1: key 'plugin_id'"),
        ("x.yaml", "steps:\n- plugin: toy_count\n  output: w\n", "did you mean 'id', as it is called by now?"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    qualia: Qualia, home: Path, name: str, text: str, said: str
) -> None:
    """Syntax, form and the words of the first version are told by line and column, in every form of file."""
    ran = qualia("pipeline", "check", write(home, name, text))
    assert ran.code == 2
    assert said in ran.out


def test_a_file_that_is_not_there_or_no_text_is_a_problem_too(qualia: Qualia, home: Path) -> None:
    """Files that cannot be read are told among the others."""
    (home / "latin.toml").write_bytes(b'name = "a"\n# caf\xe9\n')
    ran = qualia("pipeline", "check", "none.toml", "latin.toml")
    assert ran.code == 2
    assert "none.toml: cannot be read (no such file or directory)" in ran.out
    assert "latin.toml:2:6: is not UTF-8 text" in ran.out


def test_a_byte_order_mark_is_no_part_of_a_file(qualia: Qualia, home: Path) -> None:
    """What some editors put before a text is passed over: by the check, by the run and by settings."""
    (home / "good.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    (home / "qualia.toml").write_bytes(b"\xef\xbb\xbfhistory = false\n")
    (home / "notes.txt").write_text("a", encoding="utf-8")
    assert qualia("config", "validate", "good.toml", "qualia.toml").code == 0
    assert qualia("pipeline", "notes.txt", "-c", "good.toml", "-q").code == 0


def test_a_folder_and_a_name_mean_the_pipelines_there(qualia: Qualia, home: Path) -> None:
    """A folder stands for every pipeline in it, a bare name for the project's pipeline."""
    (home / "pipelines").mkdir()
    write(home, "pipelines/one.toml", GOOD)
    write(home, "pipelines/two.yaml", "steps:\n- plugin: toy_count\n")
    assert qualia("pipeline", "check", "pipelines", "one").out.splitlines() == [
        "pipelines/one.toml: fine (pipeline one)",
        "pipelines/two.yaml: fine (pipeline two)",
        "pipelines/one.toml: fine (pipeline one)",
        "files: 3, problems: 0",
    ]


def test_pipelines_are_checked_where_the_settings_are_wrong(qualia: Qualia, home: Path) -> None:
    """A mistake in qualia.toml does not hide the state of a pipeline."""
    write(home, "qualia.toml", "nonsense = 1\n")
    assert qualia("pipeline", "check", write(home, "good.toml", GOOD)).code == 0


def test_places_are_found_in_every_way_to_write_them(tmp_path: Path) -> None:
    """Headings, dotted and quoted keys, inline tables and long strings each give their keys the right place."""
    text = '''\
a.b = 07:32:00 # [no]
"q k" = { x = [1, { y = 2 }], 'z' = "}" }
long = """
[[steps]]
k = 1
"""
[[steps]]
k = 1
[steps.params.deep]
top = 1
[[steps]]
k = 1979-05-27 07:32:00
'''
    found = positions(text, "toml")
    places: dict[tuple[str | int, ...], tuple[int, int]] = {
        ("a", "b"): (1, 1),
        ("q k", "x", 1, "y"): (2, 21),
        ("q k", "z"): (2, 31),
        ("steps", 0, "k"): (8, 1),
        ("steps", 0, "params", "deep", "top"): (10, 1),
        ("steps", 1): (11, 1),
        ("steps", 1, "k"): (12, 1),
        ("steps", 1, "missing"): (11, 1),
    }
    assert {keys: found.of(*keys) for keys in places} == {keys: Spot(*place) for keys, place in places.items()}
    assert found.of("nothing") is None
    assert dict(found.twice) == {}


def test_a_source_is_data_with_places_or_a_problem(home: Path) -> None:
    """What can be read has both; what cannot is one problem."""
    source = read_source(write(home, "good.toml", GOOD))
    assert isinstance(source, Source)
    assert source.problem("odd", "steps", 1, "needs").place == "good.toml:7:1"
    assert isinstance(read_source(write(home, "deep.json", "[" * 100_000)), Problem)
    assert isinstance(read_source(write(home, "large.toml", "#" * 1_100_000)), Problem)
