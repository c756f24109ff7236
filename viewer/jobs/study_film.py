"""Loads everything a reading's replay needs: its events, its exam, and the AI that was shown."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.domain.ai_state import Done
from viewer.jobs.study_case import case_loader
from viewer.jobs.task import TaskProgress
from viewer.loading.located_exam import LocatedExam
from viewer.session.study_replay import Replay, replay_of
from viewer.storage.open_seals import key_ring_of
from viewer.storage.sealed_ai import ai_from_bytes
from viewer.storage.sealing import SealedItems, ai_item
from viewer.storage.study_folder import StudyFolder
from viewer.study.errors import StudyError
from viewer.study.journal import Journal
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.projection import StudyProjection
from viewer.study.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Film:
    """A reading to be watched."""

    planned: PlannedReading
    number: int
    """Of the case among those of its kind, from 1."""
    replay: Replay
    located: LocatedExam
    ai: dict[str, Done]
    """By image id; empty where none was shown or the seals cannot be opened here."""
    note: str = ""
    """Why the AI is not shown although the reader saw it."""


def reading_named(
    projection: StudyProjection, *, reader_id: str, session_id: str, case: str
) -> ReadingKey:
    """The reading of a blind number, or of the place in the list from 1.

    session_id: empty for the reader's first session. Raises StudyError naming what there is.
    """
    plans = [
        state.planned
        for key, state in projection.readings().items()
        if key.reader_id == reader_id and session_id in ("", key.session_id)
    ]
    if not plans:
        raise StudyError(f"no reading of {reader_id} is recorded", "see: tomolens study status")
    first = plans[0].key.session_id
    of_session = [planned for planned in plans if planned.key.session_id == first]
    for planned in of_session:
        if case in (planned.alias, str(planned.key.order_index + 1)):
            return planned.key
    raise StudyError(
        f'session {first} of {reader_id} has no case "{case}"',
        f"give a number from 1 to {len(of_session)}, or a blind number such as "
        f"{of_session[0].alias}",
    )


def load_film(
    folder: StudyFolder,
    protocol: Protocol,
    journal: Journal,
    key: ReadingKey,
    progress: TaskProgress,
) -> Film:
    """Read the events, find the exam, and open what the reader saw of the AI.

    Raises StudyError, and LoadingError when the exam cannot be found.
    """
    events = list(journal.events())
    projection = StudyProjection.of(events)
    state = projection.reading(key)
    if state is None or not state.is_opened:
        raise StudyError("this case has not been read yet", "choose another case")
    located = case_loader(folder, protocol)(state.planned, progress)
    ai, note = _ai(folder, protocol, state.planned) if state.ai_revealed else ({}, "")
    same = [
        other.planned
        for other_key, other in projection.readings().items()
        if (other_key.reader_id, other_key.session_id) == (key.reader_id, key.session_id)
        and other.planned.training == state.planned.training
    ]
    return Film(
        planned=state.planned,
        number=[planned.key for planned in same].index(key) + 1,
        replay=replay_of(events, key),
        located=located,
        ai=ai,
        note=note,
    )


def _ai(
    folder: StudyFolder, protocol: Protocol, planned: PlannedReading
) -> tuple[dict[str, Done], str]:
    try:
        items = SealedItems(folder.sealed, key_ring_of(folder, protocol))
        result = ai_from_bytes(items.open(ai_item(planned.case_id)))
    except StudyError as error:
        return {}, f"The AI the reader saw cannot be shown here: {error}."
    return {i: Done(prediction) for i, prediction in result.overlays().items()}, ""
