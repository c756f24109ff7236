from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from published_tables import assert_print_as, assert_prints_as

from viewer.statistics.or_components import or_components
from viewer.statistics.published_components import NYU, PUBLISHED_COMPONENTS, TONY, VAN_DYKE
from viewer.statistics.refusal import Refusal
from viewer.statistics.sizing import (
    PilotComponents,
    Power,
    cases_for,
    pilot_components,
    power_of,
    power_table,
    readers_for,
)


def power(pilot: PilotComponents, effect: float, readers: int, cases: int) -> Power:
    result = power_of(pilot, effect=effect, readers=readers, cases=cases)
    assert isinstance(result, Power)
    return result


def test_van_dyke_has_the_published_power() -> None:
    found = power(VAN_DYKE, 0.043800322, readers=10, cases=165)
    assert_print_as([found.power, found.ncp, found.ddf], ".80541995 8.209597 62.70728")


def test_the_fourteen_reader_study_has_the_published_power() -> None:
    assert_prints_as(power(NYU, 0.05, readers=5, cases=400).power, ".26")


def test_an_effect_of_either_sign_has_the_same_power() -> None:
    assert power(TONY, 0.05, 6, 200) == power(TONY, -0.05, 6, 200)


@pytest.mark.parametrize("name", sorted(PUBLISHED_COMPONENTS))
def test_power_grows_with_readers_cases_and_effect(name: str) -> None:
    pilot = PUBLISHED_COMPONENTS[name]
    table = power_table(pilot, effect=0.05, readers=[3, 5, 10, 20], cases=[50, 100, 400])
    assert np.all(np.diff(table, axis=0) > 0)
    assert np.all(np.diff(table, axis=1) > 0)
    assert np.all((table > 0.05) & (table < 1.0))
    larger = power_table(pilot, effect=0.06, readers=[3, 5, 10, 20], cases=[50, 100, 400])
    assert np.all(larger > table)


def test_the_fewest_readers_and_cases_just_reach_the_power() -> None:
    readers = readers_for(VAN_DYKE, effect=0.0438, cases=165)
    assert isinstance(readers, int)
    assert power(VAN_DYKE, 0.0438, readers, 165).power >= 0.8
    assert power(VAN_DYKE, 0.0438, readers - 1, 165).power < 0.8
    cases = cases_for(VAN_DYKE, effect=0.0438, readers=10)
    assert isinstance(cases, int)
    assert power(VAN_DYKE, 0.0438, 10, cases).power >= 0.8
    assert power(VAN_DYKE, 0.0438, 10, cases - 1).power < 0.8


def test_what_no_number_of_cases_reaches_is_refused() -> None:
    refusal = cases_for(NYU, effect=0.05, readers=3)
    assert isinstance(refusal, Refusal)
    assert "more readers" in refusal.instead
    refusal = readers_for(NYU, effect=0.01, cases=100)
    assert isinstance(refusal, Refusal)
    assert "more cases" in refusal.instead


def test_fewer_than_three_readers_are_refused() -> None:
    assert isinstance(power_of(NYU, effect=0.05, readers=2, cases=400), Refusal)
    assert isinstance(cases_for(NYU, effect=0.05, readers=2), Refusal)
    table = power_table(NYU, effect=0.05, readers=[2, 3], cases=[400])
    assert math.isnan(table[0, 0])
    assert table[1, 0] > 0.05


def test_a_pilot_without_reader_variance_has_endless_degrees_of_freedom() -> None:
    still = dataclasses.replace(NYU, var_tr=-0.1, var=8e-4, cov1=5e-4, cov2=4e-4, cov3=1e-4)
    found = power(still, 0.05, 5, 400)
    assert math.isinf(found.ddf)
    nearly = power(dataclasses.replace(still, var_tr=1e-9), 0.05, 5, 400)
    assert found.power == pytest.approx(nearly.power, rel=1e-4)


def test_a_pilot_without_any_variance_is_refused() -> None:
    empty = dataclasses.replace(NYU, var_tr=0.0, var=0.0, cov1=0.0, cov2=0.0, cov3=0.0)
    assert isinstance(power_of(empty, effect=0.05, readers=5, cases=400), Refusal)


def test_a_pilot_gives_its_components_whatever_difference_it_saw() -> None:
    fom = np.array([[0.8, 0.7, 0.75], [0.85, 0.8, 0.76]])
    factor = np.random.default_rng(3).normal(size=(6, 6))
    matrix = factor @ factor.T * 1e-4
    shifted = fom + np.array([[0.0], [0.1]])
    pilots = [
        pilot_components(or_components(f, matrix), cases=100, positives=40) for f in (fom, shifted)
    ]
    assert all(isinstance(p, PilotComponents) for p in pilots)
    first, second = (p for p in pilots if isinstance(p, PilotComponents))
    assert first.var_tr == pytest.approx(second.var_tr)
    assert first.prevalence == 0.4


def test_a_pilot_of_one_modality_is_refused() -> None:
    components = or_components(np.array([[0.8, 0.7]]), np.eye(2) * 1e-3)
    assert isinstance(pilot_components(components, cases=100, positives=40), Refusal)


def test_no_effect_has_no_power_to_compute() -> None:
    with pytest.raises(ValueError, match="effect != 0"):
        power_of(NYU, effect=0.0, readers=5, cases=400)
