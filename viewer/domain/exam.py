"""An exam: the images of one study of one patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from viewer.domain.image_stack import ImageStack


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientIdentity:
    """Who the patient is; shown only on demand, never logged, never in exports by default."""

    name: str = ""
    patient_id: str = ""
    birth_date: str = ""
    study_date: str = ""
    accession_number: str = ""
    institution: str = ""

    def __repr__(self) -> str:
        """Say nothing, so that no log or error report does."""
        return "PatientIdentity(hidden)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthMask:
    """A file that outlines a known finding, in the layout of the published sample data.

    A mask may have its image's size, as stored; those of the published 2D sample lie instead in
    the 2944 x 1920 window that the network is given, facing right.
    """

    image_id: str
    malignant: bool
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastLabel:
    """Known findings of an image or breast, from an exam list or a label table; None: not said."""

    benign: bool | None
    malignant: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """The images of one study, headers only."""

    exam_id: str
    """A hash of the study's identity, safe in logs and caches."""
    alias: str
    """What the screen and exports call the exam, such as "Exam 4F2A91" or the published number."""
    images: tuple[ImageStack, ...]
    identity: PatientIdentity = field(default_factory=PatientIdentity)
    truth_masks: tuple[TruthMask, ...] = ()
    labels: dict[str, BreastLabel] = field(default_factory=dict)
    """By image id."""

    def image(self, image_id: str) -> ImageStack:
        """The image with this id; raises KeyError when the exam has none."""
        for image in self.images:
            if image.image_id == image_id:
                return image
        raise KeyError(image_id)
