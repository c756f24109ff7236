"""The rows of breasts that two-view models scored, or did not."""

from __future__ import annotations

from dataclasses import replace

from inference.breast import BreastPrediction, BreastView
from inference.breast_scores import BreastScore
from inference.types import ModelIdentity
from viewer.domain.breast_ai import BreastGroup
from viewer.export.tables import BreastRow, Status, breast_row, model_name


def two_view_score(group: BreastGroup, prediction: BreastPrediction) -> BreastScore:
    """A two-view model's answer as any other score of a breast."""
    parts = [part for view in BreastView if (part := prediction.part(view)) is not None]
    return BreastScore(
        laterality=group.key.laterality,
        models=(prediction.model,),
        modality=group.kind.value,
        scores=prediction.scores,
        images=sum(len(part.images) for part in parts),
        missing=tuple(view.title for view in prediction.missing),
    )


def two_view_row(exam: str, group: BreastGroup, prediction: BreastPrediction) -> BreastRow:
    """The row of a scored breast, with what each view says alone."""
    cc, mlo = (prediction.part(view) for view in (BreastView.CC, BreastView.MLO))
    return replace(
        breast_row(exam, two_view_score(group, prediction)),
        benign_cc=cc.alone.benign if cc else None,
        malignant_cc=cc.alone.malignant if cc else None,
        benign_mlo=mlo.alone.benign if mlo else None,
        malignant_mlo=mlo.alone.malignant if mlo else None,
        reason=" ".join(prediction.notices),
    )


def unscored_breast_row(
    exam: str, group: BreastGroup, *, status: Status, reason: str, model: ModelIdentity
) -> BreastRow:
    """The row of a breast without scores, with its reason."""
    return BreastRow(
        exam=exam,
        laterality=group.key.laterality.value,
        model=model_name(model),
        benign=None,
        malignant=None,
        images=len(group.images),
        modality=group.kind.value,
        members=model.members,
        status=status,
        reason=reason,
    )
