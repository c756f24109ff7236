"""Several two-view models as one: the mean of what they say of a breast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.breast import BreastImage, BreastPrediction, BreastView, ViewPart
from inference.breast_predictor import STAGE, BreastPredictor, HeatMapMaker
from inference.checkpoint import LoadedModel
from inference.device import Device
from inference.ensemble_groups import EnsembleError, ensemble_identity
from inference.errors import InferenceError
from inference.progress import Progress
from inference.scores import mean_scores
from inference.types import ModelIdentity, ModelInput, Prediction

_MOST_KEPT = 16
"""Maps kept from one member to the next; a breast rarely has more images."""


class BreastEnsemble:
    """One or more two-view models that look at the same views. Use it from one thread at a time.

    A member that fails fails the whole: a mean of fewer would be another model.
    """

    def __init__(
        self,
        *,
        models: Sequence[LoadedModel],
        device: Device | None = None,
        threads: int | None = None,
        heat_maps: HeatMapMaker | None = None,
    ) -> None:
        """Place the models; the options are those of a BreastPredictor.

        Maps are made once for all members. Raises EnsembleError when the members do not fit
        together, and WeightsError as a BreastPredictor does.
        """
        # Their order must not change the last digits of a mean.
        ordered = sorted(models, key=lambda model: _order(model.identity))
        self._identity = ensemble_identity([model.identity for model in ordered])
        made_once = None if heat_maps is None else _OncePerImage(heat_maps)
        self._members = tuple(
            BreastPredictor(model=model, device=device, threads=threads, heat_maps=made_once)
            for model in ordered
        )
        _require_same_views(self._members)

    @property
    def identity(self) -> ModelIdentity:
        """What its predictions are signed with."""
        return self._identity

    @property
    def members(self) -> tuple[BreastPredictor, ...]:
        """The models, by version."""
        return self._members

    @property
    def views(self) -> tuple[BreastView, ...]:
        """The views it looks at."""
        return self._members[0].views

    @property
    def device(self) -> Device:
        """Where it runs first."""
        return self._members[0].device

    def predict(self, images: Sequence[BreastImage], progress: Progress) -> BreastPrediction:
        """Score one breast; scores, and those of each view alone, are means over the members.

        Every image of every member is a step of "views", which may raise Cancelled. Raises as a
        BreastPredictor does, for the first member that fails.
        """
        steps = _AllMembers(progress, len(self._members))
        predictions = []
        for member in self._members:
            try:
                predictions.append(member.predict(images, steps))
            except InferenceError as error:
                if len(self._members) == 1:
                    raise
                raise type(error)(
                    f"{member.model.identity.title}, one of {len(self._members)} models that are "
                    f"averaged, failed: {error}"
                ) from error
            steps.done_members += 1
        return _mean(predictions, self._identity)


def _mean(predictions: Sequence[BreastPrediction], identity: ModelIdentity) -> BreastPrediction:
    first = predictions[0]
    if len(predictions) == 1:
        return first
    names = ", ".join(prediction.model.title for prediction in predictions)
    notices = dict.fromkeys(notice for p in predictions for notice in p.notices)
    return replace(
        first,
        model=identity,
        scores=mean_scores(prediction.scores for prediction in predictions),
        cc=_mean_part([prediction.cc for prediction in predictions]),
        mlo=_mean_part([prediction.mlo for prediction in predictions]),
        heat_map_model=next((p.heat_map_model for p in predictions if p.heat_map_model), None),
        seconds=sum(prediction.seconds for prediction in predictions),
        device=", then ".join(dict.fromkeys(prediction.device for prediction in predictions)),
        notices=(f"The mean of {len(predictions)} members: {names}.", *notices),
    )


def _mean_part(parts: Sequence[ViewPart | None]) -> ViewPart | None:
    """One view alone; all members were given the same images."""
    there = [part for part in parts if part is not None]
    if not there:
        return None
    return replace(there[0], alone=mean_scores(part.alone for part in there))


def _order(model: ModelIdentity) -> tuple[str, str, str]:
    return model.name, model.version, model.sha256


def _require_same_views(members: Sequence[BreastPredictor]) -> None:
    first = members[0]
    for other in members[1:]:
        if other.views != first.views:
            views = (" and ".join(view.title for view in each.views) for each in (first, other))
            raise EnsembleError(
                f"{first.model.identity.title} and {other.model.identity.title} cannot be one "
                f"ensemble: they look at {' against '.join(views)}; give their cards different "
                "names, or average none (--ensemble none)."
            )


@dataclass(slots=True)
class _AllMembers:
    """Counts the images of all members as one stage, so that progress never goes back."""

    progress: Progress
    members: int
    done_members: int = 0

    def update(self, done: int, total: int, stage: str) -> None:
        """Report a step of the present member."""
        self.progress.update(self.done_members * total + done, self.members * total, STAGE)


class _OncePerImage:
    """A HeatMapMaker that keeps the maps of the images it saw last."""

    def __init__(self, original: HeatMapMaker) -> None:
        self._original = original
        self._kept: list[tuple[ModelInput, Prediction]] = []

    def __call__(self, model_input: ModelInput, progress: Progress) -> Prediction:
        for known, prediction in self._kept:
            if known is model_input:
                return prediction
        made = self._original(model_input, progress)
        self._kept = [*self._kept, (model_input, made)][-_MOST_KEPT:]
        return made
