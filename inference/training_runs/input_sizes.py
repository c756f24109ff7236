"""How large a network's window is on every kind of image."""

from __future__ import annotations

from inference.training_runs.build_network import network_config, two_view_config
from inference.training_runs.check_config import image_types
from inference.training_runs.config import ImageType, ModelKind, TrainingConfig

_PUBLISHED = {ImageType.FFDM: (2866, 1814)}
_OTHERS = (2116, 1339)
"""Windows that show the same field of view (3D-GMIC, section V-D.3)."""


def input_size(config: TrainingConfig, kind: ImageType, view: str) -> tuple[int, int]:
    """Rows and columns of the window on an image.

    The network's own size for the kinds it is trained on; for those of pretraining alone, that
    of the same field of view.
    """
    rows, columns = _own_size(config, view)
    if kind in image_types(config):
        return rows, columns
    theirs = _PUBLISHED.get(kind, _OTHERS)
    own = _PUBLISHED.get(image_types(config)[0], _OTHERS)
    return round(rows * theirs[0] / own[0]), round(columns * theirs[1] / own[1])


def _own_size(config: TrainingConfig, view: str) -> tuple[int, int]:
    if config.model.architecture is ModelKind.TWO_VIEW:
        sizes = two_view_config(config)
        return sizes.cc_input if view == "CC" else sizes.mlo_input
    own = network_config(config)
    return own.input_rows, own.input_columns
