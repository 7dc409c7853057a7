"""Params that are laid over those of a pipeline's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.errors import InvalidPipeline
from qualia.host.about_pipelines import with_params
from qualia.pipeline import Pipeline, Step
from tests.host.conftest import Talker

NAMES = st.sampled_from(["top", "language", "unit"])
PARAMS = st.dictionaries(NAMES, st.integers(), max_size=3)
PIPELINE = {"name": "two", "steps": [{"plugin": "toy_count", "id": "a"}, {"plugin": "toy_count", "id": "b"}]}


@given(PARAMS, PARAMS)
def test_params_are_laid_over_those_of_the_file(own: dict[str, int], more: dict[str, int]) -> None:
    """What is given wins, what is not given stays, and other steps are as they were."""
    pipeline = Pipeline(steps=[Step(plugin="count", id="a", params=own), Step(plugin="count", id="b", params=own)])
    first, second = with_params(pipeline, {"a": more}).steps
    assert dict(first.params) == {**own, **more}
    assert dict(second.params) == own
    assert with_params(pipeline, None) is pipeline


@pytest.mark.parametrize("params", [{"c": {}}, {"a": 5}])
def test_params_for_no_step_are_refused(params: Mapping[str, Any]) -> None:
    """A step that is not there, or params without names."""
    with pytest.raises(InvalidPipeline):
        with_params(Pipeline.of(PIPELINE), params)


def test_params_of_steps_reach_the_plan_and_the_run(talker: Talker) -> None:
    """A param that the plugin does not know is refused by the plan, and fails the run."""
    params = {"a": {"nonsense": 1}}
    assert "nonsense" in talker.refused("pipelines.plan", pipeline=PIPELINE, params=params)["message"]
    run = talker.call("runs.start", pipeline=PIPELINE, text="a b", params=params)["run"]
    assert talker.settled(run)["state"] == "failed"
    good = talker.call("runs.start", pipeline=PIPELINE, text="a b", params={"a": {}})["run"]
    assert talker.settled(good)["state"] == "ok"
