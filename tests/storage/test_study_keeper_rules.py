"""The keeper: what it hands out, to whom, when, and what it says when it does not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_builders import in_reading, make_study, order, submitted
from journal_studies import Study, make_folder
from sealed_studies import append_all, made_truth, opened, seal_all, with_design, with_training

from viewer.cli_study_keeper import main
from viewer.storage.keeper_pipe import (
    FAILED_CODE,
    REFUSED_CODE,
    framed,
    refusal,
    unframed,
)
from viewer.storage.places import HOME_VARIABLE, Places, places
from viewer.storage.sealed_ai import ai_from_bytes
from viewer.storage.sealed_truth import truth_from_bytes
from viewer.study.errors import Sealed, StudyError
from viewer.study.event import EventKind
from viewer.study.order import plan_session
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import Design, Phase, Protocol

REQUESTED = in_reading(EventKind.AI_REQUESTED)
LOCKED = submitted(0, Phase.ALONE, client_uuid="a")
LOCKED_AIDED = submitted(0, Phase.AIDED, client_uuid="b")
FINISHED = in_reading(EventKind.READING_FINISHED)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return places({HOME_VARIABLE: str(tmp_path / "home")})


@pytest.fixture
def sealed_study(tmp_path: Path, home: Places) -> Iterator[Study]:
    study = make_study_of(tmp_path, home, make_study())
    yield study
    study.close()


def make_study_of(place: Path, home: Places, protocol: Protocol) -> Study:
    study = replace(make_folder(place, protocol), where=home)
    seal_all(study)
    return study


def begin(study: Study, reader: str = "R1") -> tuple[PlannedReading, ...]:
    """Realise the order of a session, and open its first reading."""
    planned = plan_session(study.protocol, reader, "S1")
    append_all(study, [order(planned), opened(planned[0])], reader=reader)
    return planned


class Answer:
    """What the keeper's process left."""

    def __init__(self, exit_code: int, out: bytes, err: str) -> None:
        self.exit_code = exit_code
        self.out = out
        self.reason = json.loads(err)["reason"] if err else ""

    @property
    def content(self) -> bytes:
        return unframed(self.out)


class Ask:
    """Asks the keeper within this process."""

    def __init__(self, capture: pytest.CaptureFixture[bytes]) -> None:
        self._capture = capture

    def __call__(
        self, study: Study, reader: str = "R1", index: object = 0, wanted: str = "ai"
    ) -> Answer:
        code = main([str(study.folder.path), reader, "S1", str(index), wanted])
        said = self._capture.readouterr()
        return Answer(code, said.out, said.err.decode())


@pytest.fixture
def ask(capfdbinary: pytest.CaptureFixture[bytes]) -> Ask:
    return Ask(capfdbinary)


def test_before_the_lock_it_refuses_and_writes_nothing(sealed_study: Study, ask: Ask) -> None:
    begin(sealed_study)
    answer = ask(sealed_study)
    assert (answer.exit_code, answer.out) == (REFUSED_CODE, b"")
    assert answer.reason == "the answer alone is not locked yet"


def test_after_the_lock_it_hands_out_the_result_of_that_case(sealed_study: Study, ask: Ask) -> None:
    planned = begin(sealed_study)
    append_all(sealed_study, [LOCKED])
    answer = ask(sealed_study)
    assert answer.exit_code == 0
    assert ai_from_bytes(answer.content).case_id == planned[0].case_id


def test_the_lock_of_one_case_opens_no_other(sealed_study: Study, ask: Ask) -> None:
    planned = begin(sealed_study)
    append_all(sealed_study, [LOCKED, replace(opened(planned[1]))])
    answer = ask(sealed_study, index=1)
    assert (answer.exit_code, answer.out) == (REFUSED_CODE, b"")


def test_the_lock_of_one_reader_opens_nothing_for_another(sealed_study: Study, ask: Ask) -> None:
    begin(sealed_study)
    append_all(sealed_study, [LOCKED])
    begin(sealed_study, "R2")
    answer = ask(sealed_study, "R2")
    assert (answer.exit_code, answer.out) == (REFUSED_CODE, b"")


@pytest.mark.parametrize("index", [99, -1, "0x", "", "1.0"])
def test_a_reading_that_is_in_no_list_gets_nothing(
    sealed_study: Study, ask: Ask, index: object
) -> None:
    begin(sealed_study)
    append_all(sealed_study, [LOCKED])
    answer = ask(sealed_study, index=index)
    assert (answer.exit_code, answer.out) == (REFUSED_CODE, b"")


@pytest.mark.parametrize("wanted", ["truth-case1", "ai-case1", "keys", "", "AI"])
def test_a_request_that_names_an_item_itself_gets_nothing(
    sealed_study: Study, ask: Ask, wanted: str
) -> None:
    begin(sealed_study)
    append_all(sealed_study, [LOCKED])
    answer = ask(sealed_study, wanted=wanted)
    assert (answer.exit_code, answer.out) == (REFUSED_CODE, b"")
    assert answer.reason == "there is no such item"


def test_too_few_arguments_are_refused(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["study"]) == REFUSED_CODE
    assert capfdbinary.readouterr().out == b""


def test_a_lock_forged_in_the_database_breaks_the_chain_and_opens_nothing(
    sealed_study: Study, ask: Ask
) -> None:
    begin(sealed_study)
    with sqlite3.connect(sealed_study.folder.journal_file) as database:
        last = database.execute(
            "SELECT sequence, utc, hash FROM event ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        payload = json.dumps(LOCKED.payload, sort_keys=True, separators=(",", ":"))
        row = (last[0] + 1, last[1], 0, LOCKED.kind.value, "R1", "S1", payload, last[2], "f" * 64)
        names = "sequence, utc, monotonic_ns, kind, actor, session_id, payload, previous_hash, hash"
        database.execute(f"INSERT INTO event ({names}) VALUES (?,?,?,?,?,?,?,?,?)", row)
    database.close()
    answer = ask(sealed_study)
    assert (answer.exit_code, answer.out) == (FAILED_CODE, b"")
    assert "broken at event" in answer.reason


def test_after_the_end_of_the_reading_it_refuses(sealed_study: Study, ask: Ask) -> None:
    begin(sealed_study)
    append_all(sealed_study, [LOCKED, LOCKED_AIDED, FINISHED])
    assert ask(sealed_study).reason == "this reading is complete"


def test_a_protocol_changed_behind_the_readings_opens_nothing(
    sealed_study: Study, ask: Ask
) -> None:
    begin(sealed_study)
    append_all(sealed_study, [LOCKED])
    sealed_study.adopt(replace(sealed_study.protocol, seed=8))
    answer = ask(sealed_study)
    assert (answer.exit_code, answer.out) == (REFUSED_CODE, b"")
    assert "is not the one the readings are made under" in answer.reason


def test_seals_exchanged_after_the_protocol_was_adopted_open_nothing(
    sealed_study: Study, ask: Ask
) -> None:
    begin(sealed_study)
    append_all(sealed_study, [LOCKED])
    before = sealed_study.folder.protocol_file.read_bytes()
    seal_all(sealed_study, note="exchanged")
    sealed_study.folder.protocol_file.write_bytes(before)
    answer = ask(sealed_study)
    assert (answer.exit_code, answer.out) == (REFUSED_CODE, b"")
    assert "not those of the protocol" in answer.reason


def test_on_request_it_waits_for_the_request(tmp_path: Path, home: Places, ask: Ask) -> None:
    study = make_study_of(tmp_path, home, with_design(make_study(), Design.ON_REQUEST))
    begin(study)
    append_all(study, [LOCKED])
    assert ask(study).reason == "the AI was not asked for"
    append_all(study, [REQUESTED])
    assert ask(study).exit_code == 0


def test_a_reader_who_reads_alone_never_gets_the_ai(tmp_path: Path, home: Places, ask: Ask) -> None:
    study = make_study_of(tmp_path, home, with_design(make_study(), Design.ALONE))
    begin(study)
    append_all(study, [REQUESTED, LOCKED])
    assert ask(study).reason == "this case is read without the AI"


def test_the_truth_of_a_training_case_comes_after_its_last_answer(
    tmp_path: Path, home: Places, ask: Ask
) -> None:
    study = make_study_of(tmp_path, home, with_training(make_study()))
    planned = begin(study)
    append_all(study, [LOCKED])
    assert ask(study, wanted="truth").reason == "the last answer is not locked yet"
    append_all(study, [LOCKED_AIDED])
    entries = truth_from_bytes(ask(study, wanted="truth").content)
    assert entries == made_truth(study.protocol.case(planned[0].case_id))


def test_without_feedback_no_truth_is_handed_out(tmp_path: Path, home: Places, ask: Ask) -> None:
    protocol = replace(with_training(make_study()), feedback=False)
    study = make_study_of(tmp_path, home, protocol)
    begin(study)
    append_all(study, [LOCKED, LOCKED_AIDED])
    assert ask(study, wanted="truth").reason == "this study gives no feedback"


def test_the_truth_of_a_study_case_is_never_handed_out(sealed_study: Study, ask: Ask) -> None:
    begin(sealed_study)
    append_all(sealed_study, [LOCKED, LOCKED_AIDED, FINISHED])
    answer = ask(sealed_study, wanted="truth")
    assert answer.reason == "the truth is shown for training cases only"


def test_a_folder_that_is_no_study_is_said(tmp_path: Path, ask: Ask) -> None:
    code = main([str(tmp_path), "R1", "S1", "0", "ai"])
    assert code == FAILED_CODE


@given(st.binary(max_size=300))
def test_an_item_crosses_the_pipe_whole(content: bytes) -> None:
    assert unframed(framed(content)) == content


@given(st.data())
def test_an_item_that_lost_or_changed_bytes_on_its_way_is_said(data: st.DataObject) -> None:
    answer = bytearray(framed(b"some content"))
    place = data.draw(st.integers(0, len(answer) - 1))
    if data.draw(st.booleans()):
        answer[place] ^= data.draw(st.integers(1, 255))
    else:
        del answer[place:]
    with pytest.raises(StudyError, match="did not arrive whole"):
        unframed(bytes(answer))


@pytest.mark.parametrize("errors", [b"", b"Traceback ...", b"[1]", b"\xff\xfe", b'{"reason": 1}'])
def test_a_keeper_that_says_nothing_sensible_is_said(errors: bytes) -> None:
    error = refusal(1, errors)
    assert not isinstance(error, Sealed)
    assert "exit code 1" in str(error)
