"""Technique factors: read from mammograms and tomosynthesis, said only as the header states."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import make_image
from loading_builders import DBT, breast, code, group, only_exam, write
from pydicom.sequence import Sequence as Items

from viewer.domain.pane_state import PaneState
from viewer.domain.technique import Technique, technique_lines
from viewer.domain.view import ViewModifier
from viewer.loading.read_dicom import read_dicom_file
from viewer.rendering.captions import badges


def test_the_ge_mammogram_states_its_factors_with_the_dose_in_milligray(shared: Path) -> None:
    file = shared / "data/dicom/ge_ffdm_for_presentation_r_mlo_sigmoid.dcm"
    technique = only_exam(file).exam.images[0].technique
    lines = technique_lines(technique, identity=False)
    assert lines[:4] == (
        "30 kVp   71 mAs   Rh / Rh",
        "compression 100 N   thickness 73 mm",
        "entrance 8.515 mGy   AGD 1.521 mGy",
        "relative exposure 8515   magnification 1",
    )
    assert lines[4] == "angle 45°"


def test_the_hologic_volume_states_its_factors_in_the_acquisition_sequence(shared: Path) -> None:
    file = shared / "data/dicom/hologic_bto_128x128x4_j2k.dcm"
    lines = technique_lines(only_exam(file).exam.images[0].technique, identity=False)
    assert "48 mAs   W / Al" in lines[0]
    assert lines[1] == "compression 99.64 N   thickness 39 mm"
    assert "AGD 1.33 mGy" in lines[2]
    assert "magnification 1.073" in lines[3]


def test_the_exposure_of_a_volume_is_that_of_its_projections_together(tmp_path: Path) -> None:
    projections = Items([group(ExposureInmAs=4.0, RelativeXRayExposure=10)[0] for _ in range(15)])
    acquisition = group(KVP=31, PerProjectionAcquisitionSequence=projections)
    path = write(
        tmp_path / "a.dcm",
        breast(slices=2),
        sop_class=DBT,
        XRay3DAcquisitionSequence=acquisition,
    )
    technique = read_dicom_file(path).image.stack.technique
    assert (technique.kvp, technique.exposure_mas, technique.relative_exposure) == (31, 60, 150)


def test_station_detector_and_operator_are_said_with_the_identity_only() -> None:
    technique = Technique(station="ROOM 3", detector_id="SN 17", operator="A B", kvp=29)
    hidden = technique_lines(technique, identity=False)
    assert hidden == ("29 kVp",)
    assert technique_lines(technique, identity=True)[1:] == (
        "detector SN 17",
        "station ROOM 3",
        "operator A B",
    )


def test_a_header_without_factors_says_so() -> None:
    assert technique_lines(Technique(), identity=False) == ("no technique factors in the header",)


@pytest.mark.parametrize("value", [0, -3, float("nan")])
def test_a_factor_that_makes_no_sense_is_not_said(tmp_path: Path, value: float) -> None:
    path = write(tmp_path / "a.dcm", breast(), KVP=value, Exposure=0, CompressionForce=value)
    technique = read_dicom_file(path).image.stack.technique
    assert (technique.kvp, technique.exposure_mas, technique.force_n) == (None, None, None)


def test_a_partial_view_says_which_part_and_an_implant_is_marked(tmp_path: Path) -> None:
    part = code("R-404CC")
    part.CodeMeaning = "Lateral"
    path = write(
        tmp_path / "a.dcm",
        breast(),
        PartialView="YES",
        PartialViewDescription="Mosaic for Secret^Name",
        PartialViewCodeSequence=Items([part]),
        BreastImplantPresent="YES",
        ViewModifierCodeSequence=Items([code("399209000")]),
    )
    image = only_exam(path).exam.images[0]
    said = [badge.text for badge in badges(image, PaneState())]
    # R-404CC is anterior, whatever the meaning beside it says.
    assert "partial view: anterior, mosaic" in said
    assert "implant" in said
    assert "implant displaced" in said
    assert not image.view.is_standard


def test_a_partial_view_has_the_later_number_however_early_it_was_acquired(tmp_path: Path) -> None:
    part = write(tmp_path / "a.dcm", breast(), PartialView="YES", InstanceNumber=1)
    whole = write(tmp_path / "b.dcm", breast(), InstanceNumber=2)
    images = only_exam(part, whole).exam.images
    assert [(image.name, image.partial_view) for image in images] == [
        ("LCC FFDM", False),
        ("LCC FFDM 2", True),
    ]


def test_an_image_without_such_attributes_has_no_such_badge() -> None:
    image = make_image("LCC")
    assert badges(image, PaneState()) == ()
    assert ViewModifier.IMPLANT_DISPLACED not in image.view.modifiers
