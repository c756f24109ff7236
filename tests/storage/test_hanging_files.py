"""Hanging protocols on disk: shipped ones, a user's own, damaged ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.hanging import Slot
from viewer.domain.hanging_protocol import FOUR_VIEWS, HangingProtocol, Origin, PlaceFraming, Stage
from viewer.storage.hanging_files import (
    VERSION,
    NotAHanging,
    delete_hanging,
    entries_of,
    file_name_for,
    protocol_of,
    read_hangings,
    write_hanging,
)


def _one(**stage: object) -> dict[str, object]:
    return {"title": "Mine", "stages": [{"title": "first", **stage}]}


def test_the_shipped_protocols_hang_what_a_mammography_workstation_hangs(tmp_path: Path) -> None:
    stored = read_hangings(tmp_path)
    by_id = {protocol.protocol_id: protocol for protocol in stored.protocols}
    assert stored.complaints == ()
    assert {"screening", "four-views", "pairs", "breasts", "kinds"} <= by_id.keys()
    assert {"priors", "sweep", "quadrants", "two-screens"} <= by_id.keys()
    assert by_id["four-views"].stages == FOUR_VIEWS.stages
    assert len(by_id["two-screens"].stages[0].screens) == 2
    assert any(stage.needs_prior for stage in by_id["priors"].stages)
    assert [len(stage.places) for stage in by_id["sweep"].stages] == [1, 1, 1, 1]
    framings = {p.framing for s in by_id["quadrants"].stages for p in s.places.values()}
    assert len(framings) == 4
    assert PlaceFraming.FIT not in framings


def test_right_breasts_stand_left_of_left_ones_in_every_shipped_row(tmp_path: Path) -> None:
    for protocol in read_hangings(tmp_path).protocols:
        for stage in protocol.stages:
            for row in (row for rows in stage.screens for row in rows):
                views = [place.view.value for place in row if place.view]
                for position in ("CC", "MLO"):
                    sides = [view[0] for view in views if view.endswith(position)]
                    assert sides == sorted(sides, reverse=True), stage.title


def test_a_written_protocol_reads_back_as_the_users_own(tmp_path: Path) -> None:
    for protocol in read_hangings(tmp_path / "none").protocols:
        write_hanging(tmp_path, protocol)
    again = read_hangings(tmp_path)
    assert again.complaints == ()
    assert all(not protocol.shipped for protocol in again.protocols)
    assert again.protocols == read_hangings(tmp_path / "none").protocols


def test_an_own_protocol_serves_instead_of_a_shipped_one_until_it_is_deleted(
    tmp_path: Path,
) -> None:
    mine = HangingProtocol(protocol_id="pairs", title="Mine", stages=FOUR_VIEWS.stages)
    write_hanging(tmp_path, mine)
    assert "Mine" in {protocol.title for protocol in read_hangings(tmp_path).protocols}
    delete_hanging(tmp_path, "pairs")
    delete_hanging(tmp_path, "pairs")
    assert "Mine" not in {protocol.title for protocol in read_hangings(tmp_path).protocols}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"title": "x", "stages": []}, "1 to 64"),
        ({"title": "x"}, "1 to 64"),
        ({"title": "", "stages": [{"title": "a", "rows": [["RCC"]]}]}, "the title"),
        (_one(rows=[["RXX"]]), "no view 'RXX'"),
        (_one(rows=[[3]]), "a place is a view"),
        (_one(rows=[]), "1 to 4 rows"),
        (_one(rows=[["RCC"] * 5]), "1 to 4 places"),
        (_one(rows=[["RCC"]], screens=[[["RCC"]]]), 'either "rows" or "screens"'),
        (_one(), 'either "rows" or "screens"'),
        (_one(rows="RCC"), "must be a list"),
        (_one(rows=[[{"view": "RCC", "study": "older"}]]), "'older' is none of current, prior"),
        (_one(rows=[[{"view": "RCC", "kinds": ["MR"]}]]), "'MR' is none of"),
        (_one(rows=[[{"view": "RCC", "zoom": 2}]]), 'nothing is called "zoom"'),
        (_one(rows=[["RCC"]], colour="red"), 'nothing is called "colour"'),
    ],
)
def test_what_is_wrong_with_a_file_is_named(entries: dict[str, object], words: str) -> None:
    with pytest.raises(NotAHanging, match=words):
        protocol_of("mine", entries)


def test_damaged_files_are_set_aside_and_named_and_the_others_serve(tmp_path: Path) -> None:
    (tmp_path / "torn.toml").write_text("title = [")
    (tmp_path / "wrong.toml").write_text(tomli_w.dumps(_one(rows=[["RXX"]])))
    (tmp_path / "good.toml").write_text(tomli_w.dumps(_one(rows=[["RCC", "LCC"]])))
    stored = read_hangings(tmp_path)
    assert "Mine" in {protocol.title for protocol in stored.protocols}
    assert len(stored.complaints) == 2
    assert "kept as torn.toml.damaged" in stored.complaints[0]
    assert "no view 'RXX'" in stored.complaints[1]
    assert (tmp_path / "wrong.toml.damaged").exists()
    assert read_hangings(tmp_path).complaints == ()


def test_files_without_a_version_are_of_the_first_and_new_ones_say_theirs(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text(tomli_w.dumps(_one(rows=[["RCC", "LCC"]])))
    stored = read_hangings(tmp_path)
    (mine,) = (protocol for protocol in stored.protocols if not protocol.shipped)
    assert stored.complaints == ()
    write_hanging(tmp_path, mine)
    assert tomllib.loads((tmp_path / "old.toml").read_text())["version"] == VERSION == 1
    assert read_hangings(tmp_path) == stored


def test_a_file_of_a_newer_program_stays_where_it_is_and_the_shipped_one_serves(
    tmp_path: Path,
) -> None:
    newer = {"version": VERSION + 1, "layers": [1], **_one(rows=[["RXX"]])}
    path = tmp_path / "pairs.toml"
    path.write_text(tomli_w.dumps(newer))
    before = path.read_bytes()
    for _ in range(2):
        stored = read_hangings(tmp_path)
        (said,) = stored.complaints
        assert "pairs.toml was made by a newer Tomolens" in said
        assert all(protocol.shipped for protocol in stored.protocols)
        assert "pairs" in {protocol.protocol_id for protocol in stored.protocols}
    assert [entry.name for entry in tmp_path.iterdir()] == ["pairs.toml"]
    assert path.read_bytes() == before


def test_a_protocol_never_takes_the_place_of_a_newer_programs_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("version = 7\n")
    for title in ("first", "second"):
        mine = HangingProtocol(protocol_id="mine", title=title, stages=FOUR_VIEWS.stages)
        write_hanging(tmp_path, mine)
    assert path.read_text() == "version = 7\n"
    own = {p.title for p in read_hangings(tmp_path).protocols if not p.shipped}
    assert own == {"first", "second"}


@pytest.mark.parametrize("version", [0, -1, 1.5, "2", True, []])
def test_a_version_that_is_none_is_damage(tmp_path: Path, version: object) -> None:
    entries = {"version": version, **_one(rows=[["RCC"]])}
    (tmp_path / "mine.toml").write_text(tomli_w.dumps(entries))
    (said,) = read_hangings(tmp_path).complaints
    assert "version" in said
    assert "kept as mine.toml.damaged" in said


def test_an_entry_that_the_present_version_does_not_have_is_damage(tmp_path: Path) -> None:
    entries = {"version": VERSION, "layers": [1], **_one(rows=[["RCC"]])}
    (tmp_path / "mine.toml").write_text(tomli_w.dumps(entries))
    (said,) = read_hangings(tmp_path).complaints
    assert 'nothing is called "layers"' in said
    assert (tmp_path / "mine.toml.damaged").exists()


@given(st.text(max_size=80))
def test_any_title_gives_a_plain_file_name(title: str) -> None:
    name = file_name_for(title)
    assert name
    assert name.isascii()
    assert not set(name) & set("/\\. ")
    assert len(name) <= 60


def test_a_place_is_a_word_where_nothing_else_is_asked_of_it() -> None:
    stage = FOUR_VIEWS.stages[0]
    entries = entries_of(FOUR_VIEWS)
    assert entries["stages"][0] == {
        "title": stage.title,
        "rows": [["RCC", "LCC"], ["RMLO", "LMLO"]],
    }
    read = protocol_of("mine", _one(rows=[[{"view": "RCC", "study": "prior"}, "free"]]))
    first, second = read.stages[0].places.values()
    assert (first.view, first.origin, second.view) == (Slot.RCC, Origin.PRIOR, None)
    assert isinstance(read.stages[0], Stage)
