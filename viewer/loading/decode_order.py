"""Which frames to decode first: those on screen, then outwards, then the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, zip_longest

from viewer.loading.frame_store import FrameKey

AHEAD = 3
"""Slices taken in the direction of travel for each one taken behind."""


def decode_order(
    visible: Sequence[FrameKey], direction: int, slices: Mapping[str, int]
) -> Collection[FrameKey]:
    """Every frame once, the most wanted first.

    visible: the frames on screen, the active pane's first.
    direction: +1 when slices increase, -1 when they decrease, 0 when nothing moves.
    slices: how many slices each image has.
    """
    on_screen = [key for key in visible if key[0] in slices]
    around = [_around(key, direction, slices[key[0]]) for key in on_screen]
    shown = {key[0] for key in on_screen}
    behind = [
        [(image_id, count // 2), *_around((image_id, count // 2), 0, count)]
        for image_id, count in slices.items()
        if image_id not in shown
    ]
    # Made at every step of the reader: as the keys of a dict in a third of the time.
    return dict.fromkeys(chain(on_screen, _in_turn(around), _in_turn(behind))).keys()


def later_order(
    exams: Sequence[Mapping[str, int]], slices: Mapping[str, int]
) -> Iterator[FrameKey]:
    """Yield every frame of exams that may hang next, the most wanted first.

    exams: for each exam the slice that every image will show when it hangs, those on screen first;
    these frames come first, from all exams in turn. slices: how many slices each image has.
    """
    yield from _in_turn([list(exam.items()) for exam in exams])
    for exam in exams:
        yield from _in_turn([_around(key, 0, slices[key[0]]) for key in exam.items()])


def _around(key: FrameKey, direction: int, slices: int) -> list[FrameKey]:
    image_id, start = key
    return [(image_id, index) for index in _outwards(start, direction, slices)]


@lru_cache(maxsize=512)
def _outwards(start: int, direction: int, slices: int) -> tuple[int, ...]:
    """The other slices of an image, those near `start` first."""
    order: list[int] = []
    up = list(range(start + 1, slices))
    down = list(range(start - 1, -1, -1))
    first, second = (down, up) if direction < 0 else (up, down)
    step = AHEAD if direction else 1
    while first or second:
        order += (*first[:step], *second[:1])
        first, second = first[step:], second[1:]
    return tuple(order)


def _in_turn(sequences: Sequence[Sequence[FrameKey]]) -> Iterable[FrameKey]:
    return [key for keys in zip_longest(*sequences) for key in keys if key is not None]
