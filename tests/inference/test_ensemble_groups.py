"""Which files are members of one ensemble."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from inference_builders import make_card

from inference.architecture import Architecture
from inference.ensemble_groups import Grouping, ensemble_identity, group_members
from inference.model_card import ModelCard, published_card
from inference.types import ModelIdentity


def _card(name: str, version: str, images: tuple[str, ...] = ()) -> ModelCard:
    return make_card(name=name, version=version, images=images)


def test_the_five_published_members_are_one_ensemble() -> None:
    cards = [
        published_card(Path(f"sample_model_{number}.p"), Architecture.GMIC3D)
        for number in (2, 1, 3, 5, 4)
    ]
    assert group_members(cards) == ((0, 1, 2, 3, 4),)


def test_the_published_families_of_two_architectures_stay_apart() -> None:
    cards = [
        published_card(Path(f"sample_model_{number}.p"), architecture)
        for number in (1, 2)
        for architecture in (Architecture.GMIC, Architecture.GMIC3D)
    ]
    assert group_members(cards) == ((0, 2), (1, 3))
    assert group_members(cards, Grouping.ALL) == ((0, 2), (1, 3))


def test_other_names_other_kinds_of_image_and_equal_versions_stay_apart() -> None:
    assert group_members([_card("a", "1"), _card("b", "2"), _card("a", "2")]) == ((0, 2), (1,))
    kinds = [_card("a", "1", ("FFDM",)), _card("a", "2", ("Synthetic 2D",))]
    assert group_members(kinds) == ((0,), (1,))
    assert group_members([_card("a", "1"), _card("a", "1")]) == ((0,), (1,))


def test_all_joins_whatever_its_name_and_none_joins_nothing() -> None:
    cards = [_card("a", "1"), _card("b", "1"), make_card(Architecture.GMIC), _card("a", "2")]
    assert group_members(cards, Grouping.ALL) == ((0, 1, 3), (2,))
    assert group_members(cards, Grouping.NONE) == ((0,), (1,), (2,), (3,))


def test_the_hash_of_an_ensemble_depends_on_its_members_and_not_on_their_order() -> None:
    one, two, three = (
        ModelIdentity(name="a", version=str(n), architecture="gmic", sha256=f"{n}" * 64)
        for n in (1, 2, 3)
    )
    together = ensemble_identity([one, two])
    assert ensemble_identity([two, one]) == together
    assert ensemble_identity([one, three]).sha256 != together.sha256
    assert ensemble_identity([one]) is one
    other = replace(two, name="b")
    assert ensemble_identity([one, other]).name == "a + b"


@pytest.mark.parametrize("grouping", Grouping)
def test_every_card_is_in_exactly_one_group(grouping: Grouping) -> None:
    cards = [_card("a", "1"), _card("b", "1"), _card("a", "1"), _card("b", "2"), _card("c", "7")]
    groups = group_members(cards, grouping)
    assert sorted(position for group in groups for position in group) == [0, 1, 2, 3, 4]
