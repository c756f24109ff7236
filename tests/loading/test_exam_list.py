"""Exam lists are read without running anything they say."""

from __future__ import annotations

import collections
import contextlib
import os
import pickle
import tracemalloc
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.types import Laterality
from viewer.loading.errors import UnreadableFile
from viewer.loading.exam_list import load_plain, parse_exam_list, read_exam_list

plain = st.recursive(
    st.none() | st.text() | st.integers() | st.floats(allow_nan=False) | st.booleans(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Hostile:
    """Runs a command when unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /tmp/tomolens-test-must-not-exist",)


@given(value=plain, protocol=st.integers(0, 5))
def test_plain_values_come_back(value: object, protocol: int) -> None:
    assert load_plain(pickle.dumps(value, protocol=protocol)) == value


@given(content=st.binary(max_size=200))
def test_any_bytes_give_plain_values_or_a_reason(content: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        load_plain(content)


@pytest.mark.parametrize("number", [b"\x00\x00\x00\x02", b"\xff\xff\xff\x7f"])
def test_a_damaged_number_of_remembered_values_takes_no_memory(number: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(UnreadableFile):
        load_plain(b"K\x00r" + number + b".")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 20


@given(value=plain, cut=st.floats(0, 0.99))
def test_a_list_cut_short_is_refused(value: object, cut: float) -> None:
    content = pickle.dumps([value])
    with pytest.raises(UnreadableFile):
        load_plain(content[: int(len(content) * cut)])


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "value",
    [
        Hostile(),
        {"L-CC": Hostile()},
        np.float64(1.0),
        np.int64(1),
        np.arange(3),
        {1, 2},
        frozenset({1}),
        b"bytes",
        bytearray(b"bytes"),
        1j,
        date(2020, 1, 1),
        Fraction(1, 2),
        collections.OrderedDict(a=1),
        collections.defaultdict(list),
        print,
        Path("a"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_everything_else_is_refused(value: object, protocol: int) -> None:
    with pytest.raises(UnreadableFile):
        load_plain(pickle.dumps([value], protocol=protocol))
    assert not Path("/tmp/tomolens-test-must-not-exist").exists()


@pytest.mark.parametrize(
    "program",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"(S'true'\nios\nsystem\n.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
        b"Pid\n.",
        b"\x80\x02}\x94(U\x01aK\x01ub.",
        b"\x82\x01.",
    ],
    ids=["global", "instance", "stack global", "persistent", "build", "extension"],
)
def test_programs_in_pickles_are_not_run(program: bytes) -> None:
    with pytest.raises(UnreadableFile):
        load_plain(program)


def test_a_list_of_lists_without_end_is_checked_quickly() -> None:
    nested: list[object] = []
    for _ in range(60):
        nested = [nested] * 50
    assert load_plain(pickle.dumps(nested)) is not None
    endless: list[object] = []
    endless.append(endless)
    load_plain(pickle.dumps(endless))


def test_a_huge_pickle_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.pkl"
    with path.open("wb") as file:
        file.truncate(65 << 20)
    with pytest.raises(UnreadableFile, match="too large"):
        read_exam_list(path)


@pytest.mark.parametrize("content", [None, 3, "text", {}, [], [1], [{}], [{"L-CC": "x"}], [{1: 2}]])
def test_plain_values_that_are_no_exam_list_are_refused(content: object) -> None:
    with pytest.raises(UnreadableFile, match="not an exam list"):
        parse_exam_list(content)


def test_an_exam_list_gives_images_mirroring_and_labels() -> None:
    (exam,) = parse_exam_list(
        [
            {
                "L-CC": ["a\\0_L-CC", "0_L-CC_2"],
                "R-MLO": ("0_R-MLO", ""),
                "R-MLO_benign_seg": ["0_R-MLO_benign"],
                "horizontal_flip": "YES",
                "cancer_label": {"left_malignant": 1, "left_benign": 0, "unknown": 0},
            }
        ]
    )
    found = [(image.file_stem, image.view.abbreviation) for image in exam.images]
    assert found == [("a/0_L-CC", "LCC"), ("0_L-CC_2", "LCC"), ("0_R-MLO", "RMLO")]
    assert exam.mirrored
    assert exam.labels[Laterality.LEFT].malignant is True
    assert exam.labels[Laterality.LEFT].benign is False
    assert Laterality.RIGHT not in exam.labels
