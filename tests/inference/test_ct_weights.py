from __future__ import annotations

from pathlib import Path

import pytest
import torch
from ct_model_builders import (
    ct_card,
    ct_model,
    save_ct_model,
    small_resnet,
    small_swin,
)
from safetensors.torch import save_file
from torch import nn

from inference.architecture import Architecture
from inference.checkpoint import load_model, save_model
from inference.costs import gmac_of, parameters_of
from inference.ct_backbone import load_backbone
from inference.errors import WeightsError
from inference.model_card import minimal_card, read_card

NETWORKS = pytest.mark.parametrize("make", [small_resnet, small_swin])


@NETWORKS
def test_a_classifier_is_loaded_as_it_was_saved(tmp_path: Path, make: type[nn.Module]) -> None:
    network = make()
    loaded = ct_model(tmp_path, network)
    windows = torch.randn(1, 8, 32, 32)
    torch.testing.assert_close(loaded.network(windows), network(windows))
    assert loaded.card == ct_card()
    assert loaded.identity.architecture == "ct_windows"


@NETWORKS
def test_public_weights_with_their_own_head_score_nothing_and_it_is_said(
    tmp_path: Path, make: type[nn.Module]
) -> None:
    path = tmp_path / "kinetics.pth"
    torch.save(make(outputs=400).state_dict(), path)
    for with_card in (False, True):
        if with_card:
            save_model(tmp_path / "kinetics.safetensors", make(), ct_card())
        with pytest.raises(WeightsError, match="a head of 400 outputs: it is not trained for CT"):
            load_model(path)


@NETWORKS
def test_a_file_without_a_head_scores_nothing(tmp_path: Path, make: type[nn.Module]) -> None:
    network = make()
    path = save_ct_model(tmp_path, network)
    state = {n: v for n, v in network.state_dict().items() if not n.startswith(("fc.", "head."))}
    save_file(state, path)
    with pytest.raises(WeightsError, match="no head .* is missing.*not trained for CT"):
        load_model(path)


@NETWORKS
def test_public_weights_are_the_start_of_a_classifier(
    tmp_path: Path, make: type[nn.Module]
) -> None:
    public = make(outputs=400)
    path = tmp_path / "kinetics.pth"
    torch.save(public.state_dict(), path)

    backbone = load_backbone(path)

    assert backbone.dropped_outputs == 400
    own, theirs = backbone.network.state_dict(), public.state_dict()
    assert set(own) == set(theirs)
    for name, value in own.items():
        if name.startswith(("fc.", "head.")):
            assert value.shape[0] == 1
        else:
            torch.testing.assert_close(value, theirs[name])
    saved = tmp_path / "trained.safetensors"
    save_model(saved, backbone.network, ct_card())
    assert load_model(saved).card.name == "small CT"


def test_a_backbone_names_what_is_wrong_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "odd.pth"
    state = small_resnet(outputs=400).state_dict()
    torch.save({**state, "layer1.0.conv1.1.weight": torch.zeros(5)}, path)
    with pytest.raises(WeightsError, match=r'"layer1.0.conv1.1.weight" has the shape \(5,\)'):
        load_backbone(path)
    torch.save({**state, "odd": torch.zeros(5)}, path)
    with pytest.raises(WeightsError, match='holds the entry "odd"'):
        load_backbone(path)
    torch.save({"conv1.weight": torch.zeros(5)}, path)
    with pytest.raises(WeightsError, match=r"no R\(2\+1\)D or Swin3D video network|is not a"):
        load_backbone(path)


def test_a_classifier_without_a_card_says_what_to_write(tmp_path: Path) -> None:
    path = save_ct_model(tmp_path)
    path.with_suffix(".toml").unlink()
    with pytest.raises(WeightsError, match='has no model card.*ct.toml(?s:.*)"ct_windows"'):
        load_model(path)


def test_the_least_card_is_a_card(tmp_path: Path) -> None:
    path = tmp_path / "least.toml"
    path.write_text(minimal_card(Architecture.CT_WINDOWS))
    assert read_card(path).architecture is Architecture.CT_WINDOWS


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("stride = 0", '"stride" must be a whole number from 1 to 512'),
        ('lowest_hu = "low"', '"lowest_hu" must be a number from -32768 to 32768'),
        ("deviation = 0", '"deviation" must be a number above 0'),
        ('slice_order = "sideways"', '"slice_order" must be "head first" or "feet first"'),
    ],
)
def test_a_wrong_key_of_the_card_is_named(tmp_path: Path, entry: str, said: str) -> None:
    path = save_ct_model(tmp_path)
    card = path.with_suffix(".toml")
    key = entry.split(" ")[0]
    kept = [line for line in card.read_text().splitlines() if not line.startswith(key)]
    card.write_text("\n".join([entry, *kept]))
    with pytest.raises(WeightsError) as error:
        load_model(path)
    assert said in str(error.value)


def test_a_card_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match='"lowest_hu" must be below "highest_hu"'):
        ct_model(tmp_path, lowest_hu=100.0, highest_hu=50.0)
    with pytest.raises(WeightsError, match='input of 32 x 32 must fit "resized_to"'):
        ct_model(tmp_path, resized_to=20)


def test_position_indices_that_point_elsewhere_are_refused(tmp_path: Path) -> None:
    network = small_swin()
    path = save_ct_model(tmp_path, network)
    name = "features.0.0.attn.relative_position_index"
    state = network.state_dict()
    state[name] = state[name] + 10**6
    save_file(state, path)
    with pytest.raises(WeightsError, match=f'"{name}" is not that of boxes of 8 x 7 x 7 cells'):
        load_model(path)


def test_one_window_costs_what_the_networks_are_known_to_cost() -> None:
    networks = Architecture.CT_WINDOWS.spec.reference_networks
    with torch.device("meta"):
        made = {name: make() for name, make in networks.items()}
    resnet, swin = made.values()
    # 16 x 112 x 112 pixels take 40.5 GMAC as published; a window here has eight times as many.
    assert gmac_of(resnet, 96) == pytest.approx(8 * 40.52, rel=0.01)
    assert parameters_of(resnet) == 31_505_325 - 399 * 513
    # Liu et al. 2021, table 1: 88 GMAC for Swin-T on 32 x 224 x 224.
    assert gmac_of(swin, 96) == pytest.approx(88, rel=0.02)
    assert parameters_of(swin) == 28_158_070 - 399 * 769
