"""Pictures show what the screen shows, and say what it is."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from picture_builders import (
    CELLS,
    COLUMNS,
    PATCH,
    ROWS,
    SLICES,
    Pixels,
    frames,
    greenness,
    make_frame,
    make_prediction,
    make_shot,
    redness,
)
from PIL import Image
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QApplication

from inference.types import (
    Laterality,
)
from viewer.domain.ai_state import Done, NotRun
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.overlay_settings import LayerStyle, OverlaySettings
from viewer.domain.viewport import Framing
from viewer.domain.windowing import DERIVED
from viewer.export.atomic_write import CannotWrite
from viewer.export.shot import ShotGrid
from viewer.rendering.drawn_marks import PaneMarks
from viewer.ui.fonts import load_fonts
from viewer.ui.pane.painting import paint_scene
from viewer.ui.pictures import (
    UnknownPictureFormat,
    blank_picture,
    copy_picture,
    hanging_picture,
    pane_picture,
    png_bytes,
    rgb_pixels,
    save_picture,
)
from viewer.ui.pictures_figure import Figure, NothingToShow


@pytest.fixture(autouse=True)
def _typeface(qapp: QApplication) -> None:
    load_fonts()


def test_the_pane_of_a_picture_is_painted_by_the_painter_of_the_screen() -> None:
    shot = make_shot()
    screen = blank_picture(shot.pane_width, shot.pane_height)
    painter = QPainter(screen)
    paint_scene(painter, shot.scene)
    painter.end()
    picture = rgb_pixels(pane_picture(shot))
    assert np.array_equal(picture[: shot.pane_height], rgb_pixels(screen))


@pytest.mark.parametrize("side", Laterality)
def test_the_box_stands_on_the_pixels_of_its_patch(side: Laterality) -> None:
    shot = make_shot(side)
    viewport = shot.scene.viewport
    assert viewport is not None
    prediction = make_prediction(side)
    box = prediction.patches[0].box
    corners = [
        viewport.to_device(box.top, box.left),
        viewport.to_device(box.top + box.height, box.left + box.width),
    ]
    drawn = redness(rgb_pixels(pane_picture(shot)))
    bare = replace(shot, overlay=OverlaySettings(visible=False))
    assert redness(rgb_pixels(pane_picture(bare)))[: shot.pane_height].max() < 20
    middle_y = round((corners[0][1] + corners[1][1]) / 2)
    for x, _ in corners:
        assert drawn[middle_y, round(x) - 2 : round(x) + 3].max() > 80


def test_saliency_is_drawn_on_its_cell_and_slice_only() -> None:
    only_map = OverlaySettings(boxes=False)
    shot = replace(make_shot(), overlay=only_map)
    viewport = shot.scene.viewport
    assert viewport is not None
    x, y = viewport.to_device(5.5 * ROWS / CELLS[0], 3.5 * COLUMNS / CELLS[1])
    coloured = redness(rgb_pixels(pane_picture(shot)))
    assert coloured[round(y), round(x)] > 30
    other = shot.at_slice(4, make_frame(4))
    assert redness(rgb_pixels(pane_picture(other)))[round(y), round(x)] < 10


def test_at_native_resolution_one_picture_pixel_is_one_image_pixel() -> None:
    bare = replace(make_shot(), ai=NotRun(), corner_text=False)
    pixels = rgb_pixels(pane_picture(bare, native=True))
    whole = make_frame(2).whole()
    height = round(450 * ROWS / 450)
    assert pixels.shape[1] == pytest.approx(500 * ROWS / 450, abs=1)
    # Away from the words on the air side the picture is the frame, pixel by pixel.
    assert np.abs(pixels[:height, :280, 0].astype(int) - whole[:, :280]).max() <= 1


def test_a_zoomed_pane_keeps_its_part_of_the_image_at_native_resolution() -> None:
    zoomed = replace(make_shot(), ai=NotRun(), corner_text=False)
    framing = Framing(scale=zoomed.fit_scale * 3, chest_mm=12.0, vertical_mm=2.0)
    zoomed = replace(zoomed, state=replace(zoomed.state, framing=framing))
    native = zoomed.enlarged(1 / zoomed.zoom)
    shown, kept = zoomed.scene.viewport, native.scene.viewport
    assert shown is not None
    assert kept is not None
    assert kept.zoom == pytest.approx(1.0)
    for x, y in ((0, 0), (1, 1)):
        before = shown.to_image(x * shown.pane_width, y * shown.pane_height)
        after = kept.to_image(x * kept.pane_width, y * kept.pane_height)
        assert after == pytest.approx(before, abs=1.5)


def test_the_caption_stands_below_the_pane_and_inside_the_picture() -> None:
    for width in (260, 500, 1400):
        shot = replace(make_shot(), pane_width=width)
        pixels = rgb_pixels(pane_picture(shot))
        strip = pixels[shot.pane_height :].astype(int)
        words = np.abs(strip - strip[0, 0]).max(axis=2) > 60
        assert words.any(axis=1).sum() >= 3 * 8
        assert not words[:, -8:].any()
        assert not words[-8:].any()
        assert not words[:, :8].any()


def test_a_hanging_brings_the_chest_walls_together_and_names_the_missing_view() -> None:
    missing = replace(
        make_shot(), stack=None, frame=None, empty_title="LMLO", empty_detail="no image"
    )
    right, left = make_shot(Laterality.RIGHT), make_shot(Laterality.LEFT)
    grid: ShotGrid = ((right, left), (right, missing))
    pixels = rgb_pixels(hanging_picture(grid))
    assert pixels.shape[1] == 1000
    middle = pixels[200:250, 480:520].min(axis=(0, 2))
    assert middle.min() > 40
    empty = pixels[450:900, 500:1000]
    assert empty.max() > 60
    assert np.count_nonzero(empty.max(axis=2) > 60) < 4000


def test_nothing_of_the_file_s_own_words_is_in_a_picture() -> None:
    shot = make_shot()
    assert "DOE" not in shot.scene.description
    assert "4F2A91" in shot.scene.description
    named = replace(shot.stack, vois=(replace(shot.stack.vois[0], explanation=""),))
    plain = pane_picture(replace(shot, stack=named))
    assert np.array_equal(rgb_pixels(pane_picture(shot)), rgb_pixels(plain))


def test_a_picture_says_that_its_window_is_not_the_headers() -> None:
    shot = make_shot()
    derived = replace(shot.stack.vois[0], explanation=DERIVED)
    named = replace(shot, stack=replace(shot.stack, vois=(derived,)))
    lines = [line.text for line in named.scene.bottom_lines]
    assert any(line.endswith(DERIVED) for line in lines)
    assert not np.array_equal(rgb_pixels(pane_picture(named)), rgb_pixels(pane_picture(shot)))


def test_a_png_holds_pixels_and_no_words() -> None:
    content = png_bytes(pane_picture(make_shot()))
    chunks, at = set(), 8
    while at < len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        chunks.add(name)
        at += 12 + length
    assert chunks <= {b"IHDR", b"IDAT", b"IEND", b"pHYs", b"sRGB", b"gAMA"}


def test_a_saved_picture_is_read_back_pixel_by_pixel(tmp_path: Path) -> None:
    picture = pane_picture(make_shot())
    save_picture(picture, tmp_path / "view.png")
    with Image.open(tmp_path / "view.png") as read:
        assert np.array_equal(np.asarray(read), rgb_pixels(picture))
    with pytest.raises(UnknownPictureFormat):
        save_picture(picture, tmp_path / "view.jpg")
    with pytest.raises(CannotWrite):
        save_picture(picture, tmp_path / "nowhere" / "view.png")
    assert [path.name for path in tmp_path.iterdir()] == ["view.png"]


def test_a_copied_picture_is_on_the_clipboard() -> None:
    picture = pane_picture(make_shot())
    copy_picture(picture)
    pasted = QGuiApplication.clipboard().image()
    assert np.array_equal(rgb_pixels(pasted), rgb_pixels(picture))


def _panels(picture: QImage, count: int = 4) -> list[Pixels]:
    """The four whole-image panels of a figure, cut at their black gaps."""
    pixels = rgb_pixels(picture)
    height = pixels.shape[0]
    width = round(400 * COLUMNS / ROWS)
    gap, head = 6, 15
    lefts = [gap + n * (width + gap) for n in range(count)]
    assert height > 400
    return [pixels[head : head + 400, left : left + width] for left in lefts]


def test_the_figure_is_the_same_with_and_without_marks_of_the_reader() -> None:
    shot = make_shot()
    assert shot.stack is not None
    mark = Mark(
        mark_id="m",
        image_id=shot.stack.image_id,
        shape=MarkShape.LENGTH,
        points=(ImagePoint(10, 10), ImagePoint(60, 60)),
        slice_index=2,
        first_slice=0,
        last_slice=shot.stack.slices - 1,
    )
    marked = replace(shot, marks=PaneMarks(marks=(mark,), numbers={"m": 1}))
    assert marked.scene.drawn_marks
    pictures = [Figure(s, frames(), panel_height=400).picture(2) for s in (shot, marked)]
    assert np.array_equal(*(rgb_pixels(picture) for picture in pictures))


def test_the_figure_shows_image_patches_and_each_class_apart() -> None:
    figure = Figure(make_shot(), frames(), panel_height=400)
    image, patches, benign, malignant = _panels(figure.picture(2))
    assert np.ptp(image.astype(int), axis=2).max() == 0
    assert redness(patches).max() > 80
    assert redness(malignant).max() > 80
    assert greenness(malignant).max() < 20
    assert np.abs(redness(benign)).max() < 20
    _, _, benign, malignant = _panels(figure.picture(3))
    assert greenness(benign).max() > 40
    assert redness(malignant).max() < 20


def test_the_first_tile_of_the_figure_is_the_most_attended_patch() -> None:
    figure = Figure(make_shot(), frames(), panel_height=400)
    pixels = rgb_pixels(figure.picture(2))
    width = round(400 * COLUMNS / ROWS)
    left = 4 * (width + 6) + 6
    side = int(400 / 3 - 12)
    tile = pixels[15 : 15 + side, left : left + side, 1].astype(float)
    whole = make_frame(2).whole().astype(np.float32)
    cut = whole[PATCH.top : PATCH.top + 128, PATCH.left : PATCH.left + 128]
    expected = cv2.resize(cut, (side, side), interpolation=cv2.INTER_AREA)
    inner = (slice(5, -5), slice(5, -5))
    assert np.corrcoef(tile[inner].ravel(), expected[inner].ravel())[0, 1] > 0.9


def test_a_figure_without_a_prediction_is_refused() -> None:
    with pytest.raises(NothingToShow):
        Figure(replace(make_shot(), ai=NotRun()), frames())


def test_a_figure_without_a_salient_region_says_so() -> None:
    prediction = replace(
        make_prediction(),
        saliency=np.zeros((SLICES, 2, *CELLS), np.float32),
        patches=(),
        has_salient_region=False,
    )
    figure = Figure(replace(make_shot(), ai=Done(prediction)), frames(), panel_height=400)
    panels = _panels(figure.picture(2))
    assert all(np.ptp(panel.astype(int), axis=2).max() < 20 for panel in panels)


def test_overlay_layers_that_are_off_on_screen_are_off_in_the_picture() -> None:
    hidden = OverlaySettings(
        malignant=LayerStyle(visible=False), benign=LayerStyle(visible=False), boxes=False
    )
    pixels = rgb_pixels(pane_picture(replace(make_shot(), overlay=hidden)))
    assert np.abs(redness(pixels[:450])).max() < 20
