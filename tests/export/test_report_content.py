"""What a report says: figures as computed, gains with their sign, refusals, methods, checklists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from viewer.analysis.analyse import analyse
from viewer.analysis.checklists import AUTHORS, checklists
from viewer.analysis.gain import gain
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.results import StudyResults
from viewer.analysis.study_record import StudyRecord, record_of
from viewer.analysis.study_table import StudyTable
from viewer.analysis.words import figure, p_value
from viewer.export.report import report_of, write_document
from viewer.export.report_document import Caution, Heading, Paragraph, Report, Table
from viewer.statistics.ratings import Ratings
from viewer.study.event import Event, EventKind, Json
from viewer.study.protocol import (
    AnalysisPlan,
    Arm,
    Design,
    Protocol,
    Questions,
    SealedParts,
    StudyCase,
    StudyReader,
    StudySession,
)

CASES, READERS = 60, 4


def study_table(readers: int = READERS) -> StudyTable:
    """Readers who gain from an AI: unaided and aided scores of 60 breasts."""
    generator = np.random.default_rng(11)
    truth = np.arange(CASES) % 3 == 0
    signal = np.where(truth, 0.9, 0.0)
    unaided = signal + generator.normal(0, 1.2, (readers, CASES))
    aided = unaided + 0.8 * truth + generator.normal(0, 0.2, (readers, CASES))
    scores = 1 / (1 + np.exp(-np.stack([unaided, aided])))
    return StudyTable(
        title="A pilot",
        ratings=Ratings(
            modalities=("unaided", "aided"),
            readers=tuple(f"R{number}" for number in range(1, readers + 1)),
            cases=tuple(f"C{number}" for number in range(CASES)),
            truth=truth,
            scores=scores,
            patients=tuple(f"P{number // 2}" for number in range(CASES)),
        ),
        ai={"Model 1": np.clip(0.3 + 0.4 * truth + generator.normal(0, 0.2, CASES), 0, 1)},
        active_seconds=generator.uniform(20, 90, (2, readers, CASES)),
        recall_threshold=0.5,
        notes=("one reading was excluded",),
    )


@pytest.fixture(scope="module")
def results() -> StudyResults:
    return analyse(study_table(), AnalysisOptions(bootstraps=60, comparison=("unaided", "aided")))


def protocol() -> Protocol:
    return Protocol(
        study_id="pilot",
        title="A pilot",
        seed=77,
        arms=(Arm(arm_id="A", design=Design.SEQUENTIAL),),
        readers=tuple(
            StudyReader(reader_id=f"R{n}", arm_id="A", experience_years=2.0 * n)
            for n in range(1, READERS + 1)
        ),
        cases=(
            StudyCase(case_id="T", path="t", patient="PT", training=True),
            *(StudyCase(case_id=f"C{n}", path=f"c{n}", patient=f"P{n}") for n in range(30)),
        ),
        sessions=(StudySession(session_id="S1"),),
        questions=Questions(marks=True),
        planted_repeats=3,
        analysis=AnalysisPlan(text="The hypothesis is that the AI helps."),
        sealed=SealedParts(ai_sha256="ab" * 32, ai_models=("Model 1",)),
    )


def events() -> list[Event]:
    """A session in which one reading was finished, one excluded and one left open."""
    order: list[Json] = [
        {
            "order_index": index,
            "alias": f"C-00{index}",
            "case_id": f"C{index}",
            "phases": ["unaided", "aided"],
            "training": False,
            "repeat": 0,
            "ai_on_request": False,
        }
        for index in range(3)
    ]
    steps: list[tuple[EventKind, str, dict[str, Json]]] = [
        (
            EventKind.PROTOCOL_ADOPTED,
            "designer",
            {"sha256": "cd" * 32, "version": 1, "reason": "", "toml": ""},
        ),
        (EventKind.ORDER_REALISED, "R1", {"readings": order}),
        (EventKind.SESSION_STARTED, "R1", {"app_version": "0.1.0"}),
        (EventKind.READING_OPENED, "R1", {"order_index": 0}),
        (EventKind.AI_TOGGLED, "R1", {"order_index": 0, "layer": "saliency", "visible": False}),
        (EventKind.READING_FINISHED, "R1", {"order_index": 0}),
        (
            EventKind.READING_EXCLUDED,
            "designer",
            {"reader_id": "R1", "session_id": "S1", "order_index": 1, "reason": "wrong images"},
        ),
        (EventKind.SESSION_RESUMED, "R1", {"app_version": "0.1.0", "after_crash": True}),
    ]
    return [
        Event(
            sequence=number,
            utc=f"2026-01-0{number}T10:00:00.000000Z",
            monotonic_ns=number,
            kind=kind,
            actor=actor,
            session_id="S1",
            payload=payload,
            previous_hash="",
            hash=f"{number:064x}",
        )
        for number, (kind, actor, payload) in enumerate(steps, start=1)
    ]


@pytest.fixture(scope="module")
def record() -> StudyRecord:
    return record_of(protocol(), "cd" * 32, events())


@pytest.fixture(scope="module")
def report(results: StudyResults) -> Report:
    """Of a table from elsewhere."""
    return report_of(results, None)


@pytest.fixture(scope="module")
def study_report(results: StudyResults, record: StudyRecord) -> Report:
    """Of one of our own studies."""
    return report_of(results, record)


def words_of(report: Report) -> str:
    texts = []
    for block in report.blocks:
        if isinstance(block, Heading | Paragraph | Caution):
            texts.append(block.text)
        elif isinstance(block, Table):
            texts += [block.caption, *(" | ".join(row) for row in block.rows), block.note]
    return "\n".join(texts)


def tables(report: Report, caption: str) -> list[Table]:
    return [b for b in report.blocks if isinstance(b, Table) and caption in b.caption]


def test_a_gain_with_the_ai_is_printed_as_a_positive_difference(
    results: StudyResults, report: Report
) -> None:
    analysis = results.mrmc_of("auc", "delong")
    assert analysis is not None
    pair = analysis.pairs[0]
    assert (pair.a, pair.b) == ("unaided", "aided")
    assert pair.difference < 0
    (table,) = tables(report, "Obuchowski-Rockette, AUC, delong")
    test = pair.rrrc
    assert test is not None
    assert table.rows[0][:4] == (
        "aided − unaided",
        "readers and cases random",
        figure(-pair.difference, 4),
        f"{figure(-test.ci_high, 4)} to {figure(-test.ci_low, 4)}",
    )
    assert table.rows[0][6] == p_value(test.p)


def test_turning_a_pair_twice_gives_the_pair_again(results: StudyResults) -> None:
    analysis = results.mrmc_of("auc", "jackknife")
    assert analysis is not None
    assert gain(gain(analysis.pairs[0])) == analysis.pairs[0]


def test_the_hybrid_is_what_was_added(report: Report) -> None:
    (table,) = tables(report, "hybrid against readers")
    assert all(row[0] == "hybrid − unaided" for row in table.rows)


def test_every_reader_of_every_modality_has_a_row_with_the_computed_area(
    results: StudyResults, report: Report
) -> None:
    for name, modality in results.by_modality.items():
        table = next(t for t in tables(report, name) if t.caption == f"{name}: every reader")
        assert [(row[0], row[2]) for row in table.rows] == [
            (reader, figure(found.auc)) for reader, found in modality.readers.items()
        ]


def test_two_readers_get_a_caution_and_no_random_reader_test() -> None:
    few = analyse(study_table(readers=2), AnalysisOptions(bootstraps=0))
    report = report_of(few, None)
    assert any(isinstance(block, Caution) for block in report.blocks)
    effects = [row[1] for table in tables(report, "Obuchowski-Rockette") for row in table.rows]
    assert effects
    assert set(effects) == {"readers fixed, cases random"}
    assert "holds for these readers only" in str(report.blocks[1])


def test_the_methods_name_design_seed_hash_exclusions_and_crashes(study_report: Report) -> None:
    text = words_of(study_report)
    for words in (
        "4 readers took part (experience 2 to 8 years)",
        "30 exams of 30 patients were read (60 breasts)",
        "1 training case came first, with feedback",
        "study seed 77",
        "3 cases came twice in a session under another number",
        "AI: Model 1",
        "cd" * 32,
        "1 reading finished of 3 planned, 1 reading excluded, 1 reading not finished",
        "1 resumption after a crash",
        "The hypothesis is that the AI helps.",
        "wrong images",
    ):
        assert words in text


def test_a_table_from_elsewhere_has_no_study_record_to_tell(report: Report) -> None:
    text = words_of(report)
    assert "Design and reading" not in text
    assert "CLAIM" not in text


def test_checklists_answer_what_is_known_and_leave_the_rest_to_the_authors(
    results: StudyResults, record: StudyRecord
) -> None:
    found = checklists(record, results)
    assert [c.name.split(" ")[0] for c in found] == ["CLAIM", "STARD-AI", "DECIDE-AI"]
    answers = {(c.name[:5], i.topic): i.answer for c in found for i in c.items}
    assert answers["CLAIM", "Model"] == "Model 1."
    assert answers["CLAIM", "Funding"] == AUTHORS
    assert "1 reading excluded (wrong images), 1 not finished" in answers["CLAIM", "Missing data"]
    assert answers["DECID", "Exposure to the AI"].startswith("The AI's layers were switched 1 time")
    assert all(item.answer for checklist in found for item in checklist.items)


def test_sentences_of_methods_follow_what_was_computed(results: StudyResults) -> None:
    without = replace(results, mrmc=(), hybrid=None, ai_against_readers=(), u_statistics=None)
    text = words_of(report_of(without, None))
    assert "60 bootstraps of patients" in text
    assert "Modalities were compared" not in text
    assert "hybrid score is" not in text


def test_report_page_pdf_and_every_figure_are_written(study_report: Report, tmp_path: Path) -> None:
    written = write_document(study_report, tmp_path, "report")
    assert all(path.stat().st_size > 0 for path in written)
    names = {path.name for path in written}
    assert {"report.html", "report.pdf", "curves-unaided.svg", "lambda-sweep.png"} <= names
    assert {"switches.svg", "times.svg", "readers-unaided-aided.svg"} <= names
    text = "\n".join(page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages)
    assert "Reporting checklists" in text
    assert "aided − unaided" in text


def test_a_study_without_events_stands_for_its_protocol_alone() -> None:
    found = record_of(protocol(), "cd" * 32, [])
    assert (found.planned, found.finished, found.unfinished) == (0, 0, 0)
    assert found.head == "cd" * 32
