"""Reading weights files, good, wrong, damaged and hostile."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inference_builders import SMALL_2D, SMALL_3D, make_card, make_network
from safetensors.torch import save_file
from torch import Tensor

from inference.architecture import Architecture
from inference.checkpoint import load_model, save_model
from inference.entry_names import file_entry
from inference.errors import WeightsError
from inference.model_card import SaliencyKind, write_card
from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.patch_resnet import Depth
from inference.networks.resnet import Norm
from inference.networks.saliency import Nonlinearity


def _file_state(network: Gmic3d) -> dict[str, Tensor]:
    return {file_entry(name): value for name, value in network.state_dict().items()}


def _assert_same_weights(one: Gmic3d, other: Gmic3d) -> None:
    mine, theirs = one.state_dict(), other.state_dict()
    assert list(mine) == list(theirs)
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


@pytest.mark.parametrize(
    ("network", "file_name"),
    [
        (Gmic3d(Gmic3dConfig()), "gmic3d_state_dict.json"),
        (Gmic(GmicConfig()), "gmic_state_dict.json"),
    ],
)
def test_names_and_shapes_in_files_are_the_published_ones(
    shared: Path, network: Gmic3d, file_name: str
) -> None:
    published = json.loads((shared / "golden" / file_name).read_text())
    ours = {name: list(value.shape) for name, value in _file_state(network).items()}
    assert ours == published
    assert list(ours) == list(published)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_published_file_is_known_by_its_entries_and_its_number(
    tmp_path: Path, zipped: bool
) -> None:
    for config, architecture, expected in (
        (SMALL_3D, "gmic3d", (1.1336909878403076, 8)),
        (SMALL_2D, "gmic", (0.03, 6)),
    ):
        path = tmp_path / "sample_model_3.p"
        network = make_network(config)
        torch.save(_file_state(network), path, _use_new_zipfile_serialization=zipped)
        model = load_model(path)
        assert model.identity.architecture == architecture
        assert (model.network.config.top_t, model.network.config.patches) == expected
        assert model.identity.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        _assert_same_weights(network, model.network)


@pytest.mark.parametrize(
    "config", [SMALL_3D, SMALL_2D, replace(SMALL_3D, patch_side=96, neighbour_slices=0)]
)
def test_own_files_give_the_network_and_the_card_back(tmp_path: Path, config: Gmic3dConfig) -> None:
    network = make_network(config)
    is_2d = isinstance(config, GmicConfig)
    card = make_card(
        Architecture.GMIC if is_2d else Architecture.GMIC3D,
        top_t=config.top_t,
        settings={"patch_side": config.patch_side, "neighbour_slices": config.neighbour_slices},
        input_rows=512,
        input_columns=384,
        further={"measures": {"auc": 0.9}},
    )
    save_model(tmp_path / "own.safetensors", network, card)
    model = load_model(tmp_path / "own.safetensors")
    assert model.card == card
    assert model.network.config == config
    assert isinstance(model.network, Gmic) == is_2d
    assert not model.network.training
    _assert_same_weights(network, model.network)


def test_half_precision_files_load_as_float32(tmp_path: Path) -> None:
    network = make_network()
    save_model(tmp_path / "full.safetensors", network, make_card())
    save_model(tmp_path / "half.safetensors", network, make_card(), half=True)
    sizes = [(tmp_path / f"{name}.safetensors").stat().st_size for name in ("half", "full")]
    assert sizes[0] < 0.6 * sizes[1]
    loaded = load_model(tmp_path / "half.safetensors").network.state_dict()
    for name, value in network.state_dict().items():
        assert loaded[name].dtype == value.dtype
        torch.testing.assert_close(loaded[name], value, rtol=1e-3, atol=1e-4)


def test_the_variant_without_fusion_and_with_group_norm_is_told_by_its_card(tmp_path: Path) -> None:
    config = GmicConfig(
        fusion=False,
        norm=Norm.GROUP,
        nonlinearity=Nonlinearity.RELU_TANH,
        input_rows=2116,
        input_columns=1339,
        global_channels=8,
        local_channels=8,
        top_t=1.0,
        patches=3,
    )
    card = make_card(Architecture.GMIC, input_rows=2116, input_columns=1339)
    save_model(tmp_path / "synthetic.safetensors", make_network(config), card)
    assert load_model(tmp_path / "synthetic.safetensors").network.config == config


@pytest.mark.parametrize("depth", list(Depth))
def test_the_depth_of_the_patch_network_is_told_by_its_entries(
    tmp_path: Path, depth: Depth
) -> None:
    network = make_network(replace(SMALL_2D, local_depth=depth))
    save_model(tmp_path / "own.safetensors", network, make_card(Architecture.GMIC))
    loaded = load_model(tmp_path / "own.safetensors").network
    assert loaded.config.local_depth is depth
    _assert_same_weights(network, loaded)


def test_a_card_may_name_another_saliency(tmp_path: Path) -> None:
    card = make_card(saliency=SaliencyKind.SIGMOID)
    save_model(tmp_path / "own.safetensors", make_network(), card)
    config = load_model(tmp_path / "own.safetensors").network.config
    assert config.nonlinearity is Nonlinearity.SIGMOID


def _load_changed(tmp_path: Path, change: dict[str, Any], config: Gmic3dConfig = SMALL_3D) -> str:
    """Load a file with changed entries (None: left out); returns the message of refusal."""
    state: dict[str, Any] = _file_state(make_network(config)) | change
    path = tmp_path / "sample_model_1.p"
    torch.save({name: value for name, value in state.items() if value is not None}, path)
    with pytest.raises(WeightsError) as caught:
        load_model(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "ds_net.first_conv.weight",
        "ds_net.layer_list.2.1.bn2.bias",
        "dn_resnet.layer4.1.bn2.running_var",
        "mil_attn_V.weight",
        "classifier_linear.weight",
    ],
)
def test_a_missing_entry_is_named(tmp_path: Path, name: str) -> None:
    assert f'"{name}" is missing' in _load_changed(tmp_path, {name: None})


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("ds_net.first_conv.weight", (12, 1, 7, 7)),
        ("ds_net.first_conv.weight", (16,)),
        ("ds_net.first_conv.weight", ()),
        ("ds_net.layer_list.0.0.conv1.weight", (16, 16, 3, 3)),
        ("dn_resnet.conv1.weight", (8, 1, 7, 7)),
        ("mil_attn_w.weight", (1, 64)),
        ("classifier_linear.weight", (3, 64)),
    ],
)
def test_a_misshaped_entry_is_named(tmp_path: Path, name: str, shape: tuple[int, ...]) -> None:
    assert f'entry "{name}" has ' in _load_changed(tmp_path, {name: torch.zeros(shape)})


def test_an_entry_too_many_is_named(tmp_path: Path) -> None:
    message = _load_changed(tmp_path, {"extra.weight": torch.zeros(2)})
    assert 'holds the entry "extra.weight"' in message


@pytest.mark.parametrize(
    "value", [torch.full((2, 128, 1, 1), torch.nan), "text", 7, torch.zeros(2).to_sparse()]
)
def test_an_entry_that_is_no_plain_finite_tensor_is_named(tmp_path: Path, value: Any) -> None:
    name = "left_postprocess_net.gn_conv_last.weight"
    assert name in _load_changed(tmp_path, {name: value})


def test_another_network_is_refused_by_its_first_missing_entry(tmp_path: Path) -> None:
    path = tmp_path / "sample_model_1.p"
    torch.save({"features.0.weight": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match=r'"ds_net.first_conv.weight" is missing.*features.0'):
        load_model(path)


def test_a_huge_promise_costs_no_memory(tmp_path: Path) -> None:
    wide = torch.zeros(1).expand(100_000, 3, 7, 7)
    assert "of another network" in _load_changed(tmp_path, {"dn_resnet.conv1.weight": wide})


def test_a_card_that_contradicts_the_entries_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sample_model_1.p"
    torch.save(_file_state(make_network(SMALL_2D)), path)
    write_card(tmp_path / "sample_model_1.toml", make_card(Architecture.GMIC3D))
    with pytest.raises(WeightsError, match=r'fusion_dnn.weight.*architecture = "gmic3d"'):
        load_model(path)


def test_a_file_without_card_and_number_asks_for_the_card(tmp_path: Path) -> None:
    save_file(_file_state(make_network()), tmp_path / "own.safetensors")
    with pytest.raises(WeightsError, match=r"Write own.toml beside it"):
        load_model(tmp_path / "own.safetensors")


class _RunsCode:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.marker),)


@pytest.mark.parametrize("way", ["plain pickle", "torch", "torch legacy"])
def test_a_hostile_pickle_is_refused_and_nothing_in_it_runs(tmp_path: Path, way: str) -> None:
    marker = tmp_path / "ran"
    path = tmp_path / "sample_model_1.p"
    content = {"ds_net.first_conv.weight": _RunsCode(marker)}
    if way == "plain pickle":
        path.write_bytes(pickle.dumps(content))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=way == "torch")
    with pytest.raises(WeightsError, match="would run code"):
        load_model(path)
    assert not marker.exists()


@pytest.mark.parametrize("content", [[], {}, 3, "text", {3: torch.zeros(1)}])
def test_a_pickle_without_named_tensors_is_refused(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "sample_model_1.p")
    with pytest.raises(WeightsError, match=r"no named tensors|not a tensor with a name"):
        load_model(tmp_path / "sample_model_1.p")


@pytest.mark.parametrize("name", ["sample_model_1.p", "own.safetensors"])
@pytest.mark.parametrize(
    "content", [b"", b"hello, this is text\n" * 50, b"\x80\x02.", b"PK\x03\x04"]
)
def test_a_file_that_is_no_weights_file_is_refused(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=name):
        load_model(tmp_path / name)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        load_model(tmp_path / "sample_model_1.p")


@pytest.fixture(scope="module")
def good_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of one network in each format."""
    folder = tmp_path_factory.mktemp("good")
    state = _file_state(make_network())
    torch.save(state, folder / "zip.p")
    torch.save(state, folder / "legacy.p", _use_new_zipfile_serialization=False)
    save_file(state, folder / "own.safetensors")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from(["zip.p", "legacy.p", "own.safetensors"]), share=st.floats(0, 0.999))
def test_a_file_cut_short_anywhere_is_refused(
    good_files: dict[str, bytes], tmp_path: Path, name: str, share: float
) -> None:
    content = good_files[name]
    path = tmp_path / f"sample_model_1{Path(name).suffix}"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(WeightsError, match="sample_model_1"):
        load_model(path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=300), protocol=st.sampled_from([b"", b"\x80\x02", b"\x80\x04"]))
def test_random_bytes_are_refused(tmp_path: Path, content: bytes, protocol: bytes) -> None:
    path = tmp_path / "sample_model_1.p"
    path.write_bytes(protocol + content)
    with pytest.raises(WeightsError):
        load_model(path)
