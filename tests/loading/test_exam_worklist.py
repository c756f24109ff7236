"""A reader's worklist: every good line is read, every bad one says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viewer.loading.exam_worklist import is_exam_worklist, read_exam_worklist
from viewer.loading.table_errors import TableError


def listed(folder: Path, text: str | bytes) -> list[tuple[str, str, str]]:
    path = folder / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    lines = read_exam_worklist(path)
    return [(line.path.name if line.path else "", line.alias, line.problem) for line in lines]


def test_paths_are_relative_to_the_list_and_words_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "list.csv").write_text("note;path;Alias;priority\nrecall;a;Case 1;high\n")
    (line,) = read_exam_worklist(tmp_path / "list.csv")
    assert line.path == tmp_path / "a"
    assert (line.alias, line.priority, line.note, line.problem) == ("Case 1", "high", "recall", "")


def test_bad_lines_keep_their_reasons_and_the_others_are_read(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    text = 'path,alias\na,one\n,two\nc,three\nb,"four\nb,five,extra\na,six\nb,seven\n'
    assert listed(tmp_path, text) == [
        ("a", "one", ""),
        ("", "", "no path"),
        ("c", "three", "there is no such file or folder"),
        ("", "", "the line is damaged (quotes)"),
        ("", "", "the line has 3 cells, the header 2"),
        ("", "", "the same path as row 2"),
        ("b", "seven", ""),
    ]


@pytest.mark.parametrize("text", ["", "exam,view\n1,RCC\n", "path\n", b"\xff\xfe\x00path\n1\n"])
def test_what_is_no_list_at_all_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(TableError):
        listed(tmp_path, text)


def test_label_tables_and_folders_are_no_worklists(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("image,benign,malignant\na,0,1\n")
    (tmp_path / "list.csv").write_text("path\na\n")
    assert not is_exam_worklist(tmp_path)
    assert not is_exam_worklist(tmp_path / "labels.csv")
    assert not is_exam_worklist(tmp_path / "absent.csv")
    assert is_exam_worklist(tmp_path / "list.csv")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=80))
def test_no_text_under_the_header_makes_reading_fail_otherwise(tmp_path: Path, text: str) -> None:
    try:
        found = listed(tmp_path, f"path,alias\n{text}\n".encode("utf-8", "replace"))
    except TableError:
        return
    assert all(name or problem for name, _, problem in found)
