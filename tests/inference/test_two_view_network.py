"""The two-view network against plain arithmetic, and its variants against each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from inference_builders import SMALL_TWO_VIEW, make_two_view
from torch import Tensor
from torch.nn import functional

from inference.architecture import Architecture
from inference.breast import BreastView
from inference.costs import gmac_of, parameters_of
from inference.networks.resnet import Norm
from inference.networks.two_view import (
    InputSize,
    TwoViewConfig,
    TwoViewNetwork,
    Variant,
)

TWO_VIEWS = (Variant.SHARED, Variant.JOINT, Variant.SPLIT)


def _images(breasts: int = 2, channels: int = 1) -> tuple[Tensor, Tensor]:
    """A CC and an MLO image a breast."""
    generator = torch.Generator().manual_seed(1)
    sizes = (SMALL_TWO_VIEW.cc_input, SMALL_TWO_VIEW.mlo_input)
    cc, mlo = (torch.randn((breasts, channels, *size), generator=generator) for size in sizes)
    return cc, mlo


def _copy_into(network: TwoViewNetwork, state: dict[str, Tensor]) -> None:
    network.load_state_dict(state, strict=True)


@pytest.mark.parametrize("norm", list(Norm))
def test_a_score_is_the_sigmoid_of_the_added_vectors_of_both_views(norm: Norm) -> None:
    network = make_two_view(replace(SMALL_TWO_VIEW, norm=norm))
    cc, mlo = _images()
    state = network.state_dict()
    vectors = []
    for name, images in (("cc", cc), ("mlo", mlo)):
        pooled = network.columns["both"](images).flatten(2).mean(dim=2)
        vectors.append(pooled @ state[f"hidden.{name}.weight"].T + state[f"hidden.{name}.bias"])
    evidence = (vectors[0] + vectors[1]) @ state["outputs.both.weight"].T
    expected = 1 / (1 + torch.exp(-evidence - state["outputs.both.bias"]))
    torch.testing.assert_close(network(cc, mlo), expected)
    assert expected.shape == (2, 2)
    assert expected.std() > 1e-3


def test_shared_equals_joint_with_equal_columns() -> None:
    shared = make_two_view(SMALL_TWO_VIEW)
    joint = make_two_view(replace(SMALL_TWO_VIEW, variant=Variant.JOINT), seed=5)
    state = {}
    for name, value in shared.state_dict().items():
        if name.startswith("columns."):
            for view in BreastView:
                state[name.replace("both", view.value)] = value
        else:
            state[name] = value
    _copy_into(joint, state)
    assert torch.equal(shared(*_images()), joint(*_images()))


def test_split_is_the_mean_of_two_single_view_networks() -> None:
    cc_only = make_two_view(replace(SMALL_TWO_VIEW, variant=Variant.CC_ONLY), seed=1)
    mlo_only = make_two_view(replace(SMALL_TWO_VIEW, variant=Variant.MLO_ONLY), seed=2)
    split = make_two_view(replace(SMALL_TWO_VIEW, variant=Variant.SPLIT), seed=3)
    _copy_into(split, cc_only.state_dict() | mlo_only.state_dict())
    cc, mlo = _images()
    mean = (cc_only(cc, None) + mlo_only(None, mlo)) / 2
    torch.testing.assert_close(split(cc, mlo), mean)
    assert torch.equal(split(cc, None), cc_only(cc, None))
    assert torch.equal(split(None, mlo), mlo_only(None, mlo))


@pytest.mark.parametrize("variant", [Variant.SHARED, Variant.JOINT])
def test_a_view_that_is_dropped_counts_as_a_vector_of_zeros(variant: Variant) -> None:
    network = make_two_view(replace(SMALL_TWO_VIEW, variant=variant))
    cc, mlo = _images()
    zeros = torch.zeros(2, SMALL_TWO_VIEW.hidden_units)
    seen = network.see(BreastView.CC, cc)
    assert torch.equal(network(cc, None), network.conclude(seen, zeros))
    seen = network.see(BreastView.MLO, mlo)
    assert torch.equal(network(None, mlo), network.conclude(zeros, seen))
    assert not torch.equal(network(None, mlo), network(cc, mlo))


def test_a_single_view_network_has_no_layers_for_the_other_view_and_ignores_it() -> None:
    network = make_two_view(replace(SMALL_TWO_VIEW, variant=Variant.MLO_ONLY))
    assert not any("cc" in name for name in network.state_dict())
    cc, mlo = _images()
    assert torch.equal(network(cc, mlo), network(None, mlo))
    with pytest.raises(ValueError, match="needs one of its views"):
        network(cc, None)


@pytest.mark.parametrize("variant", TWO_VIEWS)
def test_no_view_at_all_is_refused(variant: Variant) -> None:
    with pytest.raises(ValueError, match="needs one of its views"):
        make_two_view(replace(SMALL_TWO_VIEW, variant=variant))(None, None)


@pytest.mark.parametrize("variant", TWO_VIEWS)
def test_breasts_of_a_batch_do_not_see_each_other(variant: Variant) -> None:
    network = make_two_view(replace(SMALL_TWO_VIEW, variant=variant))
    cc, mlo = _images()
    alone = torch.cat([network(cc[:1], mlo[:1]), network(cc[1:], mlo[1:])])
    torch.testing.assert_close(network(cc, mlo), alone)


def test_modality_dropout_drops_each_view_whole_with_its_own_probability() -> None:
    config = replace(SMALL_TWO_VIEW, cc_dropout=0.25, mlo_dropout=0.75, norm=Norm.GROUP)
    network = make_two_view(config).train()
    cc, mlo = (images.expand(2000, -1, -1, -1) for images in _images(breasts=1))
    vectors = {
        view: network.see(view, images[:1])
        for view, images in ((BreastView.CC, cc), (BreastView.MLO, mlo))
    }
    zeros = torch.zeros(1, config.hidden_units)
    # Vectors instead of images: 2,000 passes through the columns would tell no more.
    network.see = lambda view, images: vectors[view].expand(len(images), -1)  # type: ignore[method-assign]
    torch.manual_seed(0)
    scores = network(cc, mlo)
    kinds = {
        (has_cc, has_mlo): network.conclude(
            vectors[BreastView.CC] if has_cc else zeros,
            vectors[BreastView.MLO] if has_mlo else zeros,
        )
        for has_cc in (True, False)
        for has_mlo in (True, False)
    }
    shares = {
        kind: float(torch.isclose(scores, expected).all(dim=1).float().mean())
        for kind, expected in kinds.items()
    }
    assert sum(shares.values()) == pytest.approx(1)
    for (has_cc, has_mlo), share in shares.items():
        expected_share = (0.75 if has_cc else 0.25) * (0.25 if has_mlo else 0.75)
        assert share == pytest.approx(expected_share, abs=0.04)


def test_nothing_is_dropped_outside_training() -> None:
    dropping = make_two_view(replace(SMALL_TWO_VIEW, cc_dropout=0.9, mlo_dropout=0.9))
    keeping = make_two_view(SMALL_TWO_VIEW)
    assert torch.equal(dropping(*_images()), keeping(*_images()))


def test_heat_maps_enter_as_channels_behind_the_image() -> None:
    network = make_two_view(replace(SMALL_TWO_VIEW, has_heat_maps=True))
    cc, mlo = _images(channels=3)
    scores = network(cc, mlo)
    without = cc.clone()
    without[:, 1:] = 0
    assert not torch.allclose(scores, network(without, mlo), atol=1e-6)
    with pytest.raises(ValueError, match="expected 3 channels, got 1"):
        network(cc[:, :1], mlo)


@pytest.mark.parametrize("norm", list(Norm))
@pytest.mark.parametrize("has_heat_maps", [False, True])
def test_inference_beside_air_gives_what_the_layers_of_training_give(
    norm: Norm, has_heat_maps: bool
) -> None:
    network = make_two_view(replace(SMALL_TWO_VIEW, norm=norm, has_heat_maps=has_heat_maps))
    generator = torch.Generator().manual_seed(2)
    images = torch.randn((1, network.config.image_channels, 600, 420), generator=generator)
    images[:, :1, :, 200:] = -1.5
    images[:, 1:, :, 200:] = 0.0
    with torch.inference_mode():
        fast = network.see(BreastView.CC, images)
    with torch.enable_grad():
        layers = network.see(BreastView.CC, images)
    torch.testing.assert_close(fast, layers, atol=1e-5, rtol=1e-5)


def test_an_image_without_a_channel_dimension_is_one_channel() -> None:
    network = make_two_view(SMALL_TWO_VIEW)
    cc, mlo = _images()
    assert torch.equal(network(cc[:, 0], mlo[:, 0]), network(cc, mlo))


def test_every_weight_of_the_paper_takes_part_in_training() -> None:
    for variant in Variant:
        network = make_two_view(replace(SMALL_TWO_VIEW, variant=variant)).requires_grad_(True)
        labels = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
        functional.binary_cross_entropy(network.train()(*_images()), labels).backward()
        assert all(
            parameter.grad is not None and bool(parameter.grad.any())
            for parameter in network.parameters()
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cc_dropout": 1.0}, "cc_dropout must be"),
        ({"mlo_dropout": -0.1}, "mlo_dropout must be"),
        ({"hidden_units": 0}, "hidden_units must be"),
    ],
)
def test_impossible_choices_are_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(TwoViewConfig(), **change)


def test_the_paper_s_sizes_are_the_defaults() -> None:
    config = TwoViewConfig()
    assert config.cc_input == InputSize(2677, 1942)
    assert config.mlo_input == InputSize(2974, 1748)
    with torch.device("meta"):
        network = TwoViewNetwork(config)
    assert network.hidden["cc"].weight.shape == (512, 256)
    assert network.outputs["both"].weight.shape == (2, 512)


def test_costs_are_those_of_the_views_that_are_seen() -> None:
    with torch.device("meta"):
        networks = {
            name: make() for name, make in Architecture.TWO_VIEW.spec.reference_networks.items()
        }
    costs = {name: gmac_of(network, 96) for name, network in networks.items()}
    single = costs["One view, CC"] + costs["One view, MLO"]
    assert costs["Two views, shared"] == pytest.approx(single)
    assert costs["Two views, joint"] == pytest.approx(single)
    # A tomosynthesis slice costs 8.031 and has 2.83 million pixels.
    assert costs["One view, CC"] == pytest.approx(8.031 * 2677 * 1942 / (2116 * 1339), rel=0.02)
    sizes = {name: parameters_of(network) for name, network in networks.items()}
    assert sizes["Two views, joint"] - sizes["Two views, shared"] == pytest.approx(2.79e6, rel=0.02)
