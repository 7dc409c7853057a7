"""Dashboards and alert rules as code: what they name exists, and the rules fire when they should."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("prometheus_client")
pytest.importorskip("yaml")

import yaml
from qualia_ops.metrics.names import METRICS, Metric

DEPLOY = Path(__file__).parents[2] / "ops" / "deploy"
RULES, TESTS = DEPLOY / "prometheus" / "rules.yml", DEPLOY / "prometheus" / "rules.test.yml"
BOARDS = ("qualia.json", "qualia.pt-BR.json")
NAME = re.compile(r"\bqualia_[a-z0-9_]+")
LABELS = re.compile(r"\b(qualia_[a-z0-9_]+)\{([^}]*)\}")

pytestmark = pytest.mark.skipif(not RULES.exists(), reason="the deployment's files are not here")
with_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


def series() -> dict[str, Metric]:
    """Return each series that is exposed, by its name."""
    found: dict[str, Metric] = {}
    for each in METRICS:
        names = (
            [f"{each.name}_{part}" for part in ("bucket", "count", "sum")] if each.kind == "histogram" else [each.name]
        )
        found |= dict.fromkeys(names, each)
    return found


def rules() -> list[dict[str, Any]]:
    """Return the alert rules."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions(board: str) -> Iterator[str]:
    """Yield what the panels of a dashboard ask for."""
    for panel in json.loads((DEPLOY / "grafana" / board).read_text(encoding="utf-8"))["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


def promtool(*words: str, folder: Path) -> None:
    """Run promtool, which must find nothing wrong."""
    done = subprocess.run(["promtool", *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("board", BOARDS)
def test_a_dashboard_asks_for_what_there_is(board: str) -> None:
    """Each metric and each label a panel names is exposed."""
    asked = list(expressions(board))
    assert {name for text in asked for name in NAME.findall(text)} - series().keys() == set()
    assert strange_labels(asked) == []


def test_the_rules_ask_for_what_there_is() -> None:
    """Each metric and each label a rule names is exposed."""
    asked = [rule["expr"] for rule in rules()]
    assert {name for text in asked for name in NAME.findall(text)} - series().keys() == set()
    assert strange_labels(asked) == []


def strange_labels(asked: list[str]) -> list[str]:
    """Return what is asked of a metric that has no such label."""
    given = {"instance", "job", "le", "project"}
    return [
        f"{name}: {label}"
        for text in asked
        for name, inside in LABELS.findall(text)
        for label in re.findall(r"([a-z_]+)\s*(?:=~|!=|!~|=)", inside)
        if label not in {*given, *series()[name].labels}
    ]


def test_every_figure_is_on_the_dashboard_or_wakes_somebody() -> None:
    """No metric is exposed that nobody ever looks at."""
    everything = [*expressions(BOARDS[0]), *(rule["expr"] for rule in rules())]
    named = {series()[name].name for text in everything for name in NAME.findall(text)}
    unseen = {each.name for each in METRICS} - named
    # Told with each figure, or read when something else has gone wrong.
    allowed = {
        "qualia_build_info",
        "qualia_cache_entries",
        "qualia_history_newest_run_timestamp_seconds",
        "qualia_history_size_bytes",
        "qualia_host_up",
        "qualia_plugin_runs_under_way",
        "qualia_plugins",
        "qualia_warnings_total",
    }
    assert unseen == allowed


def test_both_languages_show_the_same() -> None:
    """The dashboards differ in their words alone."""
    english, portuguese = (json.loads((DEPLOY / "grafana" / name).read_text(encoding="utf-8")) for name in BOARDS)
    titles = [[panel.pop("title") for panel in board["panels"]] for board in (english, portuguese)]
    assert english["panels"] == portuguese["panels"]
    assert english["uid"] != portuguese["uid"]
    same = {one for one, other in zip(*titles, strict=True) if one == other}
    assert same == {"Plugins"}


def test_every_rule_says_what_is_wrong_in_both_languages_and_is_tested() -> None:
    """An alert has words for people, a severity, a run-book, and a test that sees it fire."""
    tests = TESTS.read_text(encoding="utf-8")
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"].keys() == {"summary", "summary_pt_br", "runbook"}
        assert f"alertname: {rule['alert']}\n        exp_alerts:\n          -" in tests, rule["alert"]


def test_every_run_book_leads_somewhere() -> None:
    """The heading an alert names is in the document it names."""
    for rule in rules():
        page, _hash, heading = rule["annotations"]["runbook"].partition("#")
        text = (DEPLOY.parents[1] / page).read_text(encoding="utf-8")
        anchors = {
            re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
            for line in text.splitlines()
            if line.startswith("#")
        }
        assert heading in anchors, rule["alert"]


@with_promtool
def test_promtool_takes_rules_and_configuration() -> None:
    """Prometheus itself can read both files."""
    promtool("check", "rules", RULES.name, folder=RULES.parent)
    promtool("check", "config", "prometheus.yml", folder=RULES.parent)


@pytest.mark.whole
@with_promtool
def test_each_rule_fires_when_it_should_and_not_before() -> None:
    """The rules' own tests pass."""
    promtool("test", "rules", TESTS.name, folder=TESTS.parent)


@with_promtool
def test_every_expression_of_a_dashboard_can_be_parsed(tmp_path: Path) -> None:
    """What panels ask for is PromQL, Grafana's variables filled in."""
    filled = [each.replace("$instance", ".*").replace("$__rate_interval", "5m") for each in expressions(BOARDS[0])]
    groups = [{"name": "panels", "rules": [{"record": f"panel:{n}", "expr": each} for n, each in enumerate(filled)]}]
    (tmp_path / "panels.yml").write_text(json.dumps({"groups": groups}), encoding="utf-8")
    promtool("check", "rules", "panels.yml", folder=tmp_path)


def test_the_page_of_metrics_is_what_the_table_makes_of_it() -> None:
    """A page that is out of date is written anew by ``python -m tests.ops.metrics_page``."""
    from tests.ops.metrics_page import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.ops.metrics_page"
