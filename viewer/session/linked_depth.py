"""Which slice of another volume lies as deep as a slice of this one."""

from __future__ import annotations

from viewer.domain.image_stack import ImageStack
from viewer.domain.slice_depth import (
    relative_depth,
    slice_at_depth,
    slice_at_relative_depth,
    slice_depth,
)


def linked_slice(leader: ImageStack, slice_index: int, follower: ImageStack) -> int | None:
    """The slice of `follower` to show beside a slice of `leader`; None when it is not to follow.

    By millimetres between volumes of one projection where both distances between slices are known
    and depths count from the same side; a follower that is thinner stays at its end. Else by
    relative depth, 0 (first slice) to 1 (last). A mammogram and a CT series, CT series of
    different planes, and images of unknown view have no common depth and do not follow.
    """
    if follower.slices < 2 or leader.slices < 2 or not _match(leader, follower):
        return None
    depth, start = slice_depth(leader, slice_index), slice_depth(follower, 0)
    same_projection = leader.ct is not None or leader.view.position is follower.view.position
    if depth is None or start is None or depth.origin is not start.origin or not same_projection:
        return slice_at_relative_depth(follower, relative_depth(leader, slice_index))
    return slice_at_depth(follower, depth.mm)


def _match(leader: ImageStack, follower: ImageStack) -> bool:
    if leader.ct is not None or follower.ct is not None:
        both = leader.ct is not None and follower.ct is not None
        return both and leader.title == follower.title
    return leader.view.is_known and follower.view.is_known
