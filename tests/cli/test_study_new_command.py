"""`tomolens study new`, `templates`, `check` and `plan` on small exams of the real kinds."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from cli_builders import write_mammogram, write_picture_exam
from typer.testing import CliRunner

from viewer.cli import app
from viewer.export.phantom_exams import write_phantom_exams
from viewer.storage.open_journal import open_journal
from viewer.storage.places import places
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.event import EventKind, NewEvent
from viewer.study.protocol import Design, Protocol

READERS = ("--reader", "R01:A:12", "--reader", "R02")


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["study", *map(str, arguments)])
    return result.exit_code, result.output


def protocol_in(folder: Path) -> Protocol:
    return read_protocol(StudyFolder.of(folder))


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight exams of four pictures each."""
    folder = tmp_path_factory.mktemp("exams")
    for number in range(8):
        write_picture_exam(folder / f"exam{number}", number)
    return folder


def worklist(folder: Path, exams: Path, *lines: str, header: str = "path,case_id,patient") -> Path:
    path = folder / "cases.csv"
    rows = [line.replace("EXAMS", str(exams)) for line in lines]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_folders_become_a_study_that_checks_and_plans(exams: Path, tmp_path: Path) -> None:
    study = tmp_path / "pilot study"
    code, said = run("new", study, "--title", "A pilot", "--cases", exams, *READERS, "--seed", "5")
    assert code == 0, said
    assert "8 exams" in said
    assert "tomolens study seal" in said
    protocol = protocol_in(study)
    assert (protocol.study_id, protocol.seed, len(protocol.cases)) == ("pilot-study", 5, 8)
    assert [r.experience_years for r in protocol.readers] == [12, None]
    code, said = run("check", study, "--files")
    assert (code, "Exams: 8 of 8 there (opened)" in said) == (0, True)
    assert re.search(r"Readings: 16 in all, 32 answers to lock", said)
    code, said = run("plan", study)
    assert code == 0
    assert said.count("unaided+aided") == 16


def test_a_protocol_is_never_overwritten(exams: Path, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("mine")
    code, said = run("new", tmp_path, "--title", "t", "--cases", exams, *READERS)
    assert code == 2
    assert "is there already" in said
    assert (tmp_path / "study.toml").read_text() == "mine"


def test_nothing_of_a_patient_comes_into_the_protocol(tmp_path: Path) -> None:
    patients = ("MEIERHUBER", "SCHMIDTOVA")
    for n, patient in enumerate((*patients, patients[0])):
        write_mammogram(tmp_path / "in" / f"{n}" / "a.dcm", patient=patient, study=f"{patient}{n}")
    code, said = run("new", tmp_path / "st", "--title", "t", "--cases", tmp_path / "in", *READERS)
    assert code == 0, said
    text = (tmp_path / "st" / "study.toml").read_text(encoding="utf-8")
    for patient in patients:
        assert patient not in text + said
        assert f"{patient}-QX4711" not in text
    cases = protocol_in(tmp_path / "st").cases
    assert sorted(Counter(case.patient for case in cases).values()) == [1, 2]
    assert all(case.breasts[0].value == "L" and len(case.breasts) == 1 for case in cases)


def test_exams_inside_the_study_have_relative_paths(tmp_path: Path) -> None:
    for number in range(2):
        write_picture_exam(tmp_path / "exams" / f"{number}", number)
    code, said = run(
        "new", tmp_path, "--title", "t", "--cases", tmp_path / "exams", "--reader", "R1"
    )
    assert code == 0, said
    paths = sorted(case.path for case in protocol_in(tmp_path).cases)
    assert paths == ["exams/0", "exams/1"]


def test_several_exams_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    for number in range(3):
        write_picture_exam(tmp_path / "all", number)
    code, said = run(
        "new", tmp_path / "st", "--title", "t", "--cases", tmp_path / "all", "--reader", "R1"
    )
    assert code == 0, said
    cases = protocol_in(tmp_path / "st").cases
    assert len({case.path for case in cases}) == 1
    assert len({case.exam_alias for case in cases}) == 3
    code, said = run("check", tmp_path / "st", "--files")
    assert (code, "3 of 3" in said) == (0, True)


def test_an_exam_in_the_folder_of_another_is_told_apart(tmp_path: Path) -> None:
    """Three exams of one number: the search for all numbers them otherwise than a later one."""
    write_picture_exam(tmp_path / "in" / "a", 0, views=("L-CC", "R-CC"))
    write_picture_exam(tmp_path / "in" / "b", 0, views=("R-CC", "L-CC"))
    write_picture_exam(tmp_path / "in" / "b" / "c", 0, views=("R-MLO", "R-CC", "L-CC"))
    code, said = run(
        "new", tmp_path / "st", "--title", "t", "--cases", tmp_path / "in", "--reader", "R1"
    )
    assert code == 0, said
    assert len(protocol_in(tmp_path / "st").cases) == 3
    code, said = run("check", tmp_path / "st", "--files")
    assert (code, "3 of 3" in said) == (0, True), said


def test_phantom_exams_of_tomosynthesis_are_cases(tmp_path: Path) -> None:
    write_phantom_exams(tmp_path / "in", exams=2, seed=4, slices=2, rows=205, columns=160)
    code, said = run(
        "new", tmp_path / "st", "--title", "t", "--cases", tmp_path / "in", "--reader", "R1"
    )
    assert code == 0, said
    code, said = run("check", tmp_path / "st", "--files")
    assert (code, "2 of 2" in said) == (0, True)
    assert "truth" not in (tmp_path / "st" / "study.toml").read_text().split("[[case]]", 1)[1]


def test_the_published_exam_is_a_case(shared: Path, tmp_path: Path) -> None:
    exam = shared / "data" / "exams" / "gmic_exam0"
    code, said = run("new", tmp_path / "st", "--title", "t", "--cases", exam, "--reader", "R1")
    assert code == 0, said
    code, said = run("check", tmp_path / "st", "--files")
    assert (code, "1 of 1" in said) == (0, True)


def test_a_worklist_gives_ids_patients_training_and_subgroups(exams: Path, tmp_path: Path) -> None:
    cases = worklist(
        tmp_path,
        exams,
        "EXAMS/exam0,K7,pat 1,1,R,b",
        "EXAMS/exam1,K8,pat 2,0,RL,c",
        "EXAMS/exam2,K9,pat 2,,,d",
        header="path,case_id,patient,training,breasts,density",
    )
    code, said = run("new", tmp_path / "st", "--title", "t", "--cases", cases, *READERS)
    assert code == 0, said
    found = protocol_in(tmp_path / "st").cases
    assert [case.case_id for case in found] == ["K7", "K8", "K9"]
    assert [case.patient for case in found] == ["P0001", "P0002", "P0002"]
    assert [case.training for case in found] == [True, False, False]
    assert [len(case.breasts) for case in found] == [1, 2, 2]
    assert [case.attributes["density"] for case in found] == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("header", "line", "said"),
    [
        ("path,case id", "EXAMS/exam0,1", 'the column "case id" is not known; did you mean case'),
        ("path,patient_name", "EXAMS/exam0,x", 'the column "patient_name" identifies a person'),
        ("path,malignant", "EXAMS/exam0,1", 'the column "malignant" tells the truth of the cases'),
        ("folder,density", "EXAMS/exam0,b", "has no column path"),
        ("path,case_id", "EXAMS/nowhere,1", "row 2, column path: nothing is at"),
        ("path,case_id", ",1", "row 2, column path: the cell is empty"),
        ("path,training", "EXAMS/exam0,perhaps", "row 2, column training"),
        ("path,breasts", "EXAMS/exam0,X", 'row 2, column breasts: "x" is no breast'),
        ("path,case_id", "EXAMS/exam0,1,2", "row 2 has 3 cells, the header has 2 columns"),
    ],
)
def test_a_wrong_worklist_is_explained(
    header: str, line: str, said: str, exams: Path, tmp_path: Path
) -> None:
    cases = worklist(tmp_path, exams, line, header=header)
    code, output = run("new", tmp_path / "st", "--title", "t", "--cases", cases, *READERS)
    assert code == 2
    assert said in " ".join(output.split())
    assert not (tmp_path / "st").exists()


def test_cases_that_come_twice_are_all_named(exams: Path, tmp_path: Path) -> None:
    cases = worklist(
        tmp_path,
        exams,
        "EXAMS/exam0,K1,1",
        "EXAMS/exam1,K1,2",
        "EXAMS/exam0,K3,3",
    )
    code, said = run("new", tmp_path / "st", "--title", "t", "--cases", cases, *READERS)
    assert code == 2
    assert "row 3, column case_id: case K1 is already in row 2" in said
    assert "row 4, column path: the same exam is already in row 2" in said


def test_readers_come_from_a_table(exams: Path, tmp_path: Path) -> None:
    table = tmp_path / "readers.csv"
    table.write_text("reader_id,arm,experience_years,group\nR1,A,2,resident\nR2,B,,\n")
    code, said = run(
        *("new", tmp_path / "st", "--title", "t", "--cases", exams, "--readers", table),
        *("--design", "on-request", "--arm", "B:alone"),
    )
    assert code == 0, said
    protocol = protocol_in(tmp_path / "st")
    assert [arm.design for arm in protocol.arms] == [Design.ON_REQUEST, Design.ALONE]
    assert [reader.group for reader in protocol.readers] == ["resident", ""]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("reader_id,years\nR1,2\n", 'the column "years" is not known'),
        ("reader_id,name\nR1,x\n", 'the column "name" identifies a person'),
        ("arm\nA\n", "has no column reader_id"),
        ("reader_id\nR1\nR1\n", "row 3, column reader_id: reader R1 is already in row 2"),
        ("reader_id,experience_years\nR1,many\n", 'row 2, column experience_years: "many"'),
        ("reader_id\nDr Smith\n", 'reader id "Dr Smith" must be letters'),
    ],
)
def test_a_wrong_table_of_readers_is_explained(
    table: str, said: str, exams: Path, tmp_path: Path
) -> None:
    path = tmp_path / "readers.csv"
    path.write_text(table)
    cases = worklist(tmp_path, exams, "EXAMS/exam0,K1,1", "EXAMS/exam1,K2,2")
    code, output = run("new", tmp_path / "st", "--title", "t", "--cases", cases, "--readers", path)
    assert code == 2
    assert said in " ".join(output.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--design", "both"), 'no design is called "both"'),
        (("--questions", "pom,colour"), 'no question is called "colour"'),
        (("--design", "crossover", "--sessions", "3"), "needs an even number of sessions"),
        (("--sessions", "9"), "not enough patients for 9 sessions"),
        (("--training", "9"), "9 cases for training cannot be drawn"),
        (("--repeats", "2"), "2 repeats at least 20 readings apart do not fit"),
        (("--questions", "birads", "--endpoint", "auc"), "needs the question pom"),
        (("--database", "postgresql://u:p@h/d"), "holds a password"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_said_and_nothing_written(
    options: tuple[str, ...], said: str, exams: Path, tmp_path: Path
) -> None:
    cases = worklist(tmp_path, exams, *(f"EXAMS/exam{n},K{n},{n}" for n in range(8)))
    code, output = run("new", tmp_path / "st", "--title", "t", "--cases", cases, *READERS, *options)
    assert code == 2, output
    assert said in " ".join(output.split())
    assert not (tmp_path / "st" / "study.toml").exists()


def test_a_crossover_in_four_sessions_reads_every_case_twice(exams: Path, tmp_path: Path) -> None:
    cases = worklist(tmp_path, exams, *(f"EXAMS/exam{n},K{n},{n}" for n in range(8)))
    code, said = run(
        *("new", tmp_path / "st", "--title", "t", "--cases", cases, *READERS),
        *("--design", "crossover", "--sessions", "4", "--training", "2", "--seed", "1"),
    )
    assert code == 0, said
    file = tmp_path / "plan.csv"
    code, _ = run("plan", tmp_path / "st", "--csv", file, "--reader", "R02")
    assert code == 0
    seen = defaultdict(list)
    for row in csv.DictReader(io.StringIO(file.read_text())):
        assert row["reader_id"] == "R02"
        seen[row["case_id"]].append(row["phases"])
    assert len(seen) == 8
    assert all(sorted(phases) == ["aided", "unaided"] for phases in seen.values())


def test_the_picture_of_the_design_is_svg(exams: Path, tmp_path: Path) -> None:
    cases = worklist(tmp_path, exams, *(f"EXAMS/exam{n},K{n},{n}" for n in range(8)))
    study, picture = tmp_path / "st", tmp_path / "design.svg"
    title = "Readers <14> & the AI"
    run("new", study, "--title", title, "--cases", cases, *READERS, "--design", "crossover")
    code, _ = run("plan", study, "--svg", picture)
    assert code == 0
    words = [element.text for element in ElementTree.parse(picture).iter() if element.text]
    assert f"Design of the study: {title}" in words
    assert words.count("28 days or more") == 2
    assert words.count("With the AI") == 4


def test_orders_that_were_begun_are_said_as_realised(
    exams: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOMOLENS_HOME", str(tmp_path / "home"))
    cases = worklist(tmp_path, exams, "EXAMS/exam0,K0,1", "EXAMS/exam1,K1,2")
    run("new", tmp_path / "st", "--title", "t", "--cases", cases, *READERS)
    folder = StudyFolder.of(tmp_path / "st")
    where = places({"TOMOLENS_HOME": str(tmp_path / "home")})
    journal = open_journal(folder, read_protocol(folder), role="reader", where=where)
    reading = {
        "order_index": 0,
        "alias": "C-0007",
        "case_id": "K1",
        "phases": ["unaided", "aided"],
        "training": False,
        "repeat": 0,
        "ai_on_request": False,
    }
    journal.append(
        NewEvent(
            kind=EventKind.ORDER_REALISED,
            actor="R01",
            session_id="S1",
            payload={"readings": [reading]},
        )
    )
    journal.close()
    code, said = run("plan", tmp_path / "st")
    assert code == 0, said
    rows = [line.split() for line in said.splitlines()[1:]]
    assert [row[-1] for row in rows] == ["realised", "planned", "planned"]
    assert rows[0][3:5] == ["C-0007", "K1"]


def test_a_missing_exam_is_named_by_the_check(tmp_path: Path) -> None:
    for number in range(2):
        write_picture_exam(tmp_path / "in" / f"{number}", number)
    run("new", tmp_path / "st", "--title", "t", "--cases", tmp_path / "in", "--reader", "R1")
    for file in (tmp_path / "in" / "1").iterdir():
        file.unlink()
    code, said = run("check", tmp_path / "st")
    assert (code, "2 of 2" in said) == (0, True)
    code, said = run("check", tmp_path / "st", "--files")
    assert code == 1
    assert "no readable exam is where this case should be" in said
    assert "1 of 2" in said
    (tmp_path / "in" / "1").rmdir()
    code, said = run("check", tmp_path / "st")
    assert (code, "nothing is there" in said) == (1, True)


def test_a_breast_without_images_is_remarked(tmp_path: Path) -> None:
    write_picture_exam(tmp_path / "in" / "0", 0, views=("L-CC", "L-MLO"))
    cases = worklist(tmp_path, tmp_path / "in", "EXAMS/0,K1,1")
    code, said = run("new", tmp_path / "st", "--title", "t", "--cases", cases, "--reader", "R1")
    assert code == 0, said
    code, said = run("check", tmp_path / "st", "--files")
    assert code == 0
    assert "case K1: no image of breast R, which is asked about" in said


def test_a_wrong_protocol_is_refused_with_its_lines(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("format = 1\nstudy = 3\n")
    code, said = run("check", tmp_path)
    assert code == 2
    assert 'study.toml, line 2: "study" is not known here; did you mean study_id?' in said


def test_templates_are_read_by_the_commands_they_are_for(exams: Path, tmp_path: Path) -> None:
    assert run("templates", tmp_path)[0] == 0
    text = (tmp_path / "cases.csv").read_text()
    text = text.replace("exams/0001", f"{exams}/exam0").replace("exams/0002", f"{exams}/exam1")
    (tmp_path / "cases.csv").write_text(text)
    code, said = run(
        *("new", tmp_path / "st", "--title", "t", "--cases", tmp_path / "cases.csv"),
        *("--readers", tmp_path / "readers.csv"),
    )
    assert code == 0, said
    code, said = run("templates", tmp_path)
    assert code == 2
    assert "is there already" in said


def test_a_reader_or_session_that_is_not_there_is_said(exams: Path, tmp_path: Path) -> None:
    cases = worklist(tmp_path, exams, "EXAMS/exam0,K0,1", "EXAMS/exam1,K1,2")
    run("new", tmp_path / "st", "--title", "t", "--cases", cases, *READERS)
    assert "readers: R01, R02" in run("plan", tmp_path / "st", "--reader", "R9")[1]
    assert "sessions: S1" in run("plan", tmp_path / "st", "--session", "S9")[1]
