"""The slice strip shows where in the stack the AI found something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from builders import make_image, make_prediction

from inference.types import BENIGN, MALIGNANT
from viewer.domain.overlay_settings import Palette
from viewer.rendering.strip import StripData, build_strip

STACK = replace(make_image("RMLO", slices=11), slice_spacing_mm=0.5)
PREDICTION = make_prediction(STACK)


def strip(**changes) -> StripData:
    arguments = {
        "stack": STACK,
        "slice_index": 6,
        "prediction": PREDICTION,
        "decoded": frozenset({5, 6}),
        "palette": Palette.PAPER,
    }
    return build_strip(**arguments | changes)


def test_each_slice_has_its_highest_saliency_of_each_class():
    data = strip()
    assert data.benign is not None
    assert data.malignant is not None
    for index in range(11):
        assert data.benign[index] == PREDICTION.saliency[index, BENIGN].max()
        assert data.malignant[index] == PREDICTION.saliency[index, MALIGNANT].max()


def test_patches_are_ticks_on_their_slices_numbered_by_attention():
    assert [(mark.number, mark.slice_index) for mark in strip().marks] == [(1, 7), (2, 4), (3, 2)]


def test_the_label_says_where_the_reader_is():
    assert strip().label == "7/11, 3.0 mm"


def test_without_a_prediction_or_with_the_overlay_off_there_are_no_findings():
    for data in (strip(prediction=None), strip(overlay_visible=False)):
        assert data.benign is None
        assert data.malignant is None
        assert data.marks == ()


def test_a_prediction_with_another_number_of_slices_is_not_shown():
    assert strip(prediction=make_prediction(make_image("RMLO", slices=4))).malignant is None


def test_without_a_salient_region_there_are_no_ticks():
    data = strip(prediction=make_prediction(STACK, salient=False))
    assert data.marks == ()
    assert isinstance(data.malignant, np.ndarray)
