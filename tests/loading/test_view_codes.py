"""Codes of views, modifiers and sections mean what the standard says; images of biopsies too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from loading_builders import breast, only_exam, write
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

from viewer.domain.view import ViewModifier
from viewer.domain.view_codes import MODIFIER_OF_CODE, PART_OF_CODE, POSITION_OF_CODE
from viewer.loading.read_dicom import read_dicom_file

CONTEXTS: dict[int, Mapping[str, object]] = {
    4005: PART_OF_CODE,
    4014: POSITION_OF_CODE,
    4015: MODIFIER_OF_CODE,
}


@pytest.mark.parametrize(
    ("value", "modifiers"),
    [
        ("STEREO_SCOUT", {ViewModifier.STEREOTACTIC, ViewModifier.SCOUT}),
        ("STEREO_MINUS", {ViewModifier.STEREOTACTIC, ViewModifier.MINUS_ANGLE}),
        (
            "POSTBIOPSY_PLUS",
            {ViewModifier.STEREOTACTIC, ViewModifier.POST_BIOPSY, ViewModifier.PLUS_ANGLE},
        ),
        ("POSTMARKER", {ViewModifier.POST_MARKER}),
        ("TOMO_SCOUT", {ViewModifier.SCOUT}),
        ("", set()),
    ],
)
def test_an_image_that_guides_a_biopsy_is_no_standard_view(
    tmp_path: Path, value: str, modifiers: set[ViewModifier]
) -> None:
    path = write(tmp_path / "a.dcm", breast(), ImageType=["ORIGINAL", "PRIMARY", value])
    view = read_dicom_file(path).image.view
    assert view.modifiers == modifiers
    assert view.is_standard is (not modifiers)


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_retired_code_means_the_same_as_its_successor(context: int) -> None:
    codes = CONTEXTS[context]
    current = [code for code in codes if code.isdecimal()]
    assert len(current) * 2 == len(codes)
    assert all(codes[mapping["SCT"][code]] is codes[code] for code in current)


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_code_of_the_standards_lists_is_known(context: int) -> None:
    for keyword in cid_concepts[context]["SCT"]:
        values = concepts["SCT"][keyword]
        codes = [value for value, said in values.items() if context in said[1]]
        assert any(code in CONTEXTS[context] for code in codes), keyword


def test_the_sections_of_a_partial_view_are_called_as_the_standard_does() -> None:
    for code, word in PART_OF_CODE.items():
        if code.isdecimal():
            assert code in concepts["SCT"][word.capitalize()]


@pytest.mark.parametrize("kind", ["", "STEREO_MINUS"])
def test_a_small_field_full_of_tissue_lies_as_its_header_says(tmp_path: Path, kind: str) -> None:
    rows, columns = 200, 160
    # Denser towards the nipple, as a mass at the edge of the field makes it.
    field = np.tile(np.linspace(900, 400, columns), (rows, 1)).astype(np.uint16)
    path = write(
        tmp_path / "a.dcm",
        field,
        ImageType=["ORIGINAL", "PRIMARY", kind],
        ImageLaterality="L",
        ViewPosition="CC",
        PatientOrientation=["P", "L"],
    )
    image = only_exam(path).exam.images[0]
    is_doubted = any("disagree" in warning for warning in image.warnings)
    assert is_doubted is (not kind)
