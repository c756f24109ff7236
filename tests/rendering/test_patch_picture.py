"""Small pictures of patches and slices."""

from __future__ import annotations

import numpy as np
from rendering_builders import IDENTITY_TABLE, uncropped

from inference.types import Box
from viewer.rendering.patch_picture import render_patch, render_thumbnail

CODES = (np.random.default_rng(1).integers(0, 256, (60, 90)) * 256).astype(np.uint16)


def test_a_patch_at_its_own_size_is_cut_out_exactly():
    box = Box(top=10, left=20, height=30, width=40)
    picture = render_patch(uncropped(CODES), box, IDENTITY_TABLE, width=40, height=30)
    np.testing.assert_array_equal(picture, IDENTITY_TABLE[CODES[10:40, 20:60]])


def test_a_patch_that_is_not_square_is_centred_on_black():
    bright = uncropped(np.full((60, 90), 0xFF00, np.uint16))
    box = Box(top=10, left=20, height=40, width=20)
    picture = render_patch(bright, box, IDENTITY_TABLE, width=80, height=80)
    assert (picture[:, 20:60] == 255).all()
    assert not picture[:, :20].any()
    assert not picture[:, 60:].any()


def test_a_thumbnail_shows_the_whole_slice():
    bright = uncropped(np.full((60, 90), 0xFF00, np.uint16))
    picture = render_thumbnail(bright, IDENTITY_TABLE, width=45, height=45)
    assert (picture[8:37] == 255).all()
    assert not picture[:7].any()
