"""The list of thumbnails: studies under headings, marks, clicks, drags, drops."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam, make_image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QFontMetrics
from pytestqt.qtbot import QtBot

from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.view import ImageKind
from viewer.session.exams import chosen
from viewer.session.readings import opened
from viewer.session.series import series_sections
from viewer.session.state import SessionState
from viewer.ui.dialogs.put_image import PutImageDialog
from viewer.ui.fonts import text_font
from viewer.ui.image_mime import IMAGE_MIME, image_in_mime, mime_of_image
from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.series_cells import SeriesCells
from viewer.ui.series_layout import PICTURE, Thumbnail, cell_at, cells_of
from viewer.ui.series_painting import TINY_PIXELS, kind_words, title_words


def study(alias: str, day: str, *, name: str = "DOE") -> Exam:
    images = (
        make_image("RCC", image_id=f"{alias}-RCC"),
        replace(
            make_image("LCC-S-M", image_id=f"{alias}-spot", kind=ImageKind.FFDM),
            implant=True,
            partial_view=True,
        ),
    )
    identity = PatientIdentity(patient_id="47", name=name, birth_date="19610203", study_date=day)
    return replace(make_exam(alias, images), identity=identity)


def state_with(*others: Exam) -> SessionState:
    return opened(SessionState(), [study("now", "20240610"), *others])


@pytest.fixture
def cells(qtbot: QtBot) -> SeriesCells:
    made = SeriesCells(width=116)
    qtbot.addWidget(made)
    made.resize(116, 900)
    return made


def test_an_exam_alone_has_no_heading() -> None:
    assert [section.title for section in series_sections(state_with())] == [""]


def test_an_older_exam_that_hangs_is_not_called_current() -> None:
    state = chosen(state_with(study("old", "20220705")), "id of old")
    titles = [(section.title, section.between) for section in series_sections(state)]
    assert titles == [("this exam", ""), ("other exam", "1 y 11 mo later")]


def test_priors_stand_below_with_the_time_between(cells: SeriesCells) -> None:
    cells.show_images(state_with(study("old", "20220705")))
    assert [(h.title, h.between) for h in cells.headings] == [
        ("current", ""),
        ("prior", "1 y 11 mo earlier"),
    ]
    assert [image.image_id for image in cells.images] == [
        "now-RCC",
        "now-spot",
        "old-RCC",
        "old-spot",
    ]
    assert "1 y 11 mo earlier" in cells.accessibleDescription()


def test_a_study_of_a_doubtful_patient_shows_its_doubt_and_no_image(
    qtbot: QtBot, cells: SeriesCells
) -> None:
    state = state_with(study("old", "20220705", name="SMITH"))
    cells.show_images(state)
    assert all(image.image_id.startswith("now") for image in cells.images)
    heading = cells.headings[1]
    assert heading.needs_confirming
    doubtful = next(c for c in cells_of(series_sections(state)) if c.content == heading)
    with qtbot.waitSignal(cells.patient_questioned) as asked:
        qtbot.mouseClick(cells, Qt.MouseButton.LeftButton, pos=QPoint(50, doubtful.top + 20))
    assert asked.args == ["id of old"]


def test_modifiers_implants_and_partial_views_are_marked() -> None:
    made = cells_of(series_sections(state_with()))
    contents = [cell.content for cell in made]
    assert isinstance(contents[1], Thumbnail)
    assert contents[1].marks == ("magnification", "spot", "implant", "partial view")
    assert isinstance(contents[0], Thumbnail)
    assert contents[0].marks == ()
    assert made[1].height > made[0].height


def test_every_height_belongs_to_one_cell() -> None:
    made = cells_of(series_sections(state_with(study("old", "20220705"))))
    bottom = made[-1].top + made[-1].height
    assert all(cell_at(made, top) is not None for top in range(bottom))
    assert cell_at(made, bottom) is None


def test_a_click_chooses_an_image_on_release(qtbot: QtBot, cells: SeriesCells) -> None:
    cells.show_images(state_with())
    with qtbot.waitSignal(cells.image_chosen) as chosen:
        qtbot.mouseClick(cells, Qt.MouseButton.LeftButton, pos=QPoint(50, 60))
    assert chosen.args == ["now-RCC"]


def test_an_image_goes_through_a_drag_and_nothing_else_does() -> None:
    assert image_in_mime(mime_of_image("a1b2")) == "a1b2"
    assert image_in_mime(QMimeData()) is None
    damaged = QMimeData()
    damaged.setData(IMAGE_MIME, b"\xff\xfe")
    assert image_in_mime(damaged) is None


def test_a_pane_is_marked_while_an_image_is_over_it_and_reports_the_drop(qtbot: QtBot) -> None:
    pane = ImagePane(name="RCC")
    qtbot.addWidget(pane)
    pane.resize(300, 200)
    pane.show()
    mime = mime_of_image("a1b2")
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, button, keys)
    pane.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert pane._drop_mark.isVisible()
    pane.dragLeaveEvent(QDragLeaveEvent())
    assert not pane._drop_mark.isVisible()
    pane.dragEnterEvent(enter)
    with qtbot.waitSignal(pane.image_dropped) as dropped:
        pane.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, button, keys))
    assert dropped.args == ["a1b2"]
    assert not pane._drop_mark.isVisible()


def test_put_image_offers_every_image_and_starts_at_the_one_shown(qtbot: QtBot) -> None:
    state = state_with(study("old", "20220705"))
    dialog = PutImageDialog(series_sections(state), shown="now-spot")
    qtbot.addWidget(dialog)
    assert dialog.chosen == "now-spot"
    texts = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert "prior, 1 y 11 mo earlier" in texts
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.chosen == "old-RCC"


def test_images_of_one_view_and_kind_have_numbers_under_their_thumbnails() -> None:
    image = make_image("RCC")
    second = replace(image, name=f"{image.name} 2")
    unknown = replace(make_image(""), name="unknown view FFDM 2")
    titles = [title_words(one) for one in (image, second, unknown)]
    assert titles == ["RCC", "RCC  2", "unknown view"]


@pytest.mark.parametrize("kind", list(ImageKind))
def test_the_kind_under_a_thumbnail_is_never_cut_short(qtbot: QtBot, kind: ImageKind) -> None:
    room = 116 - (116 - PICTURE) // 2 - 4
    font = text_font(TINY_PIXELS)
    assert QFontMetrics(font).horizontalAdvance(f"{kind_words(kind)}  99") <= room
