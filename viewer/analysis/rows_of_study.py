"""What a study's events say -> rows, by aliases; training never, exclusions and gaps said."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from inference.types import Laterality
from viewer.analysis.acceptance import AcceptanceRule
from viewer.analysis.study_rows import LongRow, MarkRow, StudyRows, TruthRow
from viewer.study.answer import BreastAnswer, Mark
from viewer.study.planned_reading import ReadingKey
from viewer.study.projection import AdoptedProtocol
from viewer.study.protocol import Phase, Protocol
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.reading_state import LockedAnswer, PhaseTimes, ReadingState
from viewer.study.truth import TruthEntry

Side = tuple[str, str]
"""Case id and laterality (L or R)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScores:
    """What one model says of every breast, as it was sealed."""

    model: str
    version: str
    malignant: Mapping[Side, float]
    """0 to 1."""
    passes: str = ""
    """Such as "mean of 8 augmented passes"; empty without augmentations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyAnswers:
    """Everything a finished or running study has to analyse."""

    protocol: Protocol
    readings: Mapping[ReadingKey, ReadingState]
    truth: Sequence[TruthEntry]
    """As it was sealed."""
    models: Sequence[ModelScores] = ()
    versions: Sequence[AdoptedProtocol] = ()
    app_versions: Mapping[tuple[str, str], str] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """(reader, session) -> the program's version."""


def case_aliases(protocol: Protocol) -> dict[str, str]:
    """Case id -> E0001, ..., in an order that tells nothing: seeded, the same for every export."""
    ids = [case.case_id for case in protocol.cases]
    digits = max(4, len(str(len(ids))))
    mixed = sorted(
        ids, key=lambda name: hashlib.sha256(f"{protocol.seed}|{name}".encode()).digest()
    )
    return {name: f"E{number:0{digits}d}" for number, name in enumerate(mixed, start=1)}


def rows_of_study(study: StudyAnswers) -> StudyRows:
    """Rows of every finished reading that counts, amended answers behind the locked ones.

    Of a reading in which the AI was on request and never asked for, the answer alone stands for
    the aided one, with ai_seen 0.
    """
    return _Writer(study).rows()


def is_counted(state: ReadingState) -> bool:
    """Whether a reading is analysed: finished, no training, not excluded."""
    return state.is_finished and not state.planned.training and state.excluded_because is None


class _Writer:
    """Makes the rows of one study."""

    def __init__(self, study: StudyAnswers) -> None:
        self._study = study
        self._alias = case_aliases(study.protocol)
        self._rule = AcceptanceRule(study.protocol.analysis.acceptance_radius_mm)
        self._lesions: dict[Side, list[TruthEntry]] = {}
        for entry in study.truth:
            if entry.malignant and entry.lesion_id:
                side = (entry.case_id, entry.laterality.value)
                self._lesions.setdefault(side, []).append(entry)

    def rows(self) -> StudyRows:
        """All three tables."""
        answers: list[LongRow] = []
        marks: list[MarkRow] = []
        for state in self._study.readings.values():
            if not is_counted(state):
                continue
            made = list(self._answers(state))
            answers.extend(row for row, _ in made)
            # The last amendment of a breast is the one that can take the place of the answer.
            last = {(row.phase, row.laterality, row.amended): row for row, _ in made}
            for row, answer in made:
                if last[row.phase, row.laterality, row.amended] is row:
                    marks.extend(self._marks(state, row, answer))
        return StudyRows(
            answers=tuple(answers), marks=tuple(marks), truth=tuple(self._truth_rows())
        )

    def _truth_rows(self) -> Iterator[TruthRow]:
        training = {case.case_id for case in self._study.protocol.cases if case.training}
        for entry in self._study.truth:
            if entry.case_id in self._alias and entry.case_id not in training:
                yield TruthRow(
                    case_alias=self._alias[entry.case_id],
                    laterality=entry.laterality.value,
                    malignant=entry.malignant,
                    benign=entry.benign,
                    lesion_id=entry.lesion_id,
                    view=entry.view,
                    slice=entry.slice_index,
                    cx=entry.column,
                    cy=entry.row,
                    # What the mask's file is called may say whose it is.
                    mask_ref="",
                    weight=entry.weight,
                )

    def _answers(self, state: ReadingState) -> Iterator[tuple[LongRow, BreastAnswer]]:
        for phase in state.planned.phases:
            locked = state.locked.get(phase)
            if locked is None and phase is Phase.AIDED and state.planned.ai_on_request:
                locked = state.locked.get(Phase.ALONE)
            if locked is None:
                continue
            times = state.times.get(phase, PhaseTimes())
            for answer in locked.answers:
                yield self._row(state, phase, locked, times, answer), answer
                yield from self._amended(state, phase, locked, times, answer.laterality)

    def _amended(
        self,
        state: ReadingState,
        phase: Phase,
        locked: LockedAnswer,
        times: PhaseTimes,
        laterality: Laterality,
    ) -> Iterator[tuple[LongRow, BreastAnswer]]:
        for amendment in state.amendments:
            if (amendment.phase, amendment.new.laterality) == (phase, laterality):
                row = self._row(state, phase, locked, times, amendment.new)
                yield (
                    replace(
                        row,
                        amended=True,
                        submit_utc=amendment.utc,
                        event_seq=amendment.sequence,
                    ),
                    amendment.new,
                )

    def _row(
        self,
        state: ReadingState,
        phase: Phase,
        locked: LockedAnswer,
        times: PhaseTimes,
        answer: BreastAnswer,
    ) -> LongRow:
        planned, study = state.planned, self._study
        side = answer.laterality.value
        models = study.models
        scores = [model.malignant.get((planned.case_id, side)) for model in models]
        return LongRow(
            study_id=study.protocol.study_id,
            protocol_sha256=self._sha256_at(locked.sequence),
            reader_id=planned.key.reader_id,
            session_id=planned.key.session_id,
            phase=phase.value,
            case_alias=self._alias[planned.case_id],
            laterality=side,
            order_index=planned.key.order_index,
            pom=None if answer.pom_percent is None else answer.pom_percent / 100.0,
            birads=answer.birads.value if answer.birads else "",
            recall=answer.recall,
            n_marks=len(answer.marks) if study.protocol.questions.marks else None,
            first_view_utc=times.first_view_utc or "",
            first_mark_utc=times.first_mark_utc or "",
            submit_utc=times.submitted_utc or locked.utc,
            active_ms=times.active_ms,
            idle_ms=times.idle_ms,
            ai_model=";".join(model.model for model in models),
            ai_version=";".join(model.version for model in models),
            ai_score=";".join("" if score is None else repr(score) for score in scores),
            ai_seen=locked.ai_seen,
            amended=False,
            app_version=study.app_versions.get((planned.key.reader_id, planned.key.session_id), ""),
            event_seq=locked.sequence,
        )

    def _sha256_at(self, sequence: int) -> str:
        """The hash of the protocol version that was in force."""
        before = [item for item in self._study.versions if item.sequence <= sequence]
        return before[-1].sha256 if before else protocol_sha256(self._study.protocol)

    def _marks(self, state: ReadingState, row: LongRow, answer: BreastAnswer) -> Iterator[MarkRow]:
        lesions = self._lesions.get((state.planned.case_id, row.laterality), [])
        for mark in answer.marks:
            match = self._rule.match(mark, lesions)
            yield MarkRow(
                study_id=row.study_id,
                protocol_sha256=row.protocol_sha256,
                reader_id=row.reader_id,
                session_id=row.session_id,
                phase=row.phase,
                case_alias=row.case_alias,
                laterality=row.laterality,
                order_index=row.order_index,
                amended=row.amended,
                finding=mark.finding.value,
                mark_id=mark.mark_id,
                view=mark.view,
                sop_alias=self._image_alias(mark),
                slice=mark.slice_index,
                x_px=mark.column,
                y_px=mark.row,
                x_mm=mark.column_mm,
                y_mm=mark.row_mm,
                confidence=mark.confidence_percent / 100.0,
                matched_lesion_id=match.lesion_id,
                distance_mm=match.distance_mm,
                rule=str(self._rule),
            )

    def _image_alias(self, mark: Mark) -> str:
        seeded = f"{self._study.protocol.seed}|{mark.image_id}".encode()
        return f"I{hashlib.sha256(seeded).hexdigest()[:10]}"
