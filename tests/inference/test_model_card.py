"""Model cards beside weights files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w
from inference_builders import make_card

from inference.architecture import Architecture
from inference.errors import WeightsError
from inference.model_card import (
    SaliencyKind,
    card_path,
    minimal_card,
    published_card,
    read_card,
    write_card,
)

ENTRIES: dict[str, Any] = {
    "architecture": "gmic3d",
    "top_t": 1.5,
    "patches": 12,
    "name": "n",
    "version": "v",
    "training_data": "t",
    "intended_use": "i",
    "licence": "l",
}


def _written(tmp_path: Path, entries: dict[str, Any]) -> Path:
    path = tmp_path / "card.toml"
    path.write_text(tomli_w.dumps(entries))
    return path


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    card = make_card(
        Architecture.GMIC,
        top_t=0.02,
        input_rows=2866,
        input_columns=1814,
        saliency=SaliencyKind.RELU_TANH,
        settings={"patch_side": 128, "neighbour_slices": 0},
        further={"measures": {"auc_malignant": 0.81, "exams": 100}},
    )
    write_card(tmp_path / "card.toml", card)
    assert read_card(tmp_path / "card.toml") == card
    assert [path.name for path in tmp_path.iterdir()] == ["card.toml"]


def test_the_card_of_a_file_has_its_name(tmp_path: Path) -> None:
    assert card_path(tmp_path / "a.b.safetensors") == tmp_path / "a.b.toml"


@pytest.mark.parametrize("key", list(ENTRIES))
def test_a_missing_key_is_named_with_a_card_to_copy(tmp_path: Path, key: str) -> None:
    entries = {name: value for name, value in ENTRIES.items() if name != key}
    with pytest.raises(WeightsError, match=f'card.toml lacks the key "{key}"') as caught:
        read_card(_written(tmp_path, entries))
    assert minimal_card() in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("architecture", "resnet"),
        ("architecture", 3),
        ("top_t", "1.5"),
        ("top_t", 0),
        ("top_t", -1.0),
        ("top_t", float("nan")),
        ("top_t", True),
        ("patches", 0),
        ("patches", 1.5),
        ("patches", True),
        ("patches", 10**9),
        ("name", 7),
        ("licence", ["l"]),
        ("input_rows", -5),
        ("input_columns", "wide"),
        ("saliency", "softmax"),
        ("patch_side", 31),
        ("neighbour_slices", -1),
    ],
)
def test_a_wrong_value_is_named_with_what_was_found(tmp_path: Path, key: str, value: Any) -> None:
    with pytest.raises(WeightsError, match=f'card.toml: "{key}" must be .*, found'):
        read_card(_written(tmp_path, ENTRIES | {key: value}))


def test_the_minimal_card_in_messages_is_itself_a_card(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text(minimal_card())
    assert read_card(path).patches == 12


@pytest.mark.parametrize("content", [b"not = [toml", b"\xff\xfe\x00", b"\x00" * 10])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "card.toml"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="not a model card in TOML"):
        read_card(path)


def test_a_huge_card_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_bytes(b"#" * (1 << 21))
    with pytest.raises(WeightsError, match="too large"):
        read_card(path)


def test_published_members_are_known_by_their_number() -> None:
    card = published_card(Path("models/sample_model_4.p"), Architecture.GMIC3D)
    assert (card.top_t, card.patches) == (1.5651680987233705, 16)
    card = published_card(Path("models/sample_model_5.p"), Architecture.GMIC)
    assert (card.top_t, card.patches) == (0.1, 6)


@pytest.mark.parametrize("name", ["sample_model_6.p", "sample_model_.p", "weights.p", "1.p"])
def test_other_names_ask_for_a_card(name: str) -> None:
    with pytest.raises(WeightsError, match=r"has no model card(.|\n)*Write .*\.toml beside it"):
        published_card(Path(name), Architecture.GMIC3D)
