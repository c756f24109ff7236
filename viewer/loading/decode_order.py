"""Which frames to decode first: those on screen, then outwards, then the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, zip_longest

from viewer.loading.frame_store import FrameKey

AHEAD = 3
"""Slices taken in the direction of travel for each one taken behind."""


def decode_order(
    visible: Sequence[FrameKey], direction: int, slices: Mapping[str, int]
) -> Iterator[FrameKey]:
    """Yield every frame once, the most wanted first.

    visible: the frames on screen, the active pane's first.
    direction: +1 when slices increase, -1 when they decrease, 0 when nothing moves.
    slices: how many slices each image has.
    """
    seen = set()
    on_screen = [key for key in visible if key[0] in slices]
    around = [list(_outwards(key, direction, slices[key[0]])) for key in on_screen]
    hidden = [image_id for image_id in slices if image_id not in {key[0] for key in on_screen}]
    behind = [
        [(image_id, slices[image_id] // 2), *_outwards((image_id, slices[image_id] // 2), 0, n)]
        for image_id in hidden
        for n in [slices[image_id]]
    ]
    for key in chain(on_screen, _in_turn(around), _in_turn(behind)):
        if key not in seen:
            seen.add(key)
            yield key


def later_order(
    exams: Sequence[Mapping[str, int]], slices: Mapping[str, int]
) -> Iterator[FrameKey]:
    """Yield every frame of exams that may hang next, the most wanted first.

    exams: for each exam the slice that every image will show when it hangs, those on screen first;
    these frames come first, from all exams in turn. slices: how many slices each image has.
    """
    yield from _in_turn([list(exam.items()) for exam in exams])
    for exam in exams:
        yield from _in_turn([list(_outwards(key, 0, slices[key[0]])) for key in exam.items()])


def _outwards(key: FrameKey, direction: int, slices: int) -> Iterator[FrameKey]:
    image_id, start = key
    up = list(range(start + 1, slices))
    down = list(range(start - 1, -1, -1))
    first, second = (down, up) if direction < 0 else (up, down)
    step = AHEAD if direction else 1
    while first or second:
        for index in chain(first[:step], second[:1]):
            yield image_id, index
        first, second = first[step:], second[1:]


def _in_turn(sequences: Sequence[Sequence[FrameKey]]) -> Iterator[FrameKey]:
    for keys in zip_longest(*sequences):
        yield from (key for key in keys if key is not None)
