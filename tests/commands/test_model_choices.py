"""Which models may serve a use, and which are one ensemble."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inference.architecture import Architecture
from inference.model_card import ModelCard
from viewer.commands.ensembles import ensembles_of
from viewer.commands.known_models import KnownModel, named, nearest_names, told_apart
from viewer.commands.model_choices import NOT_RUN, choices_for, chosen_now, with_choice, with_model
from viewer.domain.model_use import ModelUse, uses_of
from viewer.settings import Settings


def known(file: str, problem: str = "", **changes: Any) -> KnownModel:
    """A model as if its files had been read."""
    plain = ModelCard(
        architecture=Architecture.GMIC,
        name="Ours",
        version="1",
        training_data="",
        intended_use="",
        licence="",
        top_t=1.0,
        patches=1,
    )
    card = replace(plain, **changes)
    return KnownModel(
        weights=Path(f"/{file}"),
        name=card.name,
        version=card.version,
        network=card.architecture.value,
        sha256=(file * 64)[:64],
        card=card,
        problem=problem,
    )


ONE, TWO, THREE = (known(f, version=f) for f in "abc")
FFDM_ONLY = known("d", name="Plain", images=("FFDM",))
VOLUMES = known("e", architecture=Architecture.GMIC3D, name="Slices")
PAIR = known("f", architecture=Architecture.TWO_VIEW, name="Pair", version="1")
OTHER_PAIR = known("0", architecture=Architecture.TWO_VIEW, name="Pair", version="2")


def test_what_a_card_names_is_served_and_film_goes_with_ffdm() -> None:
    assert ONE.uses == (ModelUse.FFDM, ModelUse.SYNTHETIC_2D, ModelUse.FILM)
    assert FFDM_ONLY.uses == (ModelUse.FFDM, ModelUse.FILM)
    assert VOLUMES.uses == (ModelUse.DBT,)
    assert PAIR.uses == (ModelUse.BREAST,)
    assert ONE.card is not None
    assert uses_of(replace(ONE.card, images=("Ultrasound",))) == ()


def test_members_share_a_name_and_differ_in_version_and_nothing_else_joins_them() -> None:
    twin = known("9", version="a")
    broken = known("8", version="d", problem="it was changed")
    plain = known("7", name="Plain", images=("Synthetic 2D",), version="2")
    assert ensembles_of([ONE, VOLUMES, TWO, THREE]) == ((ONE, TWO, THREE), (VOLUMES,))
    assert ensembles_of([ONE, twin, TWO]) == ((ONE,), (twin,), (TWO,))
    assert ensembles_of([ONE, broken, TWO]) == ((ONE, TWO), (broken,))
    assert ensembles_of([FFDM_ONLY, plain]) == ((FFDM_ONLY,), (plain,))


def test_ensembles_are_offered_first_then_each_model_then_off() -> None:
    offered = choices_for(ModelUse.FFDM, [ONE, TWO, FFDM_ONLY, VOLUMES], ())
    assert [choice.title for choice in offered] == [
        "Ours, 2 members",
        "Ours a",
        "Ours b",
        "Plain 1",
        NOT_RUN.title,
    ]
    assert offered[0].weights == (ONE.weights, TWO.weights)


def test_what_is_chosen_is_shown_even_when_it_is_gone() -> None:
    offered = choices_for(ModelUse.FFDM, [ONE], (Path("/gone.p"),))
    assert (offered[0].title, offered[0].weights) == ("gone.p", (Path("/gone.p"),))


def test_a_breast_is_scored_by_an_ensemble_or_one_of_its_members() -> None:
    offered = choices_for(ModelUse.BREAST, [PAIR, OTHER_PAIR], ())
    assert [len(choice.weights) for choice in offered] == [2, 1, 1, 0]
    assert offered[0].title == "Pair, 2 members"
    chosen = with_model({ModelUse.BREAST: ()}, OTHER_PAIR, [PAIR, OTHER_PAIR])
    assert chosen == {ModelUse.BREAST: (PAIR.weights, OTHER_PAIR.weights)}


def test_a_ct_series_is_scored_by_one_model() -> None:
    windows = [
        known(file, architecture=Architecture.CT_WINDOWS, name="Windows", version=version)
        for file, version in (("1", "1"), ("2", "2"))
    ]
    offered = choices_for(ModelUse.CT, windows, ())
    assert [len(choice.weights) for choice in offered] == [1, 1, 0]
    chosen = with_model({ModelUse.CT: ()}, windows[1], windows)
    assert chosen == {ModelUse.CT: (windows[1].weights,)}


@pytest.mark.parametrize("order", [(ONE, TWO, FFDM_ONLY), (FFDM_ONLY, ONE, TWO)])
def test_without_a_choice_the_first_of_the_weights_serves_with_its_fellows(
    order: tuple[KnownModel, ...],
) -> None:
    settings = Settings(weights=tuple(model.weights for model in order))
    chosen = chosen_now(settings, [ONE, TWO, FFDM_ONLY], (ModelUse.FFDM, ModelUse.DBT))
    first = (ONE.weights, TWO.weights) if order[0] is ONE else (FFDM_ONLY.weights,)
    assert chosen == {ModelUse.FFDM: first, ModelUse.DBT: ()}
    again = with_choice(settings, chosen)
    assert again.weights == first
    assert chosen_now(again, [ONE, TWO, FFDM_ONLY], tuple(chosen)) == chosen


def test_names_find_models_by_title_name_and_hash() -> None:
    models = [ONE, TWO, VOLUMES]
    assert named(models, "ours") == (ONE, TWO)
    assert named(models, "OURS B") == (TWO,)
    assert named(models, "e" * 8) == (VOLUMES,)
    assert named(models, "eee") == ()
    assert nearest_names(models, "slice") == ("Slices 1",)
    assert told_apart([ONE, replace(TWO, version="a")]) == (
        "Ours a (aaaaaaaa)",
        "Ours a (bbbbbbbb)",
    )
