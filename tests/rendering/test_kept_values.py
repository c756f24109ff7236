"""Regions are counted once for a slice, and slices are not kept for it."""

import gc
import weakref

import numpy as np
import pytest

from viewer.domain.frame import Frame
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_regions import region_values
from viewer.domain.windowing import GreyScale
from viewer.rendering import kept_values
from viewer.rendering.kept_values import KeptValues


def _frame(seed: int) -> Frame:
    return Frame.cropped(np.random.default_rng(seed).integers(1, 4000, (40, 30)).astype(np.uint16))


def _mark(row: float = 5.0) -> Mark:
    return Mark(
        mark_id="m",
        image_id="i",
        shape=MarkShape.ELLIPSE,
        points=(ImagePoint(row, 4.0), ImagePoint(row + 12.0, 20.0)),
        slice_index=0,
        first_slice=0,
        last_slice=9,
    )


def test_a_region_is_counted_once_for_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[Mark] = []

    def count(mark: Mark, frame: Frame, grey_scale: GreyScale) -> object:
        counted.append(mark)
        return region_values(mark, frame, grey_scale)

    monkeypatch.setattr(kept_values, "region_values", count)
    kept, frame = KeptValues(), _frame(1)
    first, again = (kept.of(_mark(), frame, GreyScale()) for _ in range(2))
    assert first == again == region_values(_mark(), frame, GreyScale())
    assert len(counted) == 1


def test_another_slice_place_or_grey_scale_is_another_answer() -> None:
    kept, frame, other = KeptValues(), _frame(1), _frame(2)
    doubled = GreyScale(slope=2.0)
    kept.of(_mark(), frame, GreyScale())
    assert kept.of(_mark(), other, GreyScale()) == region_values(_mark(), other, GreyScale())
    assert kept.of(_mark(9.0), frame, GreyScale()) == region_values(_mark(9.0), frame, GreyScale())
    assert kept.of(_mark(), frame, doubled) == region_values(_mark(), frame, doubled)


def test_a_region_dragged_over_a_slice_is_right_at_every_place() -> None:
    kept, frame = KeptValues(), _frame(3)
    for step in range(200):
        mark = _mark(1.0 + step / 10)
        assert kept.of(mark, frame, GreyScale()) == region_values(mark, frame, GreyScale())


def test_a_slice_that_nobody_shows_any_more_is_not_kept() -> None:
    kept, frame = KeptValues(), _frame(4)
    kept.of(_mark(), frame, GreyScale())
    gone = weakref.ref(frame)
    del frame
    gc.collect()
    assert gone() is None
