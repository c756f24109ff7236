"""What a pane says when its image is of another study than the exam that hangs."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.domain.patient_studies import StudyRelation, study_date
from viewer.rendering.captions import Badge, CornerLine


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStudy:
    """Another study of the patient, in words."""

    words: str
    """Such as "prior, 1 y 11 mo earlier"; holds no date."""
    day: str = ""
    """The study's date; shown only where the patient's identity is."""
    doubt: str | None = None
    """Why the patient may be another one."""

    def line(self, *, identity: bool) -> CornerLine:
        """The line below the view; never left out."""
        words = f"{self.words}, {self.day}" if identity and self.day else self.words
        return CornerLine(words, kept=self.words)

    @property
    def badges(self) -> tuple[Badge, ...]:
        """The doubt, where there is one."""
        return () if self.doubt is None else (Badge(self.doubt),)


def other_study(relation: StudyRelation | None) -> OtherStudy | None:
    """Put a relation into words; None stays None: the image is of the exam that hangs."""
    if relation is None:
        return None
    day = study_date(relation.exam)
    return OtherStudy(
        words=relation.words, day=day.isoformat() if day else "", doubt=relation.doubt
    )
