"""Settings, keys and recent exams between two runs."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from viewer.domain.model_use import ModelUse
from viewer.domain.overlay_settings import LayerStyle, OverlaySettings, Palette
from viewer.settings import DeviceChoice, Settings
from viewer.storage.key_file import read_keys, write_keys
from viewer.storage.places import places
from viewer.storage.recent_exams import RecentExam, read_recent, with_recent, write_recent
from viewer.storage.settings_file import read_settings, without_weights, write_settings
from viewer.storage.toml_file import NotKept


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.toml"


def test_settings_come_back_as_they_were(file: Path) -> None:
    settings = Settings(
        ai_on_open=False,
        weights=(Path("/a/b c.safetensors"), Path("/d.p")),
        device=DeviceChoice.CPU,
        augmentations=10,
        deidentified=False,
        frames_mb=900,
        predictions_mb=300,
        overlay=OverlaySettings(
            palette=Palette.COLOUR_BLIND_SAFE,
            smooth=False,
            boxes=False,
            benign=LayerStyle(visible=False, opacity=0.2, threshold=0.3),
        ),
    )
    write_settings(file, settings)
    stored = read_settings(file)
    assert stored.settings == settings
    assert stored.complaints == ()


def test_without_a_file_the_defaults_serve_in_silence(file: Path) -> None:
    assert read_settings(file).settings == Settings()
    assert read_settings(file).complaints == ()


def test_a_damaged_file_is_kept_aside_and_named(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("ai_on_open = yes please")
    stored = read_settings(file)
    assert stored.settings == Settings()
    assert "settings.toml.damaged" in stored.complaints[0]
    assert (file.parent / "settings.toml.damaged").read_text() == "ai_on_open = yes please"
    assert not file.exists()


def test_bytes_that_are_no_text_are_a_damaged_file(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe\x00")
    assert "damaged" in read_settings(file).complaints[0]


def test_a_wrong_entry_is_named_and_the_others_serve(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(
        'ai_on_open = "maybe"\nframes_mb = -4\ndevice = "cpu"\nweights = [1]\n'
        '[overlay]\npalette = "pink"\nbenign = 3\n[overlay.malignant]\nopacity = 7\n'
    )
    stored = read_settings(file)
    assert stored.settings == replace(Settings(), device=DeviceChoice.CPU)
    named = "\n".join(stored.complaints)
    for key in ("ai_on_open", "frames_mb", "weights", "palette", "benign", "opacity"):
        assert key in named


def test_entries_that_nobody_knows_are_named(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(
        "frame_mb = 900\n[overlay]\nsmoth = false\n[overlay.benign]\nopacty = 0.5\n"
        "[mouse]\nweel = 'zoom'\n"
    )
    stored = read_settings(file)
    assert stored.settings == Settings()
    assert sorted(stored.complaints) == [
        f'settings.toml: nothing is called "{name}"'
        for name in ("frame_mb", "opacty", "smoth", "weel")
    ]


def test_limits_out_of_range_are_named_and_zero_is_automatic(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("frames_mb = 0\nframe_cache_mb = 12\nframe_cache = 1\n")
    stored = read_settings(file)
    assert stored.settings == Settings()
    assert len(stored.complaints) == 2
    file.write_text("frames_mb = false\nframe_cache_mb = 4096\nframe_cache = false\n")
    stored = read_settings(file)
    assert stored.settings == Settings(frame_cache_mb=4096, frame_cache=False)
    assert len(stored.complaints) == 1
    write_settings(file, stored.settings)
    assert read_settings(file).settings == stored.settings


@pytest.mark.parametrize("entry", ["-1", "65", "true", "4.0", '"8"'])
def test_a_number_of_augmentations_that_cannot_be_is_named(file: Path, entry: str) -> None:
    file.parent.mkdir()
    file.write_text(f"augmentations = {entry}\n")
    stored = read_settings(file)
    assert stored.settings.augmentations == 0
    assert "augmentations" in stored.complaints[0]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_files_with_paths_are_readable_by_the_user_only(tmp_path: Path) -> None:
    recent = RecentExam(alias="Exam 1", paths=(Path("/exams/Doe^Jane"),))
    write_recent(tmp_path / "recent.toml", [recent])
    assert stat.S_IMODE((tmp_path / "recent.toml").stat().st_mode) == 0o600


def test_a_place_that_cannot_be_written_raises_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotKept, match=r"settings\.toml could not be written"):
        write_settings(tmp_path / "file" / "settings.toml", Settings())


def test_keys_come_back_and_wrong_ones_are_named(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    write_keys(file, {"ai.overlay": ("X", "Ctrl+A")})
    assert read_keys(file).keys == {"ai.overlay": ("X", "Ctrl+A")}
    file.write_text('[keys]\n"ai.overlay" = 3\n"ai.boxes" = "V"\n')
    stored = read_keys(file)
    assert stored.keys == {"ai.boxes": ("V",)}
    assert "ai.overlay" in stored.complaints[0]
    file.write_text("keys = 5")
    assert "must be a table" in read_keys(file).complaints[0]


def test_recent_exams_show_no_path_while_identity_is_hidden() -> None:
    recent = RecentExam(alias="Exam 4F2A91", paths=(Path("/exams/Doe^Jane"),))
    assert "Doe" not in recent.title(deidentified=True)
    assert "Doe" in recent.title(deidentified=False)
    other = RecentExam(alias="Exam 4F2A91", paths=(Path("/exams/Roe^Mary"),))
    assert recent.title(deidentified=True) != other.title(deidentified=True)


def test_the_newest_exam_stands_on_top_once(tmp_path: Path) -> None:
    recents: tuple[RecentExam, ...] = ()
    for n in (*range(14), 5):
        recents = with_recent(recents, RecentExam(alias=f"Exam {n}", paths=(Path(f"/e/{n}"),)))
    file = tmp_path / "recent.toml"
    write_recent(file, recents)
    assert read_recent(file) == (recents, None)
    assert len(recents) == 12
    assert [r.alias for r in recents][:2] == ["Exam 5", "Exam 13"]


def test_nonsense_in_the_recent_file_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "recent.toml"
    file.write_text(
        'recent = [3, {alias = 4}, {alias = "a", paths = []}, {alias="b", paths=["/x"]}]'
    )
    assert [r.alias for r in read_recent(file)[0]] == ["b"]
    file.write_text('recent = "all"')
    assert read_recent(file)[0] == ()


def test_an_environment_variable_moves_everything() -> None:
    moved = places({"TOMOLENS_HOME": "/somewhere"})
    assert moved.settings_file == Path("/somewhere/config/settings.toml")
    assert moved.predictions == Path("/somewhere/cache/predictions")
    assert places({}).config != moved.config


def test_what_serves_which_use_is_kept_and_a_wrong_entry_is_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    serving = {
        ModelUse.DBT: (Path("/a.p"), Path("/b.p")),
        ModelUse.FFDM: (),
        ModelUse.SYNTHETIC_2D: (Path("/c.p"),),
    }
    settings = Settings(weights=(Path("/a.p"), Path("/b.p"), Path("/c.p")), serving=serving)
    write_settings(path, settings)
    assert read_settings(path).settings == settings
    path.write_text('[serving]\nDBT = 3\nUltrasound = ["/u.p"]\nFFDM = ["/d.p"]\n')
    stored = read_settings(path)
    assert stored.settings.serving == {ModelUse.FFDM: (Path("/d.p"),)}
    assert '"DBT" cannot be 3' in stored.complaints[0]
    assert "Ultrasound" in stored.complaints[1]


def test_weights_that_are_gone_are_dropped_and_off_stays_off() -> None:
    lost, kept = Path("/lost.p"), Path("/kept.p")
    settings = Settings(
        weights=(lost, kept),
        serving={
            ModelUse.DBT: (lost,),
            ModelUse.FFDM: (lost, kept),
            ModelUse.SYNTHETIC_2D: (),
        },
    )
    without = without_weights(settings, [lost])
    assert without.weights == (kept,)
    assert without.serving == {ModelUse.FFDM: (kept,), ModelUse.SYNTHETIC_2D: ()}
