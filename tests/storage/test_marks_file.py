"""The files of marks: whole, private, and never lost to damage."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from builders import make_image
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.types import Laterality
from viewer.domain.geometry import Orientation
from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import ImagePoint, Mark, MarkClass, MarkShape
from viewer.domain.mark_layout import ImageLayout
from viewer.domain.pane_state import PaneState
from viewer.domain.viewport import Framing
from viewer.domain.windowing import VoiFunction, Window
from viewer.storage.marks_file import marks_path, read_marks, write_marks
from viewer.storage.toml_file import NotKept

numbers = st.floats(-1e6, 1e6, allow_nan=False)


@st.composite
def kept_marks(draw: st.DrawFn) -> KeptMarks:
    """Anything a reader can leave."""
    marks = []
    for number in range(draw(st.integers(0, 4))):
        shape = draw(st.sampled_from(MarkShape))
        first, length = draw(st.integers(0, 90)), draw(st.integers(0, 9))
        count = shape.fewest_points + (draw(st.integers(0, 5)) * (shape is MarkShape.OUTLINE))
        marks.append(
            Mark(
                mark_id=f"m{number}",
                image_id=draw(st.sampled_from(("a", "b"))),
                shape=shape,
                points=tuple(ImagePoint(draw(numbers), draw(numbers)) for _ in range(count)),
                slice_index=first,
                first_slice=first,
                last_slice=first + length,
                laterality=draw(st.sampled_from((None, *Laterality))),
                view=draw(st.sampled_from(("", "RCC"))),
                mark_class=draw(st.sampled_from(MarkClass)),
                text=draw(st.text(max_size=20)),
            )
        )
    keys = tuple(
        PaneState(
            image_id="a",
            slice_index=n,
            preset=draw(st.integers(0, 3)),
            window=draw(
                st.none()
                | st.builds(
                    Window,
                    center=numbers,
                    width=st.floats(1.0, 1e5),
                    function=st.sampled_from(VoiFunction),
                )
            ),
            inverted=draw(st.booleans()),
            flipped_vertically=draw(st.booleans()),
            framing=Framing(scale=draw(st.none() | st.floats(0.1, 9)), chest_mm=draw(numbers)),
        )
        for n in range(draw(st.integers(0, 2)))
    )
    layout = ImageLayout(rows=9, columns=7, orientation=Orientation(transposed=True))
    layouts = {"a": layout, "b": replace(layout, orientation=Orientation(rows_reversed=True))}
    return KeptMarks(marks=tuple(marks), key_images=keys, layouts=layouts)


def one_mark() -> KeptMarks:
    image = make_image("RCC")
    mark = Mark(
        mark_id="m",
        image_id=image.image_id,
        shape=MarkShape.POINT,
        points=(ImagePoint(3.0, 4.0),),
        slice_index=0,
        first_slice=0,
        last_slice=0,
    )
    layout = ImageLayout(rows=9, columns=7, orientation=Orientation())
    return KeptMarks(marks=(mark,), layouts={image.image_id: layout})


@given(kept=kept_marks())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_written_is_read_again(tmp_path: Path, kept: KeptMarks) -> None:
    write_marks(tmp_path, "e1", kept)
    found = read_marks(tmp_path, "e1")
    assert found.complaint is None
    if not kept.is_empty:
        assert found.kept == kept


def test_only_the_user_may_read_the_file_and_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    write_marks(folder, "e1", one_mark())
    path = marks_path(folder, "e1")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [entry.name for entry in folder.iterdir()] == ["e1.json"]


def test_an_exam_without_marks_any_more_leaves_no_file(tmp_path: Path) -> None:
    write_marks(tmp_path, "e1", one_mark())
    write_marks(tmp_path, "e1", KeptMarks())
    assert list(tmp_path.iterdir()) == []
    assert read_marks(tmp_path, "e1").kept == KeptMarks()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"format": "other"}',
        b'{"format": "tomolens marks", "version": "1"}',
        b'{"format": "tomolens marks", "version": 1, "exam_id": "another"}',
        b'{"format": "tomolens marks", "version": 1, "exam_id": "e1", "images": [], "marks": 3}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_kept_aside_and_named(tmp_path: Path, content: bytes) -> None:
    path = marks_path(tmp_path, "e1")
    for number in ("", "-2"):
        path.write_bytes(content)
        found = read_marks(tmp_path, "e1")
        assert found.kept == KeptMarks()
        assert found.may_replace
        assert f"e1.json.damaged{number}" in (found.complaint or "")
        assert (tmp_path / f"e1.json.damaged{number}").read_bytes() == content
    assert read_marks(tmp_path, "e1").complaint is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shape", "blob"),
        ("points", [[1.0]]),
        ("points", [["1", 2]]),
        ("points", [[float("nan"), 2]]),
        ("slice_index", -1),
        ("last_slice", 1.5),
        ("laterality", "X"),
        ("class", None),
        ("text", 7),
        ("image_id", "without a layout"),
    ],
)
def test_a_mark_that_makes_no_sense_is_damage(tmp_path: Path, name: str, value: object) -> None:
    write_marks(tmp_path, "e1", one_mark())
    path = marks_path(tmp_path, "e1")
    entries = json.loads(path.read_text())
    entries["marks"][0][name] = value
    path.write_text(json.dumps(entries))
    assert "kept as e1.json.damaged" in (read_marks(tmp_path, "e1").complaint or "")


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = marks_path(tmp_path, "e1")
    path.write_text('{"format": "tomolens marks", "version": 2, "more": true}')
    found = read_marks(tmp_path, "e1")
    assert not found.may_replace
    assert "newer version" in (found.complaint or "")
    assert path.exists()


def test_marks_that_cannot_be_written_say_so_and_leave_what_was_there(tmp_path: Path) -> None:
    in_the_way = tmp_path / "marks"
    in_the_way.write_text("a file where the folder should be")
    with pytest.raises(NotKept):
        write_marks(in_the_way, "e1", one_mark())
    assert in_the_way.read_text().startswith("a file")


def test_an_id_that_is_no_plain_name_never_leaves_the_folder(tmp_path: Path) -> None:
    path = marks_path(tmp_path, "../../etc/passwd")
    assert path.parent == tmp_path
    assert path.name.endswith(".json")
