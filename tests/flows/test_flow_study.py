"""A study read whole by two readers through the real window, then proved whole."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication
from read_study import read_whole_study
from typer.testing import CliRunner

from viewer.cli import app
from viewer.storage.open_journal import open_journal
from viewer.storage.places import HOME_VARIABLE, Places
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.projection import SessionStatus, StudyProjection
from viewer.study.protocol import Phase
from viewer.ui.theme import apply_theme


def test_two_readers_read_every_case_twice_and_the_study_is_whole(
    qapp: QApplication, tmp_path: Path
) -> None:
    style = qapp.styleSheet()
    apply_theme(qapp)
    study = read_whole_study(tmp_path, exams=3, readers=2, training=0, slices=3, rows=224)
    qapp.setStyleSheet(style)
    home = Places(config=tmp_path / "home" / "config", cache=tmp_path / "home" / "cache")
    folder = StudyFolder(study)
    journal = open_journal(
        folder, read_protocol(folder), read_only=True, role="analyst", where=home
    )
    projection = StudyProjection.of(journal.events())
    journal.close()
    readings = projection.readings()
    assert len(readings) == 6
    assert all(state.is_finished for state in readings.values())
    assert all(set(state.locked) == {Phase.ALONE, Phase.AIDED} for state in readings.values())
    assert all(
        times.first_view_utc is not None and times.active_ms > 0
        for state in readings.values()
        for times in state.times.values()
    )
    orders = {
        reader: [s.planned.case_id for k, s in readings.items() if k.reader_id == reader]
        for reader in ("r1", "r2")
    }
    assert sorted(orders["r1"]) == sorted(orders["r2"]) == ["case1", "case2", "case3"]
    assert {s.status for s in projection.sessions().values()} == {SessionStatus.FINISHED}
    proved = CliRunner().invoke(
        app, ["study", "verify", str(study)], env={HOME_VARIABLE: str(tmp_path / "home")}
    )
    assert proved.exit_code == 0, proved.output
