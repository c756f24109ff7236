"""The arms of every ablation, as configurations that `tomolens train` reads."""

from __future__ import annotations

from dataclasses import dataclass

from inference.training_runs.config import ModelKind, TrainingConfig
from inference.training_runs.read_config import parse_config

BASE = "base"
_RATES = {"two views": 5e-4}
"""Where the whole-slice network starts well, more than 1e-4 makes it forget, of volumes benign
findings first; the layers behind two views start from nothing."""
_COMMON = """
[optimisation]
learning_rate = {rate}
batch = {batch}
images_at_once = {batch}
epochs = {epochs}
slices_at_once = 0

[augmentation]
shift_pixels = 20
resize_pixels = 20

[data]
images = ["{images}"]

[data.phantoms]
seed = 501
exams = {breasts}
rows = {rows}
columns = {columns}
slices = 8
"""
_GMIC = """
architecture = "gmic"
global_channels = 8
local_channels = 16
patch_side = 64
attention_units = 32
omega = 0.01
top_t = 0.06
patches = 4
"""
_GMIC3D = """
architecture = "gmic3d"
global_channels = 8
local_channels = 16
patch_side = 64
attention_units = 32
omega = 0.01
top_t = 0.12
patches = 4
"""
_TWO_VIEW = """
architecture = "two_view"
global_channels = 8
norm = "group"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much an arm sees."""

    rows: int = 444
    """Of the phantom's detector as in tomosynthesis; a plain mammogram has a third more."""
    columns: int = 360
    breasts: int = 24
    test_breasts: int = 40
    epochs: int = 7
    """Each shows every breast with every set of findings in every view."""
    trunk_epochs: int = 5
    volume_trunk_epochs: int = 10
    """Of slices, from where plain mammograms left off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way to train."""

    name: str
    family: str
    model: str
    """What differs, as lines of [model]."""
    looked_at_before: bool = False
    """Whether its saliency is measured before the first step, too."""
    starts_sparse: bool = True
    """How its whole-slice network was trained before; see learning.train_trunk."""

    def text(self, size: Size, seed: int) -> str:
        """The whole configuration, in TOML."""
        is_3d = self.family == "zeta"
        model = {"zeta": _GMIC3D, "two views": _TWO_VIEW}.get(self.family, _GMIC)
        common = _COMMON.format(
            rate=_RATES.get(self.family, 1e-4),
            batch=2 if is_3d else 4,
            images="DBT" if is_3d else "FFDM",
            epochs=size.epochs,
            breasts=size.breasts,
            rows=size.rows,
            columns=size.columns,
        )
        return f'name = "{self.name}"\nseed = {seed}\n[model]{_merged(model, self.model)}{common}'

    def config(self, size: Size, seed: int) -> TrainingConfig:
        """The whole configuration, read."""
        return parse_config(self.text(size, seed), self.name)


def _merged(base: str, own: str) -> str:
    """Lines of `own` replace those of the same key; a table ends the block."""
    keys = {line.split("=")[0].strip() for line in own.splitlines() if "=" in line}
    kept = [line for line in base.splitlines() if line.split("=")[0].strip() not in keys]
    return "\n".join(["", *(line for line in kept if line), own, ""])


ARMS = (
    Arm(name=BASE, family="saliency", model="", looked_at_before=True),
    Arm(
        name="random initialisation",
        family="saliency",
        model='initialisation = "default"',
        looked_at_before=True,
    ),
    Arm(name="sigmoid", family="saliency", model='nonlinearity = "sigmoid"', looked_at_before=True),
    Arm(
        name="sigmoid and random initialisation",
        family="saliency",
        model='nonlinearity = "sigmoid"\ninitialisation = "default"',
        looked_at_before=True,
    ),
    Arm(name="mean", family="pooling", model='pooling = "mean"'),
    Arm(name="max", family="pooling", model='pooling = "max"'),
    Arm(name="uniform attention", family="attention", model='attention = "uniform"'),
    Arm(name="K = 1", family="patches", model="patches = 1"),
    Arm(name="K = 2", family="patches", model="patches = 2"),
    Arm(name="K = 8", family="patches", model="patches = 8"),
    Arm(
        name="plain start",
        family="start",
        model="",
        looked_at_before=True,
        starts_sparse=False,
    ),
    Arm(
        name="plain start and random initialisation",
        family="start",
        model='initialisation = "default"',
        looked_at_before=True,
        starts_sparse=False,
    ),
    Arm(name="shared", family="two views", model='[model.two_view]\nvariant = "shared"'),
    Arm(name="joint", family="two views", model='[model.two_view]\nvariant = "joint"'),
    Arm(name="zeta = 0", family="zeta", model="neighbour_slices = 0"),
    Arm(name="zeta = 1", family="zeta", model="neighbour_slices = 1"),
    Arm(name="zeta = all", family="zeta", model="neighbour_slices = 8"),
)
"""In the order in which they are trained. `base`: constant initialisation, relu(tanh), the mean of
the top cells, gated attention, K = 4."""


def is_two_view(config: TrainingConfig) -> bool:
    """Whether breasts are scored instead of images."""
    return config.model.architecture is ModelKind.TWO_VIEW
