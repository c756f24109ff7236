"""Dates and times of a header, in words that a reader sees."""

from __future__ import annotations

import pytest

from viewer.domain.dicom_dates import date_words, moment_words


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("19610203", "1961-02-03"),
        ("1961.02.03", "1961-02-03"),
        ("1961-02-03", "1961-02-03"),
        ("", ""),
        # What is no date stays as it stands: nothing is made up and nothing is kept back.
        ("19611303", "19611303"),
        ("1961", "1961"),
        ("XXXXXXXX", "XXXXXXXX"),
        ("١9610203", "١9610203"),
    ],
)
def test_a_date_is_said_with_its_parts_apart(stated: str, words: str) -> None:
    assert date_words(stated) == words


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("20240610 080512.250000", "2024-06-10 08:05"),
        ("20240610 0805", "2024-06-10 08:05"),
        ("20240610", "2024-06-10"),
        ("20240610080512.250000+0100", "2024-06-10 08:05"),
        ("202406100805", "2024-06-10 08:05"),
        ("20240610-0500", "2024-06-10"),
        ("20240610 256199", "2024-06-10 256199"),
        ("20240610 XX", "2024-06-10 XX"),
        ("2024", "2024"),
        ("", ""),
    ],
)
def test_a_moment_is_said_to_the_minute(stated: str, words: str) -> None:
    assert moment_words(stated) == words
