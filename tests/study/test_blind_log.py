"""No path, file name or word of a case gets into the log while a study is read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_builders import make_study

from viewer.blind_log import BlindFormatter, words_of_cases
from viewer.logs import log_bug, start_logging, stop_logging
from viewer.study.protocol import Protocol, StudyCase

LOG = logging.getLogger("viewer.test")


def one_case(**fields: str) -> Protocol:
    values = {"case_id": "P-0417", "path": "exams/DOE JANE 1961", "patient": "W-77121", **fields}
    return replace(make_study(), cases=(StudyCase(**values),))  # type: ignore[arg-type]


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    hidden = words_of_cases(one_case(exam_alias="Mammo 9"), ["/srv/study/exams/DOE JANE 1961"])
    path = start_logging(tmp_path, hidden=hidden)
    assert path is not None
    yield path
    stop_logging()


@pytest.mark.parametrize(
    "said",
    [
        "cannot read /srv/study/exams/DOE JANE 1961/RCC.dcm",
        "cannot read 'exams/DOE JANE 1961'",
        "opened exams/DOE JANE 1961",
        "DOE JANE 1961 was opened",
        r"cannot read C:\\exams\\DOE JANE 1961",
        "case P-0417 of W-77121 (Mammo 9)",
        "file=RCC_P-0417.dcm",
        "volume W-77121.nii.gz is damaged",
    ],
)
def test_what_names_a_case_is_hidden(log_file: Path, said: str) -> None:
    LOG.warning("it went wrong: %s", said)
    written = log_file.read_text()
    assert "it went wrong" in written
    for word in ("DOE", "JANE", "1961", "0417", "77121", "Mammo", "RCC", "exams"):
        assert word not in written


def test_a_traceback_is_hidden_as_well(log_file: Path) -> None:
    try:
        Path("/srv/study/exams/DOE JANE 1961/none").read_bytes()
    except OSError:
        LOG.exception("it went wrong")
    written = log_file.read_text()
    assert "it went wrong" in written
    assert "FileNotFoundError" in written
    assert "JANE" not in written


def test_what_helps_to_find_a_bug_stays(log_file: Path) -> None:
    try:
        raise ValueError("DOE JANE")
    except ValueError as error:
        log_bug(type(error), error.__traceback__)
    LOG.info("search finished files=%d exams=%d skipped=%d", 12, 1, 0)
    written = log_file.read_text()
    assert "unexpected ValueError" in written
    assert "test_blind_log.py:" in written
    assert "search finished files=12 exams=1 skipped=0" in written


def test_short_codes_are_no_words_to_hide() -> None:
    words = words_of_cases(one_case(case_id="7", patient="R1", path="a/b"))
    assert words == frozenset()


@given(
    st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=4),
    st.text(max_size=30),
)
def test_a_word_that_stands_alone_is_never_written(words: list[str], text: str) -> None:
    formatter = BlindFormatter("%(message)s", words)
    record = logging.LogRecord("viewer", logging.INFO, "", 0, f"{text} {words[0]} !", (), None)
    said = formatter.format(record)
    assert f" {words[0]} !" not in said or words[0].strip() == "" or words[0] in "[hidden]"
