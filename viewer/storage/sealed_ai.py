"""The AI's result of one case as the content of a sealed item: scores, and what to overlay."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from inference.types import ClassScores, Laterality, ModelIdentity, Prediction
from viewer.storage.prediction_file import DamagedPrediction, from_bytes, to_bytes
from viewer.study.errors import StudyError
from viewer.study.event import Json, canonical

MEAN_OF_MODELS = "mean of models"
"""How tables call the mean where several models scored a case."""

_FORMAT = 1
_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class AiBreast:
    """What one model says of one breast, 0 to 1; benign None where it does not say."""

    laterality: Laterality
    model: str
    """Name and version, as ModelIdentity gives them."""
    malignant: float
    benign: float | None = None

    def __post_init__(self) -> None:
        for name, score in (("malignant", self.malignant), ("benign", self.benign)):
            if score is not None and not 0.0 <= score <= 1.0:
                raise ValueError(f"{name} score must be 0 to 1, got {score}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAi:
    """Everything the AI says of a case.

    predictions: (image id, prediction), one for each image and model, in the order of the
    models; empty where the AI was run elsewhere and only its scores are known.
    """

    case_id: str
    models: tuple[ModelIdentity, ...]
    breasts: tuple[AiBreast, ...]
    predictions: tuple[tuple[str, Prediction], ...] = ()
    notes: tuple[str, ...] = ()
    """Such as images that could not be scored."""
    run: str = ""
    """Names the run: which models were asked, of which kinds of image (run_name)."""

    def overlays(self) -> Mapping[str, Prediction]:
        """By image id: of the first model that scored the image."""
        found: dict[str, Prediction] = {}
        for image_id, prediction in self.predictions:
            found.setdefault(image_id, prediction)
        return MappingProxyType(found)

    def malignant(self, laterality: Laterality) -> float | None:
        """The mean over the models; None where none scored the breast."""
        scores = [b.malignant for b in self.breasts if b.laterality is laterality]
        return sum(scores) / len(scores) if scores else None

    def benign(self, laterality: Laterality) -> float | None:
        """The mean over the models that say; None where none does."""
        scores = [
            b.benign for b in self.breasts if b.laterality is laterality and b.benign is not None
        ]
        return sum(scores) / len(scores) if scores else None


def model_words(model: ModelIdentity) -> str:
    """Name, version and augmentations: how scores name their model."""
    return model.words


def run_name(models: Collection[ModelIdentity], kinds: Collection[str]) -> str:
    """The same for runs that would give the same results: a hash of models and kinds."""
    asked: list[Json] = [*sorted(f"{model_words(model)} {model.sha256}" for model in models)]
    shown: list[Json] = [*sorted(kinds)]
    return hashlib.sha256(canonical([asked, shown]).encode("ascii")).hexdigest()


def ai_to_bytes(result: SealedAi) -> bytes:
    """A JSON head behind its length, then the predictions; with random bytes for its hash."""
    blobs = [(image_id, to_bytes(prediction)) for image_id, prediction in result.predictions]
    head = {
        "format": _FORMAT,
        "random": secrets.token_hex(32),
        "case_id": result.case_id,
        "models": [_plain(model) for model in result.models],
        "breasts": [_plain(b) | {"laterality": b.laterality.value} for b in result.breasts],
        "predictions": [{"image_id": image_id, "bytes": len(blob)} for image_id, blob in blobs],
        "notes": list(result.notes),
        "run": result.run,
    }
    encoded = json.dumps(head, sort_keys=True, allow_nan=False).encode("ascii")
    return _LENGTH.pack(len(encoded)) + encoded + b"".join(blob for _, blob in blobs)


def ai_from_bytes(content: bytes, *, with_predictions: bool = True) -> SealedAi:
    """The result that was sealed; raises StudyError.

    with_predictions: analyses need the scores only.
    """
    try:
        (length,) = _LENGTH.unpack_from(content)
        start = _LENGTH.size + length
        head = json.loads(content[_LENGTH.size : start])
        if head["format"] != _FORMAT:
            raise ValueError(f"format {head['format']}")
        return SealedAi(
            case_id=str(head["case_id"]),
            models=tuple(ModelIdentity(**model) for model in head["models"]),
            breasts=tuple(_breast(entry) for entry in head["breasts"]),
            predictions=_predictions(head, content[start:]) if with_predictions else (),
            notes=tuple(str(note) for note in head["notes"]),
            run=str(head["run"]),
        )
    except (
        struct.error, ValueError, KeyError, TypeError, RecursionError, DamagedPrediction
    ) as error:  # fmt: skip
        raise StudyError(
            "the sealed result of the AI cannot be understood",
            "a newer version of Tomolens may have sealed it; install that version",
        ) from error


def scores_of(prediction_scores: ClassScores, laterality: Laterality, model: str) -> AiBreast:
    """A breast's scores as they are sealed."""
    return AiBreast(
        laterality=laterality,
        model=model,
        malignant=prediction_scores.malignant,
        benign=prediction_scores.benign,
    )


def _predictions(head: dict[str, Any], blobs: bytes) -> tuple[tuple[str, Prediction], ...]:
    found: list[tuple[str, Prediction]] = []
    start = 0
    for entry in head["predictions"]:
        end = start + int(entry["bytes"])
        found.append((str(entry["image_id"]), from_bytes(blobs[start:end])))
        start = end
    return tuple(found)


def _breast(entry: dict[str, Any]) -> AiBreast:
    return AiBreast(**entry | {"laterality": Laterality(entry["laterality"])})


def _plain(value: ModelIdentity | AiBreast) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def models_in(results: Sequence[SealedAi]) -> tuple[ModelIdentity, ...]:
    """Every model of several cases, once, in the order met."""
    return tuple(dict.fromkeys(model for result in results for model in result.models))
