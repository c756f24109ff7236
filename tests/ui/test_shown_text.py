"""Names in characters that the shipped typeface does not have."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontDatabase, QTextLayout

from viewer.domain.exam import PatientIdentity
from viewer.domain.person_name import name_words
from viewer.rendering.captions import identity_lines
from viewer.ui.fonts import FAMILY, load_fonts, text_font
from viewer.ui.shown_text import shown_text

JAPANESE = "Yamada^Tarou=山田^太郎=やまだ^たろう"
KOREAN = "Hong^Gildong=洪^吉洞=홍^길동"


@pytest.fixture(autouse=True)
def fonts(qapp: object) -> None:
    load_fonts()


def is_drawn(text: str) -> bool:
    layout = QTextLayout(text, text_font(13))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return all(glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Doe^Jane", "Doe Jane"),
        (JAPANESE, "Yamada Tarou (山田 太郎, やまだ たろう)"),
        (KOREAN, "Hong Gildong (洪 吉洞, 홍 길동)"),
        ("=山田^太郎", "山田 太郎"),
        ("", ""),
    ],
)
def test_the_groups_of_a_name_are_told_apart(name: str, words: str) -> None:
    assert name_words(name) == words


def test_corner_text_says_every_group_of_a_name() -> None:
    identity = PatientIdentity(patient_id="47", name=JAPANESE, birth_date="", study_date="")
    assert identity_lines(None, identity)[0].text == "Yamada Tarou (山田 太郎, やまだ たろう)"


@pytest.mark.parametrize("text", [name_words(JAPANESE), name_words(KOREAN), "Müller", "Иванов"])
def test_what_is_said_can_be_drawn_and_what_cannot_is_counted(text: str) -> None:
    shown = shown_text(text)
    assert is_drawn(shown)
    assert (shown == text) == is_drawn(text)
    assert shown.split("[")[0] == text[: len(shown.split("[")[0])]


def test_a_script_that_only_the_system_has_is_taken_from_there() -> None:
    armenian = "\u0540\u0561\u0575"
    others = [name for name in QFontDatabase.families() if not name.startswith(FAMILY)]
    has_it = any(
        QFontDatabase.WritingSystem.Armenian in QFontDatabase.writingSystems(name)
        for name in others
    )
    if not has_it:
        pytest.skip("no font of this system has the script")
    assert shown_text(armenian) == armenian


def test_characters_without_any_font_are_counted() -> None:
    unassigned = "\U000e1000\U000e1001"
    assert shown_text(f"Doe {unassigned}") == "Doe [2 characters without a font]"
