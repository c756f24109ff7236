"""How large a screen's pixels are: measured before reported, and never made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.screen_pitch import ReportedScreen, pitch_of


def screen(width_mm: float = 520.0, height_mm: float = 292.5) -> ReportedScreen:
    return ReportedScreen(
        name="Make Model 7",
        device_width=1920,
        device_height=1080,
        width_mm=width_mm,
        height_mm=height_mm,
    )


def test_a_screen_that_reports_its_size_is_believed_and_said() -> None:
    pitch = pitch_of(screen(), None)
    assert pitch.pixel_mm == pytest.approx(520 / 1920)
    assert pitch.origin == "screen as reported"


@given(st.floats(100, 1100))
def test_a_measured_width_wins_and_is_said(width_mm: float) -> None:
    pitch = pitch_of(screen(), width_mm)
    assert pitch.pixel_mm == pytest.approx(width_mm / 1920)
    assert pitch.origin == "screen measured"


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        ((0, 0), "does not report its size"),
        ((160, 120), "implausible"),
        ((16, 9), "implausible"),
        ((1600, 900), "implausible"),
    ],
)
def test_a_report_that_cannot_be_true_is_refused_with_the_way_out(
    size: tuple[float, float], reason: str
) -> None:
    pitch = pitch_of(screen(*size), None)
    assert pitch.pixel_mm is None
    assert reason in pitch.reason
    assert "measure its width" in pitch.reason


def test_an_implausible_measurement_is_refused() -> None:
    assert pitch_of(screen(), 2900.0).pixel_mm is None
