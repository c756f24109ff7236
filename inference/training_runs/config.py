"""What a training run is: every choice, frozen, with the papers' values as defaults.

The field names are the keys of a configuration in TOML; read_config reads one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from inference.training_runs.config_fields import ranged, ranged_without_default

LARGEST_SIDE = 20_000


class ModelKind(Enum):
    """Which network is trained."""

    GMIC3D = "gmic3d"
    GMIC = "gmic"
    TWO_VIEW = "two_view"


class ImageType(Enum):
    """Kinds of image, named as in model cards."""

    FFDM = "FFDM"
    SYNTHETIC = "Synthetic 2D"
    DBT = "DBT"


class TwoViewVariant(Enum):
    """How the two views of a breast come together, or which one is looked at."""

    SHARED = "shared"
    JOINT = "joint"
    SPLIT = "split"
    CC = "cc"
    MLO = "mlo"


class Pooling(Enum):
    """How the cells of a saliency map become the global score."""

    TOP_T = "top_t"
    MEAN = "mean"
    MAX = "max"


class AttentionKind(Enum):
    """How patches are weighed."""

    GATED = "gated"
    UNIFORM = "uniform"
    """Every patch the same."""


class Initialisation(Enum):
    """What the saliency convolution starts from."""

    CONSTANT = "constant"
    """Every weight omega (3D-GMIC, section V-B.4)."""
    DEFAULT = "default"
    """As torch draws a convolution's weights."""


class Watched(Enum):
    """Whose area under the curve on the validation part decides which weights are best."""

    MALIGNANT = "malignant"
    BENIGN = "benign"
    MEAN = "mean"


class Precision(Enum):
    """How numbers are kept on a GPU; a CPU always uses float32."""

    FLOAT32 = "float32"
    MIXED = "mixed"


class NormKind(Enum):
    """How the whole-slice network normalises."""

    GROUP = "group"
    BATCH = "batch"


class SaliencyNonlinearity(Enum):
    """What turns a cell's evidence into 0..1."""

    RELU_TANH = "relu_tanh"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoViewSettings:
    """What only a network of two views has."""

    variant: TwoViewVariant = TwoViewVariant.SHARED
    hidden_units: int = ranged(1, 4096, default=512)
    cc_dropout: float = ranged(0.0, 0.99, default=0.0)
    """Modality dropout: in training, how often a breast's CC view is dropped whole."""
    mlo_dropout: float = ranged(0.0, 0.99, default=0.0)
    mlo_rows: int | None = ranged(64, LARGEST_SIDE, default=None)
    """Of the MLO view's input; None: as the CC view's, which [model] gives."""
    mlo_columns: int | None = ranged(64, LARGEST_SIDE, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """The network; None takes what is published for its kind."""

    architecture: ModelKind = ModelKind.GMIC3D
    input_rows: int | None = ranged(64, LARGEST_SIDE, default=None)
    input_columns: int | None = ranged(64, LARGEST_SIDE, default=None)
    global_channels: int = ranged(1, 256, default=16)
    local_channels: int = ranged(1, 512, default=64)
    local_depth: int = ranged(18, 50, default=18)
    """Layers of the patch network: 18, 34 or 50."""
    attention_units: int = ranged(1, 4096, default=128)
    norm: NormKind = NormKind.GROUP
    nonlinearity: SaliencyNonlinearity = SaliencyNonlinearity.RELU_TANH
    fusion: bool = False
    """gmic only: answer from the fusion layer, as the GMIC paper has it."""
    pooling: Pooling = Pooling.TOP_T
    top_t: float | None = ranged(1e-6, 1e5, default=None)
    """Cells averaged for the global score, in units of one slice's cell count."""
    patches: int | None = ranged(1, 1000, default=None)
    """How many patches are looked at closely (K)."""
    patch_side: int = ranged(32, 4096, default=256)
    neighbour_slices: int = ranged(0, 4096, default=10)
    """How many slices up and down a found patch blanks its place (zeta); in training its slice
    is drawn from them."""
    attention: AttentionKind = AttentionKind.GATED
    initialisation: Initialisation = Initialisation.CONSTANT
    omega: float = ranged(1e-6, 1.0, default=0.003)
    """The constant of the saliency convolution; the paper draws it from 0.001 to 0.01."""
    two_view: TwoViewSettings = TwoViewSettings()
    """two_view only."""
    start_from: str | None = None
    """A weights file of the same sizes to start from, instead of random weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomSettings:
    """Which phantom exams, and how large their images are made."""

    seed: int = ranged(0, 2**31 - 1, default=1)
    exams: int = ranged_without_default(2, 1_000_000)
    rows: int = ranged(128, 4096, default=2457)
    columns: int = ranged(96, 4096, default=1996)
    slices: int | None = ranged(1, 200, default=None)
    """None: one a millimetre, as in a real volume."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """Where exams lie, and the table that says what is true of them."""

    paths: tuple[str, ...]
    labels: str
    """A CSV table; see the help of `tomolens train`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSettings:
    """The images: phantoms or folders, not both."""

    images: tuple[ImageType, ...] = ()
    """Empty: DBT for gmic3d, FFDM for gmic."""
    phantoms: PhantomSettings | None = None
    folders: FolderSettings | None = None
    validation_share: float = ranged(0.01, 0.9, default=0.2)
    """Of the patients, where the label table has no column `split`."""
    prepared: str | None = None
    """Where prepared images are kept; None: in the folder of the run. Runs may share it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationSettings:
    """How images are changed in training; pixels of the network's input."""

    shift_pixels: int = ranged(0, 1000, default=100)
    resize_pixels: int = ranged(0, 1000, default=100)
    flip_cc: bool = True
    """Turn half of the CC views upside down; MLO views have an up and a down."""
    rotate_patches: bool | None = None
    """Turn patches by 0, 90, 180 or 270 degrees; None: for 2D images, as in the papers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimisationSettings:
    """How the network learns."""

    learning_rate: float = ranged(1e-8, 1.0, default=1e-5)
    batch: int = ranged(1, 4096, default=4)
    """Images of a step, over all processes."""
    images_at_once: int = ranged(1, 4096, default=1)
    """Images of a process that run through the network together; more of a batch follow."""
    epochs: int = ranged(1, 100_000, default=40)
    patience: int = ranged(1, 100_000, default=15)
    """Epochs without a better validation after which training stops."""
    watch: Watched = Watched.MALIGNANT
    beta: float = ranged(0.0, 1.0, default=3e-6)
    """Weight of the sum of all saliency."""
    gradient_norm: float = ranged(1e-6, 1e6, default=1.0)
    """Longer gradients are shortened to this."""
    weight_decay: float = ranged(0.0, 1.0, default=0.0)
    precision: Precision = Precision.MIXED
    slices_per_volume: int = ranged(0, 1000, default=0)
    """Slices drawn of a volume in training; 0 takes all. A finding in few slices may be missed."""
    slices_at_once: int = ranged(0, 1000, default=1)
    """Slices whose activations are kept at a time; the others are computed again on the way back.
    0 keeps all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainingSettings:
    """One stage in which the whole-slice network learns three BI-RADS-like groups of images."""

    images: ImageType
    learning_rate: float = ranged(1e-8, 1.0, default=1e-5)
    epochs: int = ranged(1, 100_000, default=10)
    patience: int = ranged(1, 100_000, default=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What changes nothing about the result."""

    workers: int = ranged(0, 256, default=2)
    """Processes that load images, for each process that trains."""
    prefetch: int = ranged(1, 64, default=2)
    """Batches that each of them holds ready."""
    checkpoint_minutes: float = ranged(0.0, 1440.0, default=10.0)
    checkpoint_steps: int = ranged(0, 1_000_000, default=0)
    """A checkpoint every so many steps besides; 0: by the clock only."""
    tensorboard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """A whole run."""

    name: str
    seed: int = ranged(0, 2**31 - 1, default=1)
    model: ModelSettings = ModelSettings()
    data: DataSettings
    augmentation: AugmentationSettings = AugmentationSettings()
    optimisation: OptimisationSettings = OptimisationSettings()
    pretraining: tuple[PretrainingSettings, ...] = field(default=())
    run: RunSettings = RunSettings()
