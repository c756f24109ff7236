"""VOI windows and LUTs of a DICOM image, in the order in which they are offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from pydicom.dataset import Dataset

from viewer.domain.windowing import Voi, VoiFunction, VoiLut, Window
from viewer.loading.dicom_header import frame_groups, items, numbers, shared_group, text
from viewer.loading.dicom_lut import read_lut

_FUNCTIONS = {function.value: function for function in VoiFunction}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVois:
    """The presets of an image."""

    vois: tuple[Voi, ...]
    """Empty when the header has none."""
    slice_vois: Mapping[int, tuple[Voi, ...]]
    doubts: tuple[str, ...]


def vois_of(dataset: Dataset, *, slices: int) -> FoundVois:
    """Return the presets: per-frame over shared over top-level; windows before LUTs.

    A window that the standard forbids (LINEAR narrower than 1, others not above 0) is left out
    and a sentence says so.
    """
    doubts: list[str] = []
    common: tuple[Voi, ...] = ()
    for holder in (shared_group(dataset, "FrameVOILUTSequence"), dataset):
        if holder is not None and not common:
            common = presets(holder, doubts)
    per_frame: dict[int, tuple[Voi, ...]] = {}
    for index, group in enumerate(frame_groups(dataset, "FrameVOILUTSequence")):
        found = presets(group, doubts) if group is not None and index < slices else ()
        if found:
            per_frame[index] = found
    if per_frame and not common:
        common = per_frame[min(per_frame)]
    differing = {i: found for i, found in per_frame.items() if not _same(found, common)}
    if len(differing) == slices and slices and _all_same(list(differing.values())):
        common, differing = differing[0], {}
    return FoundVois(
        vois=common,
        slice_vois=MappingProxyType(differing),
        doubts=tuple(dict.fromkeys(doubts)),
    )


def presets(holder: Dataset, doubts: list[str]) -> tuple[Voi, ...]:
    """Return the windows, then the LUTs, of one data set or functional group."""
    return (*_windows(holder, doubts), *_luts(holder, doubts))


def _windows(holder: Dataset, doubts: list[str]) -> list[Window]:
    centers, widths = numbers(holder, "WindowCenter"), numbers(holder, "WindowWidth")
    explanations = _explanations(holder, "WindowCenterWidthExplanation")
    named = text(holder, "VOILUTFunction").upper().replace(" ", "_") or "LINEAR"
    function = _FUNCTIONS.get(named, VoiFunction.LINEAR)
    if named not in _FUNCTIONS:
        doubts.append("The header names an unknown window function: drawn as LINEAR.")
    if len(centers) != len(widths):
        doubts.append("The header has more window centres than widths, or fewer.")
    found = []
    for index, (center, width) in enumerate(zip(centers, widths, strict=False)):
        explanation = explanations[index] if index < len(explanations) else ""
        try:
            window = Window(center=center, width=width, function=function, explanation=explanation)
        except ValueError:
            doubts.append("A window of the header is left out: its width is not allowed.")
        else:
            found.append(window)
    return found


def _explanations(holder: Dataset, keyword: str) -> tuple[str, ...]:
    value = holder.get(keyword)
    if value is None:
        return ()
    several = [value] if isinstance(value, str) else list(value)
    return tuple(str(item).strip() for item in several)


def _luts(holder: Dataset, doubts: list[str]) -> list[VoiLut]:
    found = []
    for item in items(holder, "VOILUTSequence"):
        lut = read_lut(item)
        entries = np.empty(0) if lut is None else lut.entries
        if lut is None or entries.size < 2 or entries.min() == entries.max():
            doubts.append("A VOI LUT of the header is left out: it is damaged.")
            continue
        doubts += lut.doubts("VOI LUT")
        found.append(
            VoiLut(
                first_mapped=lut.first_mapped,
                grey_values=entries / max(lut.highest, int(entries.max())),
                explanation=text(item, "LUTExplanation"),
            )
        )
    return found


def _same(one: Sequence[Voi], other: Sequence[Voi]) -> bool:
    return len(one) == len(other) and all(map(_equal, one, other))


def _equal(one: Voi, other: Voi) -> bool:
    if isinstance(one, VoiLut) and isinstance(other, VoiLut):
        same_entries = np.array_equal(one.grey_values, other.grey_values)
        return same_entries and one.first_mapped == other.first_mapped
    return isinstance(one, Window) and one == other


def _all_same(several: Sequence[Sequence[Voi]]) -> bool:
    return all(_same(several[0], other) for other in several[1:])
