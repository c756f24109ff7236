"""Commands on places: linked framing, quadrants, a picked point and where else it is."""

from __future__ import annotations

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import without_image
from viewer.session.framing import linked_framing_toggled
from viewer.session.picking import volume_of_pick


def _without_breast(context: Context) -> str | None:
    image = context.state.active_image
    if image is not None and (image.ct is not None or image.view.laterality is None):
        return "quadrants are those of a breast whose side is known"
    return without_image(context)


def _without_volume(context: Context) -> str | None:
    if context.state.picked is None:
        return "pick a point first"
    if volume_of_pick(context.state) is None:
        return "this view has no tomosynthesis"
    return None


PLACE_COMMANDS = (
    Command(
        id="image.link_framing",
        title="Link zoom and pan",
        help="Zoom and pan all panes of one projection, right and left mirrored.",
        group=Group.IMAGE,
        keys=("Shift+P",),
        checked=lambda state: state.options.linked_framing,
        run=transition(linked_framing_toggled),
    ),
    Command(
        id="image.quadrant",
        title="Next quadrant",
        help="Show a quarter of the breast enlarged, then the next; after the fourth, all of it.",
        group=Group.IMAGE,
        keys=("Alt+Q",),
        why_not=_without_breast,
        run=lambda context: context.desk.next_quadrant(),
    ),
    Command(
        id="image.quadrant_back",
        title="Previous quadrant",
        help="Show the quarter before this one.",
        group=Group.IMAGE,
        keys=("Shift+Q",),
        why_not=_without_breast,
        run=lambda context: context.desk.previous_quadrant(),
    ),
    Command(
        id="image.pick",
        title="Pick point",
        help="Pick the point under the pointer: its arc shows in the other view; again: none.",
        group=Group.IMAGE,
        keys=("Shift+X",),
        why_not=without_image,
        checked=lambda state: state.picked is not None,
        run=lambda context: context.desk.pick_point(),
    ),
    Command(
        id="image.same_spot",
        title="Same spot in the volume",
        help="Show the DBT slice where the picked point stands out most; again: the next best.",
        group=Group.IMAGE,
        keys=("Alt+S",),
        why_not=_without_volume,
        run=lambda context: context.desk.offer_same_spot(),
    ),
)
