"""Views, kinds, grey scales, windows and spacings from headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loading_builders import (
    CT,
    DBT,
    FFDM,
    breast,
    code,
    group,
    header,
    only_exam,
    save,
    scan,
    shown,
    write,
)
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, SecondaryCaptureImageStorage

from inference.types import Laterality
from viewer.domain.geometry import SpacingOrigin
from viewer.domain.view import Energy, ImageKind, View, ViewModifier, ViewPosition
from viewer.domain.windowing import Window
from viewer.loading.dicom_kind import kind_of
from viewer.loading.dicom_view import text_view, view_of
from viewer.loading.errors import UnreadableFile

PIXELS = breast()
PROCESSING = UID("1.2.840.10008.5.1.4.1.1.1.2.1")
PROJECTIONS = UID("1.2.840.10008.5.1.4.1.1.13.1.4")


# Views


@pytest.mark.parametrize(
    ("value", "scheme", "position"),
    [
        ("399162004", "SCT", ViewPosition.CC),
        ("R-10242", "SRT", ViewPosition.CC),
        ("R-10226", "SNM3", ViewPosition.MLO),
        ("R-10224", "99SDM", ViewPosition.ML),
        ("399192008", "SCT", ViewPosition.XCCL),
    ],
)
def test_a_view_code_means_the_same_in_every_scheme(
    value: str, scheme: str, position: ViewPosition
) -> None:
    dataset = header(PIXELS, view=None)
    dataset.ViewCodeSequence = Items([code(value, scheme)])
    assert view_of(dataset) == (View(laterality=Laterality.LEFT, position=position), ())


def test_modifiers_come_from_inside_the_view_code() -> None:
    dataset = header(PIXELS)
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = Items(
        [code("R-102D7", "SRT"), code("399163009")]
    )
    view, _ = view_of(dataset)
    assert view.modifiers == {ViewModifier.SPOT, ViewModifier.MAGNIFICATION}
    assert view.abbreviation == "LCC-M-S"


def test_the_view_code_wins_over_view_position_and_the_pane_says_so() -> None:
    view, doubts = view_of(header(PIXELS, view="MLO", ViewPosition="CC"))
    assert view.position is ViewPosition.MLO
    assert doubts == ("The view code says MLO, View Position says CC.",)


def test_image_laterality_wins_over_the_frames_and_the_pane_says_so() -> None:
    dataset = header(PIXELS, laterality="R")
    anatomy = group(FrameLaterality="L")
    dataset.SharedFunctionalGroupsSequence = group(FrameAnatomySequence=anatomy)
    view, doubts = view_of(dataset)
    assert view.laterality is Laterality.RIGHT
    assert doubts == (
        "Image Laterality and Frame Laterality name different sides: check left and right.",
    )


@pytest.mark.parametrize(
    "where", ["SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"]
)
def test_laterality_comes_from_frame_anatomy_when_nothing_else_says_it(where: str) -> None:
    dataset = header(PIXELS, laterality=None)
    setattr(dataset, where, group(FrameAnatomySequence=group(FrameLaterality="R")))
    assert view_of(dataset)[0].laterality is Laterality.RIGHT


def test_without_any_word_about_it_the_view_is_unknown() -> None:
    view, doubts = view_of(header(PIXELS, laterality=None, view=None))
    assert view.abbreviation == "unknown view"
    assert doubts == ()


def test_a_view_in_an_identifier_is_a_last_resort_and_says_so() -> None:
    dataset = header(PIXELS, laterality=None, view=None, PatientID="Mass_P_1_RIGHT_MLO")
    view, doubts = view_of(dataset)
    assert view.abbreviation == "RMLO"
    assert doubts == ("The view is not coded: it is taken from the patient ID.",)
    assert "Mass" not in doubts[0]


def test_a_view_in_free_text_never_overrules_a_coded_side() -> None:
    dataset = header(PIXELS, laterality="L", view=None, SeriesDescription="R MLO Tomo")
    view, doubts = view_of(dataset)
    assert view.laterality is Laterality.LEFT
    assert view.position is None
    assert doubts == ("The series description names another view than the coded attributes.",)


def test_a_view_in_patient_orientation_is_understood() -> None:
    dataset = header(PIXELS, view=None, orientation=["MLO"])
    assert view_of(dataset)[0].abbreviation == "LMLO"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("R MLO Tomosynthesis", "RMLO"),
        ("LCC", "LCC"),
        ("P_00173_LEFT_CC", "LCC"),
        ("right-mlo", "RMLO"),
        ("BILATERAL", None),
        ("CLCC", None),
        ("L CCC", None),
        ("", None),
    ],
)
def test_views_are_found_in_free_text(written: str, found: str | None) -> None:
    side_and_view = text_view(written)
    name = None if side_and_view is None else side_and_view[0].value + side_and_view[1].value
    assert name == found


# Kinds


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY"]}, ImageKind.FFDM),
        ({"ImageType": ["DERIVED", "PRIMARY"]}, ImageKind.FFDM),
        ({"ImageType": ["DERIVED", "PRIMARY", "TOMO", "GENERATED_2D"]}, ImageKind.SYNTHETIC_2D),
        ({"ImageType": ["DERIVED", "PRIMARY", "TOMO_2D"]}, ImageKind.SYNTHETIC_2D),
        ({"SeriesDescription": "L CC C-View"}, ImageKind.SYNTHETIC_2D),
        (
            {"ImageType": ["DERIVED", "PRIMARY"], "ManufacturerModelName": "FDR-3000AWS"},
            ImageKind.SYNTHETIC_2D,
        ),
        ({"ImageType": ["DERIVED", "PRIMARY", "TOMO"]}, ImageKind.DBT),
        ({"sop_class": CT, "ImageType": ["DERIVED", "PRIMARY", "TOMO"]}, ImageKind.DBT),
        ({"sop_class": DBT, "NumberOfFrames": 1}, ImageKind.DBT),
        (
            {
                "sop_class": DBT,
                "NumberOfFrames": 1,
                "ImageType": ["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "GENERATED_2D"],
            },
            ImageKind.SYNTHETIC_2D,
        ),
        ({"sop_class": SecondaryCaptureImageStorage}, ImageKind.SECONDARY_CAPTURE),
        (
            {"sop_class": PROJECTIONS, "ImageType": ["DERIVED", "PRIMARY", "", "GENERATED_2D"]},
            ImageKind.SYNTHETIC_2D,
        ),
    ],
)
def test_the_kind_follows_image_type_before_the_sop_class(
    attributes: dict[str, Any], kind: ImageKind
) -> None:
    assert kind_of(header(PIXELS, **attributes)) is kind


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"sop_class": PROJECTIONS, "NumberOfFrames": 15}, "projections"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "TOMO_PROJ"]}, "projections"),
        ({"Modality": "MR", "BodyPartExamined": "BRAIN"}, "not a breast image (modality MR)"),
        ({"Modality": "Doe^Jane", "BodyPartExamined": ""}, "(modality unknown)"),
    ],
)
def test_what_is_no_mammogram_is_left_out_with_the_reason(
    attributes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UnreadableFile) as error:
        kind_of(header(PIXELS, **attributes))
    assert reason in str(error.value)


def test_hologic_secondary_capture_asks_for_the_tomosynthesis_object(tmp_path: Path) -> None:
    dataset = header(PIXELS, sop_class=SecondaryCaptureImageStorage)
    dataset.private_block(0x7E01, "HOLOGIC, Inc.", create=True).add_new(1, "OB", b"1234")
    dataset.PixelData = PIXELS.tobytes()
    result = scan(save(tmp_path / "a.dcm", dataset))
    assert "ask the sender for the Breast Tomosynthesis object" in result.skipped[0].reason


def test_raw_images_open_with_a_visible_warning(tmp_path: Path) -> None:
    located = only_exam(write(tmp_path / "a.dcm", PIXELS, sop_class=PROCESSING))
    image = located.exam.images[0]
    assert image.for_processing
    assert "For Processing" in image.warnings[0]


@pytest.mark.parametrize(
    ("image_type", "energy"),
    [
        (["DERIVED", "PRIMARY", "POST_CONTRAST", "SUBTRACTION"], Energy.SUBTRACTION),
        (["DERIVED", "PRIMARY", "", "ADDITION", "LOW_ENERGY"], Energy.ADDITION),
        (["ORIGINAL", "PRIMARY", "POST_CONTRAST", "NONE", "LOW_ENERGY"], Energy.LOW),
        (["ORIGINAL", "PRIMARY", "POST_CONTRAST", "NONE", "HIGH_ENERGY"], Energy.HIGH),
        (["ORIGINAL", "PRIMARY", "", "NONE"], None),
    ],
)
def test_images_of_contrast_mammography_are_told_apart(
    tmp_path: Path, image_type: list[str], energy: Energy | None
) -> None:
    image = only_exam(write(tmp_path / "a.dcm", PIXELS, ImageType=image_type)).exam.images[0]
    assert (image.kind, image.energy) == (ImageKind.FFDM, energy)


def test_of_one_view_the_raw_image_is_listed_after_the_one_for_presentation(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PIXELS, sop_class=PROCESSING, InstanceNumber=1)
    write(tmp_path / "b.dcm", PIXELS, InstanceNumber=2)
    images = only_exam(tmp_path).exam.images
    assert [(i.name, i.for_processing) for i in images] == [
        ("LCC FFDM", False),
        ("LCC FFDM 2", True),
    ]


# Real files


def test_the_hologic_volume_opens_as_its_header_says(shared: Path) -> None:
    located = only_exam(shared / "data/dicom/hologic_bto_128x128x4_j2k.dcm")
    image = located.exam.images[0]
    assert (image.name, image.kind, image.slices) == ("LCC DBT", ImageKind.DBT, 4)
    assert image.vois == (Window(center=512.0, width=512.0),)
    assert image.spacing is None
    assert image.slice_spacing_mm == 1.0
    assert image.grey_scale.padding == (0, 4)
    assert "The header describes 45 slices, the file holds 4." in image.warnings
    assert image.orientation.rows_reversed
    assert image.orientation.columns_reversed
    assert located.exam.identity.patient_id == "DBT-P00853"


def test_the_ge_mammogram_opens_as_its_header_says(shared: Path) -> None:
    located = only_exam(shared / "data/dicom/ge_ffdm_for_presentation_r_mlo_sigmoid.dcm")
    image = located.exam.images[0]
    assert (image.name, image.kind) == ("RMLO FFDM", ImageKind.FFDM)
    assert image.spacing is not None
    assert image.spacing.origin is SpacingOrigin.IMAGER
    assert image.grey_scale.padding == (0, 30)
    assert image.warnings == ()
    assert image.technique.kvp == 30.0
    codes = shown(located)[0]
    assert codes.shape == (3062, 2394)
    assert codes[:, -50:].mean() > 10 * codes[:, :50].mean()


def test_names_and_ids_hold_nothing_of_the_patient(tmp_path: Path) -> None:
    located = only_exam(write(tmp_path / "a.dcm", PIXELS, sop_class=FFDM))
    exam = located.exam
    for text in (exam.exam_id, exam.alias, *(i.image_id + i.name for i in exam.images)):
        assert "secret" not in text.lower()
        assert "1.2.3.4" not in text
    assert exam.identity.name == "Secret^Name"
    assert "secret" not in repr(located).replace(str(tmp_path), "").lower()


def test_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    dataset = header(PIXELS.astype(np.uint32), bits=32)
    dataset.FloatPixelData = PIXELS.astype(np.float32).tobytes()
    result = scan(save(tmp_path / "a.dcm", dataset))
    assert result.skipped[0].reason == "floating-point pixels, which no mammogram has"
