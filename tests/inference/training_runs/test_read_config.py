"""Configurations are read strictly, and say what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from inference.training_runs.config import ImageType, ModelKind, TrainingConfig
from inference.training_runs.errors import ConfigError
from inference.training_runs.read_config import config_entries, parse_config, read_config

LEAST = 'name = "least"\n[data.phantoms]\nexams = 10\n'


def _parse(text: str) -> TrainingConfig:
    return parse_config(text, "my.toml")


def test_what_is_not_said_is_as_in_the_papers() -> None:
    config = _parse(LEAST)
    assert config.model.architecture is ModelKind.GMIC3D
    assert (config.optimisation.batch, config.optimisation.epochs) == (4, 40)
    assert config.optimisation.patience == 15
    assert config.augmentation.shift_pixels == 100
    assert config.model.neighbour_slices == 10


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('name = "n"\nsead = 3', 'my.toml has no key "sead"', 'did you mean "seed"'),
        (
            LEAST + "[optimisation]\nlearning_rat = 1e-5",
            r'my.toml: \[optimisation\] has no key "learning_rat"',
            'did you mean "learning_rate"',
        ),
        (
            LEAST + "[modle]\narchitecture = 'gmic'",
            'my.toml has no key "modle"',
            'did you mean "model"',
        ),
        (
            'name = "n"\n[data.phantoms]\nexams = 10\nrow = 200',
            r'\[data.phantoms\] has no key "row"',
            'did you mean "rows"',
        ),
        (
            LEAST + '[[pretraining]]\nimages = "FFDM"\nepoch = 3',
            r'\[pretraining\] has no key "epoch"',
            'did you mean "epochs"',
        ),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest(text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        _parse(text)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("[optimisation]\nbatch = 'four'", r'\[optimisation\]: "batch" must be a whole number'),
        ("[optimisation]\nbatch = true", '"batch" must be a whole number from 1 to 4096'),
        ("[optimisation]\nbatch = 4.0", '"batch" must be a whole number'),
        ("[optimisation]\nbatch = 0", '"batch" must be .* from 1 to 4096, found 0'),
        ("[optimisation]\nlearning_rate = nan", '"learning_rate" must be a number from'),
        ("[model]\narchitecture = 'resnet'", '"architecture" must be "gmic3d" or "gmic"'),
        ("[model]\nomega = -1.0", '"omega" must be a number from'),
        ("[model]\nfusion = 1", '"fusion" must be true or false'),
        ("[run]\nworkers = [2]", '"workers" must be a whole number'),
        ("[augmentation]\nflip_cc = 'no'", "\"flip_cc\" must be true or false, found 'no'"),
        ("run = 3", '"run" must be a table'),
        ("pretraining = 3", '"pretraining" must be a list'),
    ],
)
def test_a_wrong_value_is_named_with_what_was_found(lines: str, message: str) -> None:
    first = lines if not lines.startswith("[") else ""
    last = lines if lines.startswith("[") else ""
    with pytest.raises(ConfigError, match=message):
        _parse(f"{first}\n{LEAST}{last}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[data.phantoms]\nexams = 3", 'my.toml lacks the key "name"'),
        ('name = "n"', 'my.toml lacks the key "data"'),
        ('name = "n"\n[data.phantoms]\nseed = 1', r'\[data.phantoms\] lacks the key "exams"'),
        ('name = "n"\n[data]', "needs phantoms or folders, and not both"),
        (
            LEAST + "[data.folders]\npaths = ['a']\nlabels = 'b'",
            "needs phantoms or folders, and not both",
        ),
        (LEAST + "[model]\nlocal_depth = 20", "local_depth is 20"),
        (LEAST + "[model]\nglobal_channels = 12", "global_channels is 12"),
        (LEAST + "[model]\nfusion = true", "fusion is for gmic only"),
        (LEAST + "[model]\ninput_rows = 500", "one of input_rows and input_columns"),
        (LEAST + "[model]\nnorm = 'batch'", "needs all activations"),
        (
            "name = 'n'\n[model]\narchitecture = 'gmic'\n"
            "[data]\nimages = ['DBT']\n[data.phantoms]\nexams = 3",
            "does not take DBT",
        ),
        (LEAST + "[optimisation]\nimages_at_once = 3", "no multiple of images_at_once"),
        ("name = ", "my.toml is not TOML"),
    ],
)
def test_what_is_missing_or_does_not_fit_together_is_said(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        _parse(text)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gone.toml cannot be read"):
        read_config(tmp_path / "gone.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="bytes.toml is not a text file"):
        read_config(tmp_path / "bytes.toml")


@given(
    rate=st.floats(1e-8, 1.0),
    batch=st.integers(1, 4096),
    images=st.lists(st.sampled_from([ImageType.FFDM, ImageType.SYNTHETIC]), max_size=2),
    top_t=st.none() | st.floats(1e-6, 1e5),
    stages=st.lists(st.sampled_from(ImageType), max_size=3),
)
def test_a_configuration_is_read_as_it_was_written(
    rate: float, batch: int, images: list[ImageType], top_t: float | None, stages: list[ImageType]
) -> None:
    entries = {
        "name": "n",
        "model": {"architecture": "gmic"} | ({} if top_t is None else {"top_t": top_t}),
        "data": {"images": [kind.value for kind in images], "phantoms": {"exams": 5}},
        "optimisation": {"learning_rate": rate, "batch": batch},
        "pretraining": [{"images": kind.value} for kind in stages],
    }
    config = _parse(tomli_w.dumps(entries))
    assert config.optimisation.learning_rate == rate
    assert config.model.top_t == top_t
    assert _parse(tomli_w.dumps(config_entries(config))) == config
