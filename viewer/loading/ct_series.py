"""CT files to series as radiologists scroll them: sorted by position, head first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from viewer.domain.ct import CtFacts, LaidPlane, Plane, laid_plane, usual_windows
from viewer.domain.geometry import AS_STORED
from viewer.domain.image_stack import ImageStack
from viewer.domain.orientation import OrientationEvidence
from viewer.domain.windowing import GreyScale, Voi
from viewer.loading.ct_frames import CtFrame, CtFrames, recoding
from viewer.loading.ct_places import copies_apart, depth_of, places_of, spacing_of, stacked
from viewer.loading.ct_slices import CtSlice, slices_of
from viewer.loading.dicom_header import number, text, whole
from viewer.loading.found_exam import FoundImage
from viewer.loading.lay_image import StoredImage
from viewer.loading.read_dicom import DicomFile
from viewer.loading.stable_hash import short_hash

_MIXED = "The series mixes planes, sizes or pixel spacings: each is an image of its own."
_NO_PLANE = "The header does not say how the slices lie: check left and right, front and back."
_NO_HOUNSFIELD = "The header does not say that the numbers are Hounsfield units."
_SOME_NO_HOUNSFIELD = "{0} slices do not say what their numbers mean: drawn like the others."
_REPEATED = "The series shows every place {0} times: each pass is an image of its own."
NOT_AXIAL = "models take axial series only"


def series_of(files: Sequence[DicomFile]) -> list[FoundImage]:
    """Return one image for each series, and for each plane, size or pass within one."""
    by_series: defaultdict[object, list[DicomFile]] = defaultdict(list)
    for file in files:
        by_series[file.series_uid or file.path].append(file)
    return [image for members in by_series.values() for image in _series(members)]


def _series(files: Sequence[DicomFile]) -> list[FoundImage]:
    distinct, copies = _without_copies(files)
    alike: defaultdict[tuple[object, ...], list[CtSlice]] = defaultdict(list)
    for file in distinct:
        for each in slices_of(file):
            alike[_likeness(each)].append(each)
    doubts = [f"{copies} files are copies of others: left out."] if copies else []
    # Scout views belong to most series and are no reason to doubt it.
    if sum(not group[0].is_localizer for group in alike.values()) > 1:
        doubts.append(_MIXED)
    return [image for group in alike.values() for image in _passes(group, doubts)]


def _without_copies(files: Sequence[DicomFile]) -> tuple[list[DicomFile], int]:
    by_id = {file.image.stack.image_id: file for file in reversed(files)}
    distinct = [file for file in files if by_id[file.image.stack.image_id] is file]
    return distinct, len(files) - len(distinct)


def _likeness(each: CtSlice) -> tuple[object, ...]:
    """What slices of one image have in common."""
    stack, scale = each.file.image.stack, each.grey_scale
    # Stated planes differ in their last digits.
    directions = (each.columns_to, each.rows_to)
    plane = tuple(None if d is None else tuple(round(n, 2) + 0.0 for n in d) for d in directions)
    spacing = stack.spacing
    sizes = None if spacing is None else (round(spacing.row_mm, 3), round(spacing.column_mm, 3))
    meaning = (scale.modality_lut is None, scale.monochrome1, scale.largest_code)
    return (stack.rows, stack.columns, plane, sizes, each.is_localizer, *meaning)


def _passes(slices: Sequence[CtSlice], doubts: Sequence[str]) -> list[FoundImage]:
    """Sort the slices of one plane; those that lie at one place are told apart."""
    laid = _laid(slices[0])
    in_order = sorted(slices, key=lambda each: (each.acquisition, each.instance, each.index))
    placed = [each.position for each in in_order if each.position is not None]
    if laid is None or len(placed) < len(in_order):
        unplaced = _unplaced(len(in_order) - len(placed), of=len(in_order))
        return [_image(in_order, laid, (), [*doubts, *unplaced])]
    depths = [depth_of(position, laid.depth) for position in placed]
    stacks, left_out = copies_apart(stacked(depths))
    said = list(doubts)
    if len(stacks) > 1:
        said.append(_REPEATED.format(len(stacks)))
    if left_out:
        said.append(f"{left_out} slices lie where others do: left out.")
    return [
        _image([in_order[i] for i in stack], laid, [depths[i] for i in stack], said)
        for stack in stacks
    ]


def _laid(first: CtSlice) -> LaidPlane | None:
    if first.columns_to is None or first.rows_to is None:
        return None
    return laid_plane(first.columns_to, first.rows_to)


def _unplaced(missing: int, *, of: int) -> tuple[str, ...]:
    if of == 1 or not missing:
        return ()
    return (
        f"{missing} of {of} slices do not say where they lie: in the order of their numbers, "
        "gaps and exchanged slices would not show.",
    )


def _image(
    slices: Sequence[CtSlice],
    laid: LaidPlane | None,
    depths: Sequence[float],
    doubts: Iterable[str],
) -> FoundImage:
    """depths: of each slice in millimetres, ascending; none where not every slice has one."""
    spacing = spacing_of(depths)
    first = slices[0]
    stack, scale = first.file.image.stack, _common_scale(slices)
    unsure = sum(not each.in_hounsfield for each in slices)
    in_hounsfield = unsure == 0
    said = [*doubts, *spacing.doubts]
    if laid is None:
        said.append(_NO_PLANE)
    if not in_hounsfield and not first.is_localizer:
        said.append(_NO_HOUNSFIELD if unsure == len(slices) else _SOME_NO_HOUNSFIELD.format(unsure))
    said += [warning for each in slices for warning in each.file.image.stack.warnings]
    plane = laid.plane if laid is not None else Plane.UNKNOWN
    facts = CtFacts(
        plane=plane,
        is_localizer=first.is_localizer,
        edges=laid.edges if laid is not None else None,
        obstacle=_obstacle(first, plane, in_hounsfield=in_hounsfield, placed=bool(depths)),
    )
    ids = sorted(f"{each.file.image.stack.image_id} {each.index}" for each in slices)
    volume = replace(
        stack,
        image_id=short_hash(*ids),
        slices=len(slices),
        grey_scale=scale,
        vois=_windows(first, in_hounsfield=unsure < len(slices)),
        slice_vois={},
        slice_spacing_mm=spacing.usual_mm or _stated_distance(first),
        places=places_of(depths),
        missing_slices=spacing.missing,
        ct=facts,
        warnings=tuple(dict.fromkeys(said)),
    )
    image = StoredImage(
        stack=volume,
        view=volume.view,
        evidence=OrientationEvidence(known=laid.orientation if laid is not None else AS_STORED),
        frames=CtFrames(order=tuple(_frame(each, scale) for each in slices)),
    )
    dataset = first.file.header.dataset
    return FoundImage(
        image=image,
        path=first.file.path,
        order=("", first.is_localizer, whole(dataset, "SeriesNumber", 0)),
    )


def _common_scale(slices: Sequence[CtSlice]) -> GreyScale:
    """The first slice's whose numbers are Hounsfield units, if there is one."""
    return next((each.grey_scale for each in slices if each.in_hounsfield), slices[0].grey_scale)


def _frame(each: CtSlice, scale: GreyScale) -> CtFrame:
    # What a slice does not say is taken from the others; a sentence says so.
    table = recoding(each.grey_scale, scale) if each.in_hounsfield else None
    return CtFrame(frames=each.frames, index=each.index, table=table)


def _obstacle(first: CtSlice, plane: Plane, *, in_hounsfield: bool, placed: bool) -> str:
    if first.is_localizer:
        return "a localizer, not a series"
    if plane is not Plane.AXIAL:
        return NOT_AXIAL
    if not in_hounsfield:
        return "the numbers may not be Hounsfield units"
    return "" if placed else "the slices do not say where they lie"


def _windows(first: CtSlice, *, in_hounsfield: bool) -> tuple[Voi, ...]:
    """The usual windows, then the header's; of a localizer and of other numbers only those."""
    stack: ImageStack = first.file.image.stack
    if first.is_localizer or not in_hounsfield:
        return stack.vois
    usual = usual_windows(text(first.file.header.dataset, "BodyPartExamined").upper())
    return (*usual, *stack.vois)


def _stated_distance(first: CtSlice) -> float | None:
    dataset = first.file.header.dataset
    for keyword in ("SpacingBetweenSlices", "SliceThickness"):
        stated = number(dataset, keyword)
        if stated is not None and 0 < stated < 100:
            return stated
    return None
