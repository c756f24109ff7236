"""Where windows stood, on disk."""

from __future__ import annotations

from pathlib import Path

from viewer.storage.window_file import WindowPlace, read_windows, write_windows

PLACE = WindowPlace(left=-1080, top=0, width=1080, height=1920, screen_name="DP-2", maximised=True)


def test_places_read_back_as_written(tmp_path: Path) -> None:
    file = tmp_path / "windows.toml"
    write_windows(file, {0: PLACE, 1: WindowPlace(left=0, top=0, width=640, height=480)})
    stored = read_windows(file)
    assert stored.windows[0] == PLACE
    assert stored.windows[1].screen_name == ""
    assert stored.complaints == ()


def test_a_wrong_entry_is_named_and_the_others_serve(tmp_path: Path) -> None:
    file = tmp_path / "windows.toml"
    write_windows(file, {0: PLACE})
    file.write_text(
        file.read_text()
        + "[window_1]\nleft = 0\ntop = 0\nwidth = 0\nheight = 5\n[cat]\nleft = 1\n"
        + '[window_2]\nleft = "far"\ntop = 0\nwidth = 9\nheight = 5\n'
    )
    stored = read_windows(file)
    assert list(stored.windows) == [0]
    assert len(stored.complaints) == 3


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "windows.toml"
    file.write_text("[window_0")
    stored = read_windows(file)
    assert stored.windows == {}
    assert "kept as windows.toml.damaged" in stored.complaints[0]
    assert not file.exists()
