"""Two-view weights and their cards: written, read, told apart and refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomli_w
import torch
from inference_builders import SMALL_TWO_VIEW, make_card, make_network, make_two_view
from safetensors.torch import save_file

from inference.architecture import Architecture
from inference.architectures.two_view import card_settings
from inference.checkpoint import LoadedModel, load_model, save_model
from inference.device import cpu
from inference.errors import WeightsError
from inference.model_card import ModelCard, minimal_card, read_card
from inference.networks.resnet import Norm
from inference.networks.two_view import TwoViewConfig, TwoViewNetwork, Variant
from inference.predictor import Predictor


def _card(config: TwoViewConfig = SMALL_TWO_VIEW, **changes: Any) -> ModelCard:
    entries: dict[str, Any] = {"top_t": None, "patches": None, "settings": card_settings(config)}
    return make_card(Architecture.TWO_VIEW, **(entries | changes))


def _saved(folder: Path, config: TwoViewConfig = SMALL_TWO_VIEW, **changes: Any) -> Path:
    path = folder / "breast.safetensors"
    save_model(path, make_two_view(config), _card(config, **changes))
    return path


@pytest.mark.parametrize("variant", list(Variant))
@pytest.mark.parametrize("norm", list(Norm))
def test_a_network_comes_back_as_it_was_saved(tmp_path: Path, variant: Variant, norm: Norm) -> None:
    config = replace(SMALL_TWO_VIEW, variant=variant, norm=norm, has_heat_maps=norm is Norm.GROUP)
    model = load_model(_saved(tmp_path, config, images=("FFDM",)))
    network = model.network
    assert isinstance(network, TwoViewNetwork)
    assert network.config == config
    assert not network.training
    saved = make_two_view(config).state_dict()
    assert list(network.state_dict()) == list(saved)
    assert all(torch.equal(value, saved[name]) for name, value in network.state_dict().items())
    assert model.card == _card(config, images=("FFDM",))
    assert model.identity.architecture == "two_view"


def test_half_precision_files_are_half_as_large_and_keep_the_norms(tmp_path: Path) -> None:
    path = tmp_path / "half.safetensors"
    save_model(path, make_two_view(), _card(), half=True)
    network = load_model(path).network
    for name, value in make_two_view().state_dict().items():
        torch.testing.assert_close(network.state_dict()[name], value, rtol=1e-3, atol=1e-4)
    full = _saved(tmp_path)
    assert path.stat().st_size < 0.6 * full.stat().st_size


def test_without_sizes_on_the_card_the_paper_s_are_meant(tmp_path: Path) -> None:
    path = _saved(tmp_path, settings={"variant": "shared"})
    network = load_model(path).network
    assert isinstance(network, TwoViewNetwork)
    assert network.config == replace(
        SMALL_TWO_VIEW, cc_input=TwoViewConfig().cc_input, mlo_input=TwoViewConfig().mlo_input
    )


def test_another_variant_on_the_card_is_refused_by_its_first_missing_entry(tmp_path: Path) -> None:
    path = _saved(tmp_path, settings={"variant": "joint"})
    with pytest.raises(WeightsError, match=r'no two-view network: the entry "columns.cc'):
        load_model(path)


def test_a_gmic_file_with_a_two_view_card_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mixed.safetensors"
    save_model(path, make_network(), make_card())
    path.with_suffix(".toml").write_text(minimal_card(Architecture.TWO_VIEW))
    with pytest.raises(WeightsError, match="no two-view network"):
        load_model(path)


def test_an_entry_too_many_is_named_with_the_kind_of_network(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    state = make_two_view().state_dict() | {"extra": torch.zeros(1)}
    save_file(state, path)
    with pytest.raises(WeightsError, match=r'"extra", which a two-view network does not have'):
        load_model(path)


def test_two_image_channels_fit_no_network(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    state = make_two_view().state_dict()
    state["columns.both.first_conv.weight"] = torch.zeros(8, 2, 7, 7)
    save_file(state, path)
    with pytest.raises(WeightsError, match="first_conv.weight"):
        load_model(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("variant", "both"),
        ("variant", 1),
        ("cc_input", [2677]),
        ("cc_input", "2677 x 1942"),
        ("mlo_input", [0, 10]),
        ("mlo_input", [10, 10**6]),
        ("mlo_input", [10.0, 10]),
    ],
)
def test_a_wrong_value_is_named_with_what_was_found(tmp_path: Path, key: str, value: Any) -> None:
    card = {"architecture": "two_view", "variant": "shared"}
    texts = ("name", "version", "training_data", "intended_use", "licence")
    path = tmp_path / "card.toml"
    path.write_text(tomli_w.dumps(card | dict.fromkeys(texts, "x") | {key: value}))
    with pytest.raises(WeightsError, match=f'card.toml: "{key}" must be .*, found'):
        read_card(path)


def test_a_card_without_its_variant_is_offered_one_to_copy(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text('architecture = "two_view"\n')
    with pytest.raises(WeightsError, match='lacks the key "variant"') as caught:
        read_card(path)
    offered = str(caught.value).split("\n", maxsplit=1)[1]
    assert 'variant = "shared"' in offered
    path.write_text(offered)
    assert read_card(path).settings == {"variant": "shared"}


def test_a_predictor_of_single_images_refuses_it_and_says_what_it_scores(tmp_path: Path) -> None:
    model: LoadedModel = load_model(_saved(tmp_path))
    with pytest.raises(WeightsError, match="small is a two-view network: it scores a breast as a"):
        Predictor(model=model, device=cpu())


def test_gmic_keys_on_another_card_are_free_text(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text(minimal_card(Architecture.TWO_VIEW) + 'patches = "many"\n')
    card = read_card(path)
    assert card.patches is None
    assert card.further == {"patches": "many"}
