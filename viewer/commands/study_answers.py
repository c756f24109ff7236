"""A study's events and opened seals, as the analysis takes them; needs the designer's keys."""

from __future__ import annotations

from collections.abc import Iterable

from viewer.analysis.rows_of_study import StudyAnswers
from viewer.storage.open_journal import open_journal
from viewer.storage.open_seals import check_seals, key_ring_of, open_ai_scores, open_truth
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.event import Event
from viewer.study.projection import StudyProjection

SessionKey = tuple[str, str]


def answers_of_study(folder: StudyFolder) -> tuple[StudyAnswers, tuple[Event, ...]]:
    """Read the journal, open truth and AI scores; returns the events too.

    Nothing is written. Raises StudyError when the journal or a seal is damaged, nothing was
    sealed, or what is sealed is not what the protocol names.
    """
    protocol = read_protocol(folder)
    journal = open_journal(folder, protocol, read_only=True, role="analyst")
    try:
        events = tuple(journal.events())
    finally:
        journal.close()
    keys = key_ring_of(folder, protocol)
    check_seals(folder, protocol.sealed)
    projection = StudyProjection.of(events)
    answers = StudyAnswers(
        protocol=protocol,
        readings=projection.readings(),
        truth=open_truth(folder, keys),
        models=open_ai_scores(folder, keys),
        versions=projection.protocols,
        app_versions=_app_versions(events),
    )
    return answers, events


def _app_versions(events: Iterable[Event]) -> dict[SessionKey, str]:
    """(reader, session) -> every version of the program it was read with, in order."""
    found: dict[SessionKey, list[str]] = {}
    for event in events:
        version = event.payload.get("app_version")
        if isinstance(version, str) and event.session_id:
            versions = found.setdefault((event.actor, event.session_id), [])
            if version not in versions:
                versions.append(version)
    return {key: " ".join(versions) for key, versions in found.items()}
