"""One breast's prediction as bytes and back: a checksum, then JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from inference.breast import BreastPrediction, BreastView, ViewPart
from inference.types import ClassScores, Laterality, ModelIdentity
from viewer.storage.prediction_file import DamagedPrediction

FORMAT = 1
_CHECKSUM = hashlib.sha256().digest_size


def to_bytes(prediction: BreastPrediction) -> bytes:
    """Write a prediction so that from_bytes gives an equal one."""
    words = asdict(prediction) | {
        "format": FORMAT,
        "laterality": prediction.laterality.value,
        "missing": [view.value for view in prediction.missing],
    }
    content = json.dumps(words).encode()
    return hashlib.sha256(content).digest() + content


def from_bytes(content: bytes) -> BreastPrediction:
    """Read a prediction; raises DamagedPrediction for anything else."""
    checksum, words = content[:_CHECKSUM], content[_CHECKSUM:]
    if hashlib.sha256(words).digest() != checksum:
        raise DamagedPrediction("the checksum does not fit")
    try:
        return _prediction(json.loads(words))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedPrediction(str(error)) from error


def _prediction(words: dict[str, Any]) -> BreastPrediction:
    if words["format"] != FORMAT:
        raise DamagedPrediction(f"format {words['format']}")
    heat_maps = words["heat_map_model"]
    return BreastPrediction(
        model=ModelIdentity(**words["model"]),
        laterality=Laterality(words["laterality"]),
        scores=ClassScores(**words["scores"]),
        cc=_part(words["cc"]),
        mlo=_part(words["mlo"]),
        missing=tuple(BreastView(view) for view in words["missing"]),
        outside_training_views=bool(words["outside_training_views"]),
        heat_map_model=None if heat_maps is None else ModelIdentity(**heat_maps),
        seconds=float(words["seconds"]),
        device=str(words["device"]),
        notices=tuple(str(notice) for notice in words["notices"]),
    )


def _part(words: dict[str, Any] | None) -> ViewPart | None:
    if words is None:
        return None
    return ViewPart(
        alone=ClassScores(**words["alone"]), images=tuple(str(name) for name in words["images"])
    )
