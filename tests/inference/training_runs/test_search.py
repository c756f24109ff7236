"""Random search within the paper's ranges."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from training_builders import tiny_config

from inference.training_runs.config import ModelKind
from inference.training_runs.search import drawn_trial


@given(trial=st.integers(1, 10_000), kind=st.sampled_from(["gmic3d", "gmic"]))
def test_trials_lie_in_the_ranges_of_the_paper(trial: int, kind: str) -> None:
    drawn = drawn_trial(tiny_config(kind), trial)
    assert drawn == drawn_trial(tiny_config(kind), trial)
    is_3d = drawn.model.architecture is ModelKind.GMIC3D
    assert -5.5 <= math.log10(drawn.optimisation.learning_rate) <= -4.5
    assert -3 <= math.log10(drawn.model.omega) <= -2
    assert drawn.model.patches in ((8, 12, 16) if is_3d else (4, 6, 8))
    lowest, highest = (0.1097, 2.7425) if is_3d else (0.01, 0.25)
    assert drawn.model.top_t is not None
    assert lowest <= drawn.model.top_t <= highest
    lowest, highest = (-6.54, -4.54) if is_3d else (-5.5, -3.5)
    assert lowest <= math.log10(drawn.optimisation.beta) <= highest


def test_trials_differ_and_leave_the_rest_alone() -> None:
    config = tiny_config()
    drawn = [drawn_trial(config, trial) for trial in range(1, 21)]
    assert len({one.optimisation.learning_rate for one in drawn}) == 20
    assert {one.model.patches for one in drawn} == {8, 12, 16}
    assert {one.data for one in drawn} == {config.data}
    assert {one.seed for one in drawn} == {config.seed}


def test_of_a_two_view_network_only_the_rate_is_drawn() -> None:
    config = tiny_config("two_view")
    drawn = drawn_trial(config, 3)
    assert drawn.model == config.model
    rate = drawn.optimisation.learning_rate
    assert replace(config.optimisation, learning_rate=rate) == drawn.optimisation
