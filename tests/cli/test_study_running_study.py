"""`tomolens study power` and `status` on a study that is being read: nothing of any answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from inference.types import Laterality
from viewer.cli import app
from viewer.storage.keep_protocol import create_protocol, keep_sealed
from viewer.storage.key_ring import FileKeyRing
from viewer.storage.open_journal import open_journal
from viewer.storage.places import places
from viewer.storage.seal_list import read_seal_list
from viewer.storage.sealed_truth import truth_to_bytes
from viewer.storage.sealing import TRUTH, SealedItems, is_truth
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.answer import BreastAnswer
from viewer.study.answer_json import answer_to_json, planned_to_json
from viewer.study.event import EventKind, Json, NewEvent
from viewer.study.order import plan_session
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import (
    Arm,
    Design,
    Phase,
    Protocol,
    SealedParts,
    StudyCase,
    StudyReader,
    StudySession,
)
from viewer.study.truth import TruthEntry

CASES = 14
BOTH = (Laterality.RIGHT, Laterality.LEFT)
PROTOCOL = Protocol(
    study_id="running",
    title="Running",
    seed=1,
    arms=(Arm(arm_id="A", design=Design.SEQUENTIAL),),
    readers=tuple(StudyReader(reader_id=f"R{n}", arm_id="A") for n in (1, 2, 3)),
    cases=tuple(StudyCase(case_id=f"K{n}", path=f"{n}", patient=f"P{n}") for n in range(CASES)),
    sessions=(StudySession(session_id="S1"),),
)


def is_malignant(case_id: str, side: Laterality) -> bool:
    return int(case_id[1:]) % 2 == 0 and side is Laterality.RIGHT


def seal_truth(folder: StudyFolder) -> None:
    entries = [
        TruthEntry(
            case_id=case.case_id, laterality=side, malignant=is_malignant(case.case_id, side)
        )
        for case in PROTOCOL.cases
        for side in BOTH
    ]
    SealedItems(folder.sealed, FileKeyRing(folder.keys_file)).seal(TRUTH, truth_to_bytes(entries))
    keep_sealed(folder, SealedParts(truth_sha256=read_seal_list(folder.sealed).sha256_of(is_truth)))


def events_of(reading: PlannedReading, chance: np.random.Generator) -> list[NewEvent]:
    """Two locked answers of a case, the aided one better."""
    events = []
    for gain, phase in ((1.0, Phase.ALONE), (3.0, Phase.AIDED)):
        answers: list[Json] = [
            answer_to_json(
                BreastAnswer(
                    laterality=side,
                    pom_percent=float(
                        np.clip(
                            20
                            + 10 * chance.normal()
                            + 10 * gain * is_malignant(reading.case_id, side),
                            0,
                            100,
                        )
                    ),
                )
            )
            for side in BOTH
        ]
        events.append(
            new(
                reading,
                EventKind.ANSWER_SUBMITTED,
                phase=phase.value,
                client_uuid=f"{reading.key} {phase.value}",
                answers=answers,
                ai_seen=phase is Phase.AIDED,
            )
        )
    return [*events, new(reading, EventKind.READING_FINISHED)]


def new(reading: PlannedReading, kind: EventKind, **payload: Json) -> NewEvent:
    return NewEvent(
        kind=kind,
        actor=reading.key.reader_id,
        session_id="S1",
        payload={"order_index": reading.key.order_index, **payload},
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """R1 has read every case, R2 all but the last of the list, R3 nothing."""
    folder = StudyFolder.of(tmp_path_factory.mktemp("running") / "study")
    create_protocol(folder, PROTOCOL)
    seal_truth(folder)
    protocol = read_protocol(folder)
    assert replace(protocol, sealed=SealedParts()) == PROTOCOL
    where = places({"TOMOLENS_HOME": str(folder.path.parent / "home")})
    journal = open_journal(folder, protocol, role="designer", where=where)
    chance = np.random.default_rng(2)
    for reader, left in (("R1", 0), ("R2", 1)):
        plan = plan_session(protocol, reader, "S1")
        readings: list[Json] = [planned_to_json(reading) for reading in plan]
        journal.append(
            NewEvent(
                kind=EventKind.ORDER_REALISED,
                actor=reader,
                session_id="S1",
                payload={"readings": readings},
            )
        )
        for reading in plan[: len(plan) - left]:
            journal.append(new(reading, EventKind.READING_OPENED))
            for event in events_of(reading, chance):
                journal.append(event)
    journal.close()
    return folder.path


def power(study: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    monkeypatch.setenv("TOMOLENS_HOME", str(study.parent / "home"))
    result = CliRunner().invoke(app, ["study", "power", str(study), "--cases", "100"])
    return result.exit_code, result.output


def test_the_cases_that_all_begun_readers_finished_count(
    running: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = power(running, monkeypatch)
    assert code == 0, said
    assert f"{2 * (CASES - 1)} of {2 * CASES} cases were read by all of them" in said
    assert "2 readers, 2 modalities" in said
    assert "5 readers, 100 cases" in said


def test_the_look_is_blind_to_the_effect(running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = power(running, monkeypatch)
    assert code == 0, said
    for word in ("aided", "unaided", "AUC:", "difference"):
        assert word not in said


def test_without_the_keys_nothing_is_said(running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = StudyFolder.of(running).keys_file
    hidden = keys.rename(keys.with_name("away"))
    try:
        code, said = power(running, monkeypatch)
    finally:
        hidden.rename(keys)
    assert code == 2
    assert "Hint" in said


def test_the_status_tells_how_far_readers_are(
    running: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOMOLENS_HOME", str(running.parent / "home"))
    result = CliRunner().invoke(app, ["study", "status", str(running)])
    assert result.exit_code == 0, result.output
    rows = [line.split(maxsplit=6) for line in result.output.splitlines()[1:]]
    assert rows == [
        ["R1", "S1", "14", "14", "0", "0", "done"],
        ["R2", "S1", "13", "14", "0", "0", "begun"],
        ["R3", "S1", "0", "-", "0", "0", "may begin"],
    ]
