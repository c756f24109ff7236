"""Files of preferences that a hand or a disk damaged: named, kept aside, and never fatal."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from viewer.settings import Settings
from viewer.storage.accepted_licences import AcceptedLicences
from viewer.storage.calibration_files import read_calibrations
from viewer.storage.hanging_files import read_hangings
from viewer.storage.key_file import read_keys
from viewer.storage.model_library import INDEX, ModelLibrary
from viewer.storage.reading_status import read_reading
from viewer.storage.recent_exams import read_recent
from viewer.storage.settings_file import read_settings, write_settings
from viewer.storage.toml_file import read_toml
from viewer.storage.window_file import read_windows

Complaints = Callable[[Path], Sequence[str | None]]

READERS: dict[str, Complaints] = {
    "settings.toml": lambda path: read_settings(path).complaints,
    "keys.toml": lambda path: read_keys(path).complaints,
    "windows.toml": lambda path: read_windows(path).complaints,
    "recent.toml": lambda path: [read_recent(path)[1]],
    "reading.toml": lambda path: [read_reading(path)[1]],
    "licences.toml": lambda path: [AcceptedLicences(path).complaint],
    "hangings/mine.toml": lambda path: read_hangings(path.parent).complaints,
    "displays/left.toml": lambda path: read_calibrations(path.parent).complaints,
    f"models/{INDEX}": lambda path: ModelLibrary(path.parent).read().complaints,
}
DAMAGES = {
    "half a file": b"exams = [1, 2",
    "bytes that are no text": bytes(range(256)) * 9,
    "zeros, as of a disk that lost power": bytes(4096),
    "a number longer than Python reads": b"number = " + b"9" * 5000,
    "lists deeper than Python follows": b"lists = " + b"[" * 3000 + b"]" * 3000,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
@pytest.mark.parametrize("name", READERS)
def test_every_damaged_file_is_named_and_kept_aside(
    tmp_path: Path, name: str, damage: bytes
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(damage)
    (said,) = READERS[name](path)
    assert said is not None
    assert f"kept as {path.name}.damaged" in said
    assert path.with_name(f"{path.name}.damaged").read_bytes() == damage
    assert not path.exists()


@pytest.mark.parametrize("name", READERS)
def test_a_folder_in_place_of_a_file_is_moved_aside(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    (path / "something").mkdir(parents=True)
    (said,) = READERS[name](path)
    assert said is not None
    assert f"kept as {path.name}.damaged" in said
    assert (path.with_name(f"{path.name}.damaged") / "something").is_dir()
    assert not path.exists()


@pytest.mark.parametrize("name", READERS)
def test_an_empty_file_is_one_without_entries(tmp_path: Path, name: str) -> None:
    if "/" in name:
        pytest.skip("what these files describe cannot be empty")
    (tmp_path / name).touch()
    assert not any(READERS[name](tmp_path / name))


def test_a_file_that_may_not_be_read_is_kept_when_the_settings_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("text_percent = 125\n")
    refused = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with monkeypatch.context() as patched:

        def refuse(*_: object, **__: object) -> str:
            raise refused

        patched.setattr(Path, "read_text", refuse)
        (said,) = read_settings(path).complaints
    assert "Permission denied" in said
    write_settings(path, Settings())
    assert (tmp_path / "settings.toml.damaged").read_text() == "text_percent = 125\n"


def test_a_file_that_cannot_be_read_for_a_moment_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("text_percent = 125\n")
    read_text, left = Path.read_text, [2]

    def held(self: Path, encoding: str | None = None) -> str:
        if left[0]:
            left[0] -= 1
            raise PermissionError(errno.EACCES, "another program holds the file")
        return read_text(self, encoding=encoding)

    monkeypatch.setattr(Path, "read_text", held)
    stored = read_settings(path)
    assert (stored.complaints, stored.settings.text_percent) == ((), 125)
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.toml"]


def test_a_shipped_protocol_is_never_moved(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "four.toml").write_bytes(b"half a file = [")
    with pytest.raises(ValueError, match=r"Unclosed array|Invalid value|line 1"):
        read_hangings(tmp_path / "own", shipped)
    assert [entry.name for entry in shipped.iterdir()] == ["four.toml"]


def test_a_second_damage_does_not_replace_what_was_kept_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    for number, suffix in enumerate((".damaged", ".damaged-2", ".damaged-3")):
        path.write_text(f"damage {number}")
        assert f"kept as settings.toml{suffix}" in (read_toml(path).complaint or "")
    assert (tmp_path / "settings.toml.damaged").read_text() == "damage 0"
    assert (tmp_path / "settings.toml.damaged-2").read_text() == "damage 1"


def test_paths_that_no_system_has_are_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('weights = ["a\\u0000b"]\n')
    stored = read_settings(path)
    assert stored.settings.weights == ()
    assert "weights" in stored.complaints[0]
    path.write_text('[[recent]]\nalias = "a"\npaths = ["a\\u0000b"]\n')
    assert read_recent(path)[0] == ()


def test_entries_of_the_reading_status_that_make_no_sense_are_named(tmp_path: Path) -> None:
    path = tmp_path / "reading.toml"
    path.write_text('[exams]\na = "read"\nb = "eaten"\nc = 3\n')
    assert '2 entries of "exams"' in (read_reading(path)[1] or "")
    path.write_text("exams = 3\nworklist = 2\npatients = 1\n")
    said = read_reading(path)[1] or ""
    for table in ("exams", "worklist", "patients"):
        assert f'"{table}"' in said


def test_entries_of_the_recent_exams_that_make_no_sense_are_named(tmp_path: Path) -> None:
    path = tmp_path / "recent.toml"
    path.write_text('recent = [3, {alias = "b", paths = ["/x"]}]')
    exams, said = read_recent(path)
    assert len(exams) == 1
    assert "1 entry" in (said or "")


_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from viewer.settings import Settings
from viewer.storage.settings_file import write_settings
from viewer.storage.toml_file import NotKept
resource.setrlimit(resource.RLIMIT_FSIZE, (200, resource.RLIM_INFINITY))
try:
    write_settings(Path(sys.argv[1]), Settings(text_percent=125))
except NotKept as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on a file's size")
def test_a_disk_that_fills_up_while_saving_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    write_settings(path, Settings())
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", _ON_A_FULL_DISK, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "settings.toml could not be written" in done.stdout
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.toml"]
