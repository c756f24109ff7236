"""Changes of a hanging protocol, one at a time: what an editor does, without the editor."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.hanging_protocol import (
    LARGEST_GRID,
    MOST_SCREENS,
    HangingProtocol,
    Place,
    Rows,
    Stage,
)

FREE = Place()
"""A place that is filled by hand."""


def place_changed(stage: Stage, screen: int, row: int, column: int, place: Place) -> Stage:
    """Ask for something else in one place."""
    rows = [list(each) for each in stage.screens[screen]]
    rows[row][column] = place
    return _with_rows(stage, screen, rows)


def row_added(stage: Stage, screen: int) -> Stage:
    """Add a row of free places below, as many as the row above; at most a full grid."""
    rows = [list(each) for each in stage.screens[screen]]
    if len(rows) >= LARGEST_GRID:
        return stage
    return _with_rows(stage, screen, [*rows, [FREE] * len(rows[-1])])


def row_removed(stage: Stage, screen: int) -> Stage:
    """Take the lowest row away; one always stays."""
    rows = [list(each) for each in stage.screens[screen]]
    return stage if len(rows) == 1 else _with_rows(stage, screen, rows[:-1])


def column_added(stage: Stage, screen: int) -> Stage:
    """Add a free place at the right of every row; at most a full grid."""
    rows = [list(each) for each in stage.screens[screen]]
    if max(len(row) for row in rows) >= LARGEST_GRID:
        return stage
    return _with_rows(stage, screen, [[*row, FREE] for row in rows])


def column_removed(stage: Stage, screen: int) -> Stage:
    """Take the place at the right of every row away; one always stays."""
    rows = [list(each) for each in stage.screens[screen]]
    if all(len(row) == 1 for row in rows):
        return stage
    return _with_rows(stage, screen, [row[:-1] if len(row) > 1 else row for row in rows])


def screen_added(stage: Stage) -> Stage:
    """Add a screen with one free place."""
    if len(stage.screens) >= MOST_SCREENS:
        return stage
    return replace(stage, screens=(*stage.screens, ((FREE,),)))


def screen_removed(stage: Stage) -> Stage:
    """Take the last screen away; one always stays."""
    return stage if len(stage.screens) == 1 else replace(stage, screens=stage.screens[:-1])


def stage_put(protocol: HangingProtocol, index: int, stage: Stage) -> HangingProtocol:
    """Replace one stage."""
    stages = list(protocol.stages)
    stages[index] = stage
    return replace(protocol, stages=tuple(stages))


def stage_inserted(protocol: HangingProtocol, index: int, stage: Stage) -> HangingProtocol:
    """Add a stage before the one at this index; at the end for one past the last."""
    stages = list(protocol.stages)
    stages.insert(index, stage)
    return replace(protocol, stages=tuple(stages))


def stage_deleted(protocol: HangingProtocol, index: int) -> HangingProtocol:
    """Take a stage away; one always stays."""
    if len(protocol.stages) == 1:
        return protocol
    return replace(protocol, stages=protocol.stages[:index] + protocol.stages[index + 1 :])


def stage_moved(protocol: HangingProtocol, index: int, by: int) -> HangingProtocol:
    """Move a stage up (-1) or down (1); at the ends nothing happens."""
    to = index + by
    if not 0 <= to < len(protocol.stages):
        return protocol
    stages = list(protocol.stages)
    stages.insert(to, stages.pop(index))
    return replace(protocol, stages=tuple(stages))


def _with_rows(stage: Stage, screen: int, rows: list[list[Place]]) -> Stage:
    screens: list[Rows] = list(stage.screens)
    screens[screen] = tuple(tuple(row) for row in rows)
    return replace(stage, screens=tuple(screens))
