"""What a stopped program leaves behind is never read as what it was to become."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from loading_builders import breast, scan, write

from viewer.loading.sniff import FileKind, kind_of_file

TABLE = b"image,view,benign,malignant\nL_CC.png,L-CC,0,1\n"
UNFINISHED = "an unfinished file of a program that was stopped"

WRITERS = {
    "an export": "with replacing(path) as there: there.write_bytes(content)",
    "an export that goes by its suffix": (
        "with replacing(path, keep_suffix=True) as there: there.write_bytes(content)"
    ),
    "a private file": "write_private(path, content)",
    "a file of the models": "write_atomically(path, content)",
}
_KILLED_BEFORE_RENAMING = """
import os, signal, sys
from pathlib import Path
from inference.atomic_file import write_atomically
from viewer.export.atomic_write import replacing
from viewer.storage.private_file import write_private
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
path, content = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
"""


def killed(writer: str, path: Path, content: Path) -> None:
    """Run a writer in a process that is killed when everything is written but the name."""
    code = _KILLED_BEFORE_RENAMING + writer
    ended = subprocess.run([sys.executable, "-c", code, path, content], check=False)
    assert ended.returncode < 0


@pytest.mark.skipif(os.name == "nt", reason="processes are killed by signals")
@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_what_a_killed_writer_leaves_is_skipped_and_named(tmp_path: Path, writer: str) -> None:
    exam = tmp_path / "exam"
    exam.mkdir()
    image = write(exam / "image.dcm", breast())
    killed(writer, exam / "other.dcm", image)
    (left,) = (path for path in exam.iterdir() if path != image)
    found = scan(exam)
    assert found.summary() == f"1 exam, 1 image; 1 file skipped (1 {UNFINISHED})"
    assert [file.path for file in found.skipped] == [left]


@pytest.mark.parametrize("name", [".r3_x9k2a.part.dcm", ".r3_x9k2a.part", ".r3_x9k2a.part.png"])
def test_an_unfinished_file_has_no_kind_whatever_it_holds(tmp_path: Path, name: str) -> None:
    whole = write(tmp_path / "image.dcm", breast())
    shutil.copyfile(whole, tmp_path / name)
    assert kind_of_file(tmp_path / name) is FileKind.UNFINISHED


@pytest.mark.parametrize("name", ["r3_x9k2a.part.dcm", ".hidden.dcm", "breast.part", ".part.dcm"])
def test_files_that_are_only_named_alike_are_opened(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, breast())
    assert scan(tmp_path).summary() == "1 exam, 1 image"


def test_an_unfinished_table_labels_nothing(tmp_path: Path) -> None:
    write(tmp_path / "L_CC.dcm", breast())
    (tmp_path / ".r3_x9k2a.part.csv").write_bytes(TABLE)
    found = scan(tmp_path)
    assert [file.reason for file in found.skipped] == [UNFINISHED]
    assert not found.exams[0].exam.labels
