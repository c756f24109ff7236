"""Names of exported files."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from viewer.export.file_names import picture_name, safe_name, unique_names


@given(st.text())
def test_every_name_is_safe_on_every_disk(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}", safe_name(text))


@given(st.lists(st.text(alphabet="aAbB /-2", max_size=4), max_size=12))
def test_no_two_names_are_alike_even_where_case_does_not_count(wanted: list[str]) -> None:
    names = unique_names(wanted)
    assert len(names) == len(wanted)
    assert len({name.casefold() for name in names}) == len(names)


def test_the_second_image_of_a_view_is_numbered() -> None:
    assert unique_names(["RCC DBT", "RCC DBT", "LCC DBT"]) == ("RCC-DBT", "RCC-DBT-2", "LCC-DBT")


def test_a_picture_is_named_by_alias_view_and_slice_as_the_screen_counts_it() -> None:
    name = picture_name("Exam 4F2A91", view="RCC", slice_index=33, what="figure")
    assert name == "Exam-4F2A91_RCC_slice-34_figure"
