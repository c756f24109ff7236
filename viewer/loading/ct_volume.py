"""A volume file that is CT by its name, viewed as radiologists view CT."""

from __future__ import annotations

import re

import numpy as np

from viewer.domain.ct import CtFacts, LaidPlane, Plane, laid_plane, usual_windows
from viewer.domain.geometry import AS_STORED, PixelSpacing, SpacingOrigin
from viewer.domain.image_stack import ImageStack
from viewer.domain.orientation import OrientationEvidence
from viewer.domain.view import ImageKind
from viewer.loading.ct_frames import ReversedFrames
from viewer.loading.ct_series import NOT_AXIAL
from viewer.loading.file_name_view import UNKNOWN_VIEW
from viewer.loading.frame_source import StoredFrames
from viewer.loading.lay_image import StoredImage
from viewer.loading.volume_file import VolumeFile, VolumeHeader
from viewer.loading.volume_frames import CodeScale, VolumeFrames

_CT_IN_NAME = re.compile(r"(?:^|[^A-Za-z])CT(?![A-Za-z])", re.IGNORECASE)
_SMALLEST_PIXEL_MM, _LARGEST_PIXEL_MM = 0.05, 5.0
_BELOW_ALL_TISSUE = -200
"""Hounsfield units reach to -1000; a volume without such values was rescaled by someone."""
_NO_PLANE = "The file does not say how the slices lie: check left and right, front and back."
_NO_HOUNSFIELD = "No value is that of air or lung: the numbers may not be Hounsfield units."


def names_ct(stem: str) -> bool:
    """Return whether a file's name says CT, as a word of its own."""
    return _CT_IN_NAME.search(stem) is not None


def ct_volume(file: VolumeFile, image_id: str, scale: CodeScale) -> StoredImage:
    """Return the volume as a CT series; its numbers are taken for Hounsfield units."""
    header = file.header
    laid = _laid(header)
    frames: StoredFrames = VolumeFrames(file=file, scale=scale)
    if laid is not None and _runs_against(header, laid):
        frames = ReversedFrames(stored=frames)
    plane = laid.plane if laid is not None else Plane.UNKNOWN
    in_hounsfield = _has_air(frames, scale)
    doubts = () if laid is not None else (_NO_PLANE,)
    if not in_hounsfield:
        doubts = (*doubts, _NO_HOUNSFIELD)
    if scale.not_numbers:
        doubts = (*doubts, f"{scale.not_numbers} pixels are not numbers: they are drawn black.")
    spacing = _spacing(header)
    facts = CtFacts(
        plane=plane,
        edges=laid.edges if laid is not None else None,
        obstacle=_obstacle(plane, in_hounsfield=in_hounsfield),
    )
    return StoredImage(
        stack=ImageStack(
            image_id=image_id,
            name="",
            kind=ImageKind.CT,
            view=UNKNOWN_VIEW,
            slices=header.slices,
            rows=header.rows,
            columns=header.columns,
            grey_scale=scale.grey_scale(),
            vois=usual_windows("") if in_hounsfield else (),
            spacing=spacing,
            slice_spacing_mm=header.slice_mm if spacing is not None else None,
            ct=facts,
            warnings=doubts,
        ),
        view=UNKNOWN_VIEW,
        evidence=OrientationEvidence(known=laid.orientation if laid is not None else AS_STORED),
        frames=frames,
    )


def _laid(header: VolumeHeader) -> LaidPlane | None:
    if header.columns_to is None or header.rows_to is None:
        return None
    return laid_plane(header.columns_to, header.rows_to)


def _runs_against(header: VolumeHeader, laid: LaidPlane) -> bool:
    return header.slices_to is not None and float(np.dot(header.slices_to, laid.depth)) < 0


def _has_air(frames: StoredFrames, scale: CodeScale) -> bool:
    middle = scale.grey_scale().values(frames.read_codes(frames.slices // 2).astype(np.float64))
    return bool(middle.min() < _BELOW_ALL_TISSUE)


def _obstacle(plane: Plane, *, in_hounsfield: bool) -> str:
    if plane is not Plane.AXIAL:
        return NOT_AXIAL
    return "" if in_hounsfield else "the numbers may not be Hounsfield units"


def _spacing(header: VolumeHeader) -> PixelSpacing | None:
    smallest, largest = sorted((header.row_mm, header.column_mm))
    if not _SMALLEST_PIXEL_MM <= smallest <= largest <= _LARGEST_PIXEL_MM:
        return None
    return PixelSpacing(
        row_mm=header.row_mm, column_mm=header.column_mm, origin=SpacingOrigin.VOLUME_HEADER
    )
