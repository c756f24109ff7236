"""`tomolens study new`: the protocol file of a new study."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import UserError, errors_said
from viewer.study.protocol import Design, StudyCase, StudyReader

if TYPE_CHECKING:
    from viewer.commands.new_study import NewStudy
    from viewer.loading.located_exam import LocatedExam
    from viewer.study.protocol import Protocol

_TABLES = (".csv", ".tsv", ".txt")
_SEEDS = 1 << 31


def new(
    folder: Path = typer.Argument(..., metavar="FOLDER", help="Where the study will be."),
    title: str = typer.Option(..., "--title", help="What the study is called."),
    cases: list[Path] = typer.Option(
        ...,
        "--cases",
        metavar="PATH",
        help="Folders or files of exams, or a worklist CSV; may be given several times.",
    ),
    readers: Path | None = typer.Option(
        None, "--readers", metavar="CSV", help="reader_id, arm, experience_years, group."
    ),
    reader: list[str] = typer.Option(
        [], "--reader", metavar="ID[:ARM[:YEARS]]", help="A reader; may be given several times."
    ),
    design: str = typer.Option(
        "sequential", "--design", help="sequential, crossover, alone or on-request."
    ),
    arm: list[str] = typer.Option(
        [], "--arm", metavar="ARM:DESIGN", help="An arm with another design."
    ),
    sessions: int | None = typer.Option(
        None, "--sessions", min=1, help="Cases are dealt to so many sessions (crossover: even)."
    ),
    seed: int | None = typer.Option(
        None, "--seed", min=0, help="Of every reader's order; drawn when not given."
    ),
    questions: str = typer.Option(
        "pom,birads,recall", "--questions", help="Of pom, birads, recall, marks, text."
    ),
    training: int = typer.Option(0, "--training", min=0, help="Draw so many cases for training."),
    repeats: int = typer.Option(0, "--repeats", min=0, help="Cases read twice in a session."),
    repeat_distance: int = typer.Option(
        20, "--repeat-distance", min=1, help="Readings between the two, the second included."
    ),
    washout: int = typer.Option(28, "--washout", min=0, help="Days between crossover readings."),
    time_limit: float | None = typer.Option(
        None, "--time-limit", help="Seconds for each case and phase; no limit when not given."
    ),
    hybrid_lambda: float = typer.Option(
        0.5, "--lambda", min=0.0, max=1.0, help="Weight of the reader in the hybrid."
    ),
    show_hybrid: bool = typer.Option(
        False, "--show-hybrid", help="Show the hybrid score after the lock."
    ),
    endpoint: str = typer.Option("", "--endpoint", help="auc, sensitivity, specificity or wafroc."),
    study_id: str = typer.Option("", "--id", help="Short name; the folder's when not given."),
    database: str = typer.Option(
        "", "--database", help="PostgreSQL URL without password, for several workstations."
    ),
    second_copy: str = typer.Option(
        "", "--second-copy", metavar="DIR", help="Folder for the second copy of the answers."
    ),
) -> None:
    """Design a study and write FOLDER/study.toml, which is never overwritten.

    Every exam under the given folders becomes a case; patients become codes, and nothing in the
    file says who anybody is. A worklist has the column path (relative to the worklist) and, if
    wished, case_id, patient, exam_alias, breasts, training; further columns become attributes
    for subgroups. `tomolens study templates` writes examples. The truth does not belong here:
    `tomolens study seal` takes it from a table of its own.
    """
    with errors_said():
        from viewer.commands.new_study import NewStudy, protocol_of, study_id_from
        from viewer.storage.keep_protocol import create_protocol
        from viewer.storage.study_folder import StudyFolder

        place = StudyFolder.of(folder)
        if place.protocol_file.exists():
            raise UserError(f"{place.protocol_file} is there already", "choose another folder")
        wanted = NewStudy(
            study_id=study_id or study_id_from(place.path.name),
            title=title,
            seed=secrets.randbelow(_SEEDS) if seed is None else seed,
            design=_design(design),
            arm_designs=tuple(_arm(words) for words in arm),
            readers=_readers(readers, reader),
            cases=_cases(cases, place.path),
            sessions=sessions,
            training=training,
            questions=_questions(questions),
            planted_repeats=repeats,
            repeat_distance=repeat_distance,
            washout_days=washout,
            time_limit_s=time_limit,
            hybrid_lambda=hybrid_lambda,
            shows_hybrid=show_hybrid,
            endpoint=endpoint,
            database=database,
            second_copy=second_copy,
        )
        protocol = protocol_of(wanted)
        path = create_protocol(place, protocol)
    _tell(path, protocol, wanted)


def _design(words: str) -> Design:
    try:
        return Design(words.replace("-", " ").strip().lower())
    except ValueError as error:
        raise UserError(
            f'no design is called "{words}"', "known: sequential, crossover, alone, on-request"
        ) from error


def _arm(words: str) -> tuple[str, Design]:
    name, separator, design = words.partition(":")
    if not separator or not name:
        raise UserError(f'"{words}" is no arm', "write it as B:alone (arm, design)")
    return name, _design(design)


def _questions(words: str) -> frozenset[str]:
    from viewer.commands.new_study import QUESTIONS

    asked = frozenset(word.strip() for word in words.split(",") if word.strip())
    unknown = sorted(asked - frozenset(QUESTIONS))
    if unknown:
        raise UserError(f'no question is called "{unknown[0]}"', f"known: {', '.join(QUESTIONS)}")
    return asked


def _readers(table: Path | None, words: list[str]) -> tuple[StudyReader, ...]:
    from viewer.loading.reader_list import read_readers, reader_from_words

    from_table = read_readers(table) if table is not None else ()
    found = (*from_table, *(reader_from_words(each) for each in words))
    if not found:
        raise UserError("the study has no reader", "give --readers CSV or --reader R01:A:12")
    return found


def _cases(paths: list[Path], folder: Path) -> tuple[StudyCase, ...]:
    from viewer.commands.study_cases import cases_of, cases_of_worklist
    from viewer.loading.worklist import read_worklist
    from viewer.loading.worklist_check import check_worklist

    absent = [path for path in paths if not path.exists()]
    if absent:
        raise UserError(f"nothing is at {absent[0]}", "give folders, files or a worklist CSV")
    cases: tuple[StudyCase, ...] = ()
    for table in (path for path in paths if path.suffix.lower() in _TABLES):
        check_worklist(table)
        taken = [case.case_id for case in cases]
        cases += cases_of_worklist(read_worklist(table), worklist=table, folder=folder, taken=taken)
    places = [path for path in paths if path.suffix.lower() not in _TABLES]
    if places:
        exams = _search(places)
        cases += tuple(found.case for found in cases_of(exams, folder=folder, existing=cases))
    return cases


def _search(paths: list[Path]) -> tuple[LocatedExam, ...]:
    from viewer.cli_progress import RunBars
    from viewer.loading.find_exams import find_exams

    with RunBars() as bars:
        scan = find_exams(paths, bars.search)
    typer.echo(scan.summary(), err=True)
    if not scan.exams:
        raise UserError("no exam was found there", "give folders that hold mammograms")
    return scan.exams


def _tell(path: Path, protocol: Protocol, wanted: NewStudy) -> None:
    from viewer.commands.study_summary import summary_lines

    for line in summary_lines(protocol):
        typer.echo(line)
    typer.echo(f"Seed {wanted.seed}. Written: {path}")
    folder = path.parent
    reader = protocol.readers[0].reader_id
    typer.echo(
        "Next:\n"
        f"  tomolens study check {folder} --files      every exam is there\n"
        f"  tomolens study plan {folder} --svg FILE    the picture of the design\n"
        f"  tomolens study seal {folder} --help        seal the truth and the AI's results\n"
        f"  tomolens study read {folder} --reader {reader}"
    )
