"""What in a configuration must fit together."""

from __future__ import annotations

from inference.training_runs.config import (
    ImageType,
    ModelKind,
    NormKind,
    TrainingConfig,
    TwoViewSettings,
    TwoViewVariant,
)
from inference.training_runs.errors import ConfigError

DEPTHS = (18, 34, 50)
NORM_GROUPS = 8


def image_types(config: TrainingConfig) -> tuple[ImageType, ...]:
    """The kinds of image that the network learns from."""
    if config.data.images:
        return config.data.images
    is_3d = config.model.architecture is ModelKind.GMIC3D
    return (ImageType.DBT,) if is_3d else (ImageType.FFDM,)


def views_of_a_breast(config: TrainingConfig) -> tuple[str, ...]:
    """The views that are scored together; empty where every image is scored for itself."""
    if config.model.architecture is not ModelKind.TWO_VIEW:
        return ()
    variant = config.model.two_view.variant
    if variant in (TwoViewVariant.CC, TwoViewVariant.MLO):
        return (variant.name,)
    return ("CC", "MLO")


def check_config(config: TrainingConfig, file_name: str) -> None:
    """Raise ConfigError for choices that contradict each other."""
    for problem, hint in (*_model_problems(config), *_other_problems(config)):
        raise ConfigError(f"{file_name}: {problem}", hint)


def _model_problems(config: TrainingConfig) -> list[tuple[str, str]]:
    model = config.model
    found = []
    if model.local_depth not in DEPTHS:
        found.append((f"[model] local_depth is {model.local_depth}", "take 18, 34 or 50"))
    for key in ("global_channels", "local_channels"):
        channels = getattr(model, key)
        # Weights files are read with such widths only; groups of channels need them as well.
        if channels % NORM_GROUPS:
            problem = f"[model] {key} is {channels}"
            found.append((problem, f"take a multiple of {NORM_GROUPS}"))
    if model.fusion and model.architecture is not ModelKind.GMIC:
        found.append(("[model] fusion is for gmic only", "leave it out"))
    if (model.input_rows is None) != (model.input_columns is None):
        found.append(("[model] has one of input_rows and input_columns", "give both or neither"))
    two_view = model.two_view
    if two_view != TwoViewSettings() and model.architecture is not ModelKind.TWO_VIEW:
        found.append(("[model.two_view] is for two_view only", "leave it out"))
    if (two_view.mlo_rows is None) != (two_view.mlo_columns is None):
        found.append(("[model.two_view] has one of mlo_rows and mlo_columns", "give both"))
    sees_slices = model.architecture is not ModelKind.TWO_VIEW or bool(config.pretraining)
    if model.norm is NormKind.BATCH and config.optimisation.slices_at_once and sees_slices:
        found.append(
            (
                '[model] norm = "batch" needs all activations at a time',
                'set [optimisation] slices_at_once = 0, or norm = "group"',
            )
        )
    return found


def _other_problems(config: TrainingConfig) -> list[tuple[str, str]]:
    found = []
    if (config.data.phantoms is None) == (config.data.folders is None):
        found.append(
            (
                "[data] needs phantoms or folders, and not both",
                "add [data.phantoms] or [data.folders]",
            )
        )
    is_3d = config.model.architecture is ModelKind.GMIC3D
    wrong = [kind.value for kind in image_types(config) if (kind is ImageType.DBT) != is_3d]
    if wrong:
        found.append(
            (
                f"[data] images: {config.model.architecture.value} does not take {wrong[0]}",
                "gmic3d takes DBT; gmic and two_view take FFDM and Synthetic 2D",
            )
        )
    optimisation = config.optimisation
    if optimisation.batch % optimisation.images_at_once:
        found.append(
            (
                f"[optimisation] batch {optimisation.batch} is no multiple of images_at_once "
                f"{optimisation.images_at_once}",
                "a batch is run in equal parts",
            )
        )
    return found
