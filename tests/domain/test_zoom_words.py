"""The zoom in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.zoom_words import zoom_words


@pytest.mark.parametrize(
    ("zoom", "words"),
    [
        (1.0, "zoom 1:1"),
        (0.62, "zoom 0.62"),
        (2.345, "zoom 2.35"),
        (0.998, "zoom 0.998"),
        (1.0004, "zoom 1.0004"),
    ],
)
def test_the_zoom_has_two_decimals_or_as_many_as_tell_it_from_one_to_one(zoom, words):
    assert zoom_words(zoom) == words


@given(st.floats(0.01, 50).filter(lambda zoom: abs(zoom - 1) > 2e-6))
def test_a_zoom_that_is_not_one_to_one_never_reads_as_one(zoom):
    said = float(zoom_words(zoom).removeprefix("zoom "))
    assert said != 1.0
    assert (said < 1.0) == (zoom < 1.0)
