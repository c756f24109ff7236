"""`tomolens study seal` on small exams, small networks and phantoms' own truth."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from builders import make_image, make_prediction
from cli_builders import write_models, write_picture_exam
from journal_builders import order, submitted
from seal_builders import VIEWS, check_overlays, keys_of, new_study, protocol_of, run
from typer.testing import CliRunner

from inference.errors import Cancelled
from inference.progress import Progress, SilentProgress
from inference.types import Laterality, ModelIdentity, ModelInput, Prediction
from viewer.cli import app
from viewer.commands.model_set import Model, ModelSet
from viewer.commands.study_seal import StudySeals
from viewer.domain.view import ImageKind
from viewer.export.phantom_exams import write_phantom_exams
from viewer.loading.find_exams import find_exams
from viewer.loading.scan_progress import SilentScan
from viewer.storage.open_journal import open_journal
from viewer.storage.open_seals import (
    check_seals,
    open_ai_results,
    open_ai_scores,
    open_truth,
    open_truth_entries,
)
from viewer.storage.places import HOME_VARIABLE
from viewer.storage.seal_list import read_seal_list
from viewer.storage.study_folder import StudyFolder
from viewer.study.order import plan_session
from viewer.study.truth import TruthEntry

TRUTH = "case_id,laterality,malignant\ncase0001,R,1\ncase0001,L,0\ncase0002,R,0\ncase0002,L,0\n"
SCORES = (
    "case_id,laterality,malignant,benign\n"
    "case0001,R,0.75,0.5\ncase0001,L,0.25,0.5\ncase0002,R,0.125,\ncase0002,L,0.5,\n"
)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_models(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyFolder:
    """Two cases of two pictures each."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    for number in range(2):
        write_picture_exam(tmp_path / "exams" / f"exam{number}", number, VIEWS)
    return new_study(tmp_path, tmp_path / "exams")


def table(study: StudyFolder, text: str, name: str = "table.csv") -> Path:
    path = study.path.parent / name
    path.write_text(text, encoding="utf-8")
    return path


def test_truth_is_sealed_and_noted_in_the_protocol(study: StudyFolder) -> None:
    before = study.protocol_file.read_text()
    code, said = run("seal", study.path, "--truth", table(study, TRUTH))
    assert code == 0, said
    assert "4 breasts, 1 with a malignancy" in said
    assert "AI SHA-256: not sealed" in said
    check_seals(study, protocol_of(study).sealed)
    opened = open_truth(study, keys_of(study))
    assert [entry.malignant for entry in opened] == [True, False, False, False]
    changed = study.protocol_file.read_text()
    assert without_sealed(changed) == without_sealed(before)


def without_sealed(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(("truth_sha", "ai_", "\n"))]


def test_no_file_of_the_study_holds_the_truth_in_plain(study: StudyFolder) -> None:
    run("seal", study.path, "--truth", table(study, TRUTH))
    for path in study.path.rglob("*"):
        if path.is_file():
            assert b"malignant" not in path.read_bytes().replace(b"# ", b""), path.name


def test_a_truth_that_does_not_fit_is_refused_and_nothing_sealed(study: StudyFolder) -> None:
    text = TRUTH.replace("case0002,L,0\n", "case0001,R,0\nstranger,L,0\n")
    code, said = run("seal", study.path, "--truth", table(study, text))
    assert code == 2
    assert "not in the protocol: stranger" in said
    assert "no truth for case0002 L" in said
    assert "case0001 R: malignant and not malignant" in said
    assert not study.sealed.exists()


def test_scores_of_an_ai_run_elsewhere_are_sealed(study: StudyFolder) -> None:
    code, said = run("seal", study.path, "--ai-table", table(study, SCORES))
    assert code == 0, said
    (scores,) = open_ai_scores(study, keys_of(study))
    assert scores.malignant["case0001", "R"] == 0.75
    assert protocol_of(study).sealed.ai_models[0].startswith("AI sha256:")
    check_seals(study, protocol_of(study).sealed)


def test_scores_that_miss_a_breast_are_refused(study: StudyFolder) -> None:
    text = SCORES.replace("case0002,L,0.5,\n", "stranger,L,0.5,\n")
    code, said = run("seal", study.path, "--ai-table", table(study, text))
    assert code == 2
    assert "not in the protocol: stranger" in said
    assert "no score for case0002 L" in said
    assert not study.sealed.exists()


def test_the_networks_results_are_sealed_as_predict_gives_them(
    study: StudyFolder, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    code, said = run("seal", study.path, "--weights", weights[1])
    assert code == 0, said
    assert "AI: 2 cases sealed" in said
    (scores,) = open_ai_scores(study, keys_of(study))
    result = CliRunner().invoke(
        app,
        ["predict", str(tmp_path / "exams"), "--weights", str(weights[1]), "--output",
         str(tmp_path / "out")],
    )  # fmt: skip
    assert result.exit_code == 0
    with (tmp_path / "out" / "breasts.csv").open() as file:
        predicted = [float(row["malignant"]) for row in csv.DictReader(file)]
    assert sorted(scores.malignant.values()) == pytest.approx(sorted(predicted), abs=1e-6)
    (model,) = open_ai_results(study, keys_of(study))[0].models
    assert protocol_of(study).sealed.ai_models == (f"{scores.model} 1 sha256:{model.sha256}",)
    check_overlays(study)
    before = (study.sealed / "ai-case0001.sealed").read_bytes()
    code, said = run("seal", study.path, "--weights", weights[1])
    assert code == 0
    assert "AI: 0 cases sealed, 2 kept from before" in said
    assert (study.sealed / "ai-case0001.sealed").read_bytes() == before


class SaysTheSame:
    """Stands for a network: one prediction for every image."""

    def predict(self, model_input: ModelInput, progress: Progress) -> Prediction:
        return make_prediction(make_image("RCC"))


def made_models(name: str = "made", *, architecture: str = "gmic") -> ModelSet:
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    identity = ModelIdentity(name=name, version="1", architecture=architecture, sha256=sha256)
    kinds = {ImageKind.DBT} if architecture == "gmic3d" else set(ImageKind) - {ImageKind.DBT}
    model = Model(
        identity=identity,
        kinds=frozenset(kinds),
        versions=("1",),
        predictor=SaysTheSame(),  # type: ignore[arg-type]
    )
    return ModelSet((model,))


class Steps:
    """Stops the run when this image begins, as Ctrl+C would."""

    search = SilentScan()
    inference = SilentProgress()

    def __init__(self, stop_at: int = 99) -> None:
        self._stop_at = stop_at

    def image_started(self, name: str, number: int, total: int) -> None:
        if number == self._stop_at:
            raise Cancelled


def test_results_are_made_anew_on_request_and_for_other_networks(study: StudyFolder) -> None:
    seals = StudySeals(study, protocol_of(study))
    seals.run_networks(made_models(), progress=Steps())
    before = (study.sealed / "ai-case0001.sealed").read_bytes()
    assert seals.run_networks(made_models(), progress=Steps()).kept == 2
    assert (study.sealed / "ai-case0001.sealed").read_bytes() == before
    assert seals.run_networks(made_models(), progress=Steps(), again=True).scored == 2
    assert (study.sealed / "ai-case0001.sealed").read_bytes() != before
    assert seals.run_networks(made_models("other"), progress=Steps()).scored == 2
    assert seals.note_in_protocol().sealed.ai_models[0].startswith("other 1")


def test_a_run_that_was_stopped_goes_on_where_it_was(study: StudyFolder) -> None:
    seals = StudySeals(study, protocol_of(study))
    with pytest.raises(Cancelled):
        seals.run_networks(made_models(), progress=Steps(stop_at=2))
    assert list(read_seal_list(study.sealed).items) == ["ai-case0001"]
    results = seals.run_networks(made_models(), progress=Steps())
    assert (results.scored, results.kept, results.problems) == (1, 1, ())


def test_other_networks_stopped_halfway_leave_no_mixture(study: StudyFolder) -> None:
    seals = StudySeals(study, protocol_of(study))
    seals.run_networks(made_models(), progress=Steps())
    with pytest.raises(Cancelled):
        seals.run_networks(made_models("other"), progress=Steps(stop_at=2))
    assert {m.name for r in open_ai_results(study, keys_of(study)) for m in r.models} == {"other"}


def test_a_damaged_result_is_made_anew(study: StudyFolder) -> None:
    seals = StudySeals(study, protocol_of(study))
    seals.run_networks(made_models(), progress=Steps())
    (study.sealed / "ai-case0002.sealed").write_bytes(b"damaged")
    results = seals.run_networks(made_models(), progress=Steps())
    assert (results.scored, results.kept) == (1, 1)


def test_a_case_without_readable_images_is_named_and_the_others_sealed(
    study: StudyFolder,
) -> None:
    for path in study.case_path(protocol_of(study).case("case0002").path).iterdir():
        path.write_bytes(b"nothing")
    results = StudySeals(study, protocol_of(study)).run_networks(made_models(), progress=Steps())
    assert results.problems == ("case case0002: no readable exam is where this case should be",)
    assert list(read_seal_list(study.sealed).items) == ["ai-case0001"]


def test_networks_that_serve_no_image_leave_breasts_unscored(study: StudyFolder) -> None:
    models = made_models(architecture="gmic3d")
    results = StudySeals(study, protocol_of(study)).run_networks(models, progress=Steps())
    assert "case case0001: no score of breast R" in results.problems
    assert results.scored == 0


def answer_once(study: StudyFolder) -> None:
    protocol = protocol_of(study)
    session = protocol.sessions[0].session_id
    planned = plan_session(protocol, "R1", session)
    journal = open_journal(study, protocol, reader_id="R1")
    journal.append(order(planned))
    journal.append(replace(submitted(0), session_id=session))
    journal.close()


def test_after_the_first_answer_only_a_new_version_can_be_sealed(study: StudyFolder) -> None:
    run("seal", study.path, "--truth", table(study, TRUTH))
    answer_once(study)
    before = {path.name: path.read_bytes() for path in study.sealed.iterdir()}
    other = TRUTH.replace("case0002,L,0", "case0002,L,1")
    code, said = run("seal", study.path, "--truth", table(study, other))
    assert code == 2
    assert "answers were given already" in said
    assert "version = 2" in said
    assert {path.name: path.read_bytes() for path in study.sealed.iterdir()} == before

    text = study.protocol_file.read_text()
    text = text.replace("version = 1\n", "version = 2\n")
    text = text.replace('reason = ""', 'reason = "the truth was wrong"')
    study.protocol_file.write_text(text)
    code, said = run("seal", study.path, "--truth", table(study, other))
    assert code == 0, said
    open_journal(study, protocol_of(study), role="designer").close()
    code, said = run("seal", study.path, "--truth", table(study, TRUTH))
    assert code == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "nothing was given to seal"),
        (("--demonstration", "--weights", "W"), "one source only"),
        (("--demonstration", "--ai-table", "W"), "one source only"),
    ],
)
def test_options_that_do_not_go_together_are_said(
    study: StudyFolder, weights: tuple[Path, Path], options: tuple[str, ...], words: str
) -> None:
    code, said = run("seal", study.path, *(o.replace("W", str(weights[0])) for o in options))
    assert code == 2
    assert words in said


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantoms")
    write_phantom_exams(folder, exams=2, seed=4, slices=3, rows=128, columns=104)
    return folder


@pytest.fixture
def phantom_study(phantoms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyFolder:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return new_study(tmp_path, phantoms, "--training", "1", "--seed", "3")


def lesions_of(entries: tuple[TruthEntry, ...]) -> set[tuple[str, str, str, float | None]]:
    return {(e.case_id, e.lesion_id, e.view + e.image_kind, e.row) for e in entries if e.lesion_id}


def test_the_truth_that_phantoms_come_with_is_taken_as_it_is(
    phantoms: Path, phantom_study: StudyFolder
) -> None:
    code, said = run("seal", phantom_study.path, "--truth", phantoms / "truth.csv")
    assert code == 0, said
    entries = open_truth_entries(phantom_study, keys_of(phantom_study))
    with (phantoms / "truth.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(lesions_of(entries)) == len(rows)
    protocol = protocol_of(phantom_study)
    images = {
        image.image_id: image
        for case in protocol.cases
        for located in find_exams([phantom_study.case_path(case.path)], SilentScan()).exams
        for image in located.exam.images
    }
    for entry in entries:
        if entry.lesion_id:
            image = images[entry.image_id]
            assert (image.view.abbreviation, image.kind.value) == (entry.view, entry.image_kind)
            assert (entry.slice_index is None) == (image.kind is not ImageKind.DBT)
    training = [case.case_id for case in protocol.cases if case.training]
    names = read_seal_list(phantom_study.sealed).items
    assert list(names) == ["truth", *(f"truth-{name}" for name in training)]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("RCC,DBT,99,10,10", "slice 99 is outside the image"),
        ("RCC,DBT,1,10,100000", "row 100000 is outside the image"),
        ("RCC,DBT,1,100000,10", "column 100000 is outside the image"),
        ("RXCCL,,,10,10", "there is no image RXCCL"),
        ("RCC,,,10,10", "RCC has images of several sizes"),
    ],
)
def test_a_lesion_outside_its_image_is_refused(
    phantom_study: StudyFolder, place: str, words: str
) -> None:
    rows = [
        f"{case.case_id},{side.value},0,,,,,,"
        for case in protocol_of(phantom_study).cases
        for side in Laterality
        if (case.case_id, side) != ("case0001", Laterality.RIGHT)
    ]
    header = "case_id,laterality,malignant,lesion_id,view,image_kind,slice,cx,cy"
    text = "\n".join([header, f"case0001,R,1,a,{place}", *rows]) + "\n"
    code, said = run("seal", phantom_study.path, "--truth", table(phantom_study, text))
    assert code == 2
    assert f"case0001 R, lesion a: {words}" in said
