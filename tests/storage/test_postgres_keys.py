"""Keys on a server: the designer keeps them, the server hands a reader only what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from journal_builders import in_reading, make_study, order, submitted
from journal_studies import Study, make_folder
from postgres_server import SUPERUSER, Server
from sealed_studies import append_all, made_truth, seal_all, with_design, with_training

from viewer.commands.keep_seals import Wanted, hand_out
from viewer.commands.study_seal import StudySeals, check_may_seal
from viewer.storage.journal_postgres import PostgresStore
from viewer.storage.open_seals import open_ai_scores, open_truth
from viewer.storage.places import HOME_VARIABLE, places
from viewer.storage.postgres_keys import PostgresKeyRing, ReleasedKeyRing
from viewer.storage.postgres_place import PostgresPlace
from viewer.storage.postgres_setup import set_up_database
from viewer.study.errors import ProtocolError, Sealed
from viewer.study.event import EventKind, NewEvent
from viewer.study.order import plan_session
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.projection import reading_states
from viewer.study.protocol import Design, Phase, Protocol
from viewer.study.release import why_not_ai, why_not_truth

OPENED = in_reading(EventKind.READING_OPENED)
REQUESTED = in_reading(EventKind.AI_REQUESTED)
LOCKED = submitted(0, Phase.ALONE, client_uuid="a")
LOCKED_AIDED = submitted(0, Phase.AIDED, client_uuid="b")
FINISHED = in_reading(EventKind.READING_FINISHED)
ANALYST = "the_analyst"


@pytest.fixture(autouse=True)
def designer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The protocol's URL names nobody; until a reader reads, the user is the designer."""
    monkeypatch.setenv("PGUSER", SUPERUSER)


def on_server(server: Server, place: Path, protocol: Protocol, study_id: str) -> Study:
    """A study whose readers have logins, sealed by its designer."""
    protocol = replace(protocol, database=server.url(user=""), study_id=study_id)
    study = make_folder(place, protocol)
    set_up_database(study.folder, protocol, logins={}, analysts=[ANALYST], where=study.where)
    seal_all(study)
    # Sealing changed the protocol: the designer adopts it.
    study.open(role="designer")
    study.close()
    return study


def begin(
    study: Study, monkeypatch: pytest.MonkeyPatch, reader: str = "R1"
) -> tuple[PlannedReading, ...]:
    """From here on readers come with their own logins."""
    monkeypatch.delenv("PGUSER", raising=False)
    planned = plan_session(study.protocol, reader, "S1")
    append_all(study, [order(planned)], reader=reader)
    return planned


def store_as(study: Study, login: str) -> PostgresStore:
    place = PostgresPlace.of(study.protocol.database, study.protocol.study_id)
    return PostgresStore(replace(place, url=place.url.set(username=login)))


def ask(study: Study, wanted: Wanted = Wanted.AI, *, reader: str = "R1", index: int = 0) -> bytes:
    key = ReadingKey(reader, "S1", index)
    return hand_out(study.folder, key, wanted, where=study.where)


def test_no_key_lies_in_the_folder_of_a_study_on_a_server(server: Server, tmp_path: Path) -> None:
    study = on_server(server, tmp_path, make_study(), "seals")
    assert not study.folder.keys_file.exists()
    assert len(open_truth(study.folder, PostgresKeyRing.of(study.protocol))) == 8


def test_an_analyst_opens_truth_and_scores(server: Server, tmp_path: Path) -> None:
    study = on_server(server, tmp_path, make_study(), "analysed")
    keys = PostgresKeyRing(store_as(study, ANALYST))
    assert len(open_truth(study.folder, keys)) == 8
    assert len(open_ai_scores(study.folder, keys)[0].malignant) == 8
    with pytest.raises(Sealed, match="may not"):
        keys.keep("truth", bytes(32))


def test_a_reader_cannot_read_or_replace_a_key(server: Server, tmp_path: Path) -> None:
    study = on_server(server, tmp_path, make_study(), "closed")
    place = PostgresPlace.of(study.protocol.database, study.protocol.study_id)
    keys = PostgresKeyRing(store_as(study, place.login_of("R1")))
    with pytest.raises(Sealed, match="may not read the keys"):
        keys.key("truth")
    with pytest.raises(Sealed):
        keys.keep("truth", bytes(32))


def test_the_server_hands_out_a_key_after_the_lock_and_to_that_reader_only(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = on_server(server, tmp_path, make_study(), "released")
    begin(study, monkeypatch)
    begin(study, monkeypatch, "R2")
    append_all(study, [OPENED])
    with pytest.raises(Sealed, match="not locked yet"):
        ask(study)
    append_all(study, [LOCKED])
    assert b"gmic" in ask(study)
    with pytest.raises(Sealed):
        ask(study, reader="R2")
    # R1's program, made to ask in R2's name with R1's own login, is R1 to the server.
    place = PostgresPlace.of(study.protocol.database, study.protocol.study_id)
    forged = ReleasedKeyRing(store_as(study, place.login_of("R2")), ReadingKey("R1", "S1", 0))
    with pytest.raises(Sealed):
        forged.key("ai-case0")


def test_sealing_on_a_server_adopts_the_protocol_until_the_first_answer(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    study = replace(
        on_server(server, tmp_path, make_study(), "adopted"),
        where=places({HOME_VARIABLE: str(tmp_path / "home")}),
    )
    study.second_copy.parent.mkdir(parents=True, exist_ok=True)
    truth = [entry for case in study.protocol.cases for entry in made_truth(case)]
    check_may_seal(study.folder, study.protocol)
    seals = StudySeals(study.folder, study.protocol)
    assert seals.seal_truth(truth).malignant == 4
    study.protocol = seals.note_in_protocol()
    begin(study, monkeypatch)
    append_all(study, [OPENED, LOCKED])
    monkeypatch.setenv("PGUSER", SUPERUSER)
    with pytest.raises(ProtocolError, match="answers were given already"):
        check_may_seal(study.folder, study.protocol)


def combinations() -> list[tuple[str, Protocol, Sequence[NewEvent]]]:
    sequential, training = make_study(), with_training(make_study())
    on_request = with_design(make_study(), Design.ON_REQUEST)
    alone = with_design(make_study(), Design.ALONE)
    return [
        ("r0", sequential, []),
        ("r1", sequential, [OPENED]),
        ("r2", sequential, [LOCKED]),
        ("r3", sequential, [OPENED, LOCKED]),
        ("r4", sequential, [OPENED, LOCKED, LOCKED_AIDED, FINISHED]),
        ("r5", training, [OPENED, LOCKED]),
        ("r6", training, [OPENED, LOCKED, LOCKED_AIDED]),
        ("r7", on_request, [OPENED, REQUESTED]),
        ("r8", on_request, [OPENED, LOCKED]),
        ("r9", on_request, [OPENED, LOCKED, REQUESTED]),
        ("r10", alone, [OPENED, REQUESTED, LOCKED]),
        ("r11", with_training(on_request), [OPENED, LOCKED, FINISHED]),
    ]


def test_the_server_decides_as_the_rules_of_the_program_do(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, protocol, events in combinations():
        with monkeypatch.context() as patch:
            (tmp_path / name).mkdir()
            study = on_server(server, tmp_path / name, protocol, name)
            planned = begin(study, patch)
            append_all(study, events)
            journal = study.open(reader_id="R1", read_only=True)
            state = reading_states(journal.events())[planned[0].key]
            study.close()
            keys = ReleasedKeyRing.of(study.protocol, planned[0].key)
            for what, reason in (("ai", why_not_ai(state)), ("truth", why_not_truth(state))):
                item = f"{what}-{planned[0].case_id}"
                if reason is None:
                    assert keys.key(item) is not None, (name, item)
                else:
                    with pytest.raises(Sealed) as refused:
                        keys.key(item)
                    assert str(refused.value) == reason, (name, item)
