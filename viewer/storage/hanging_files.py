"""Hanging protocols as TOML files: the shipped ones, and the user's own beside the settings."""

from __future__ import annotations

import itertools
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.hanging_protocol import (
    HangingProtocol,
    Origin,
    Place,
    PlaceFraming,
    Rows,
    Stage,
)
from viewer.domain.view import ImageKind
from viewer.storage.file_version import KEY, is_newer, lies_newer, newer_file
from viewer.storage.toml_file import read_toml, set_aside, write_toml

SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "hangings"
VERSION = 1
"""Of the files' layout; later layouts have higher ones."""
MOST_STAGES = 64
MOST_FILES = 200
_FREE = "free"
_FIRST = "screening"
"""What most readers begin with is offered first."""


class NotAHanging(ValueError):
    """A file does not describe a hanging protocol; the message names the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHangings:
    """Every protocol there is, shipped ones first, and what was wrong with files."""

    protocols: tuple[HangingProtocol, ...]
    complaints: tuple[str, ...] = ()


def read_hangings(own_folder: Path, shipped_folder: Path = SHIPPED_FOLDER) -> StoredHangings:
    """Read all protocols; a user's own serves instead of a shipped one of the same file name.

    A damaged file of the user is set aside and named, one of a newer program is left and named,
    and the others serve.
    """
    found: dict[str, HangingProtocol] = {}
    for path in sorted(_files_in(shipped_folder), key=lambda path: path.stem != _FIRST):
        found[path.stem] = protocol_of(path.stem, _shipped(path))
    complaints = []
    for path in _files_in(own_folder):
        file = read_toml(path)
        if file.complaint is not None:
            complaints.append(file.complaint)
            continue
        try:
            if is_newer(file.entries, VERSION):
                complaints.append(newer_file(path))
                continue
            found[path.stem] = replace(protocol_of(path.stem, file.entries), shipped=False)
        except ValueError as error:
            complaints.append(set_aside(path, str(error)))
    return StoredHangings(protocols=tuple(found.values()), complaints=tuple(complaints))


def _shipped(path: Path) -> dict[str, Any]:
    """Read a file that came with the program, which nothing ever moves."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def write_hanging(own_folder: Path, protocol: HangingProtocol) -> str:
    """Write a user's protocol, and give its id: another one where a newer program's file lies.

    Raises NotKept.
    """
    place = own_folder / f"{protocol.protocol_id}.toml"
    if lies_newer(place, VERSION):
        places = (own_folder / f"{protocol.protocol_id}.{n}.toml" for n in itertools.count(2))
        place = next(path for path in places if not os.path.lexists(path))
    write_toml(place, {KEY: VERSION, **entries_of(protocol)})
    return place.stem


def delete_hanging(own_folder: Path, protocol_id: str) -> None:
    """Delete a user's protocol, if it is there; raises OSError when the folder forbids it."""
    (own_folder / f"{protocol_id}.toml").unlink(missing_ok=True)


def file_name_for(title: str) -> str:
    """What the file of a protocol with this title is called, without suffix."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:60].strip("-") or "hanging"


def protocol_of(protocol_id: str, entries: Mapping[str, Any]) -> HangingProtocol:
    """Make a protocol of a file's entries; raises NotAHanging."""
    _only(entries, {KEY, "title", "help", "stages"}, "the file")
    stages = entries.get("stages")
    if not isinstance(stages, list) or not 1 <= len(stages) <= MOST_STAGES:
        raise NotAHanging(f"it needs 1 to {MOST_STAGES} [[stages]]")
    return HangingProtocol(
        protocol_id=protocol_id,
        title=_text(entries.get("title"), "the title"),
        help=_text(entries.get("help", ""), "the help", may_be_empty=True),
        stages=tuple(_stage(stage, number) for number, stage in enumerate(stages, start=1)),
    )


def entries_of(protocol: HangingProtocol) -> dict[str, Any]:
    """The entries that protocol_of reads back as this protocol."""
    return {
        "title": protocol.title,
        "help": protocol.help,
        "stages": [_stage_entries(stage) for stage in protocol.stages],
    }


def _stage(entries: Any, number: int) -> Stage:
    where = f"stage {number}"
    if not isinstance(entries, dict):
        raise NotAHanging(f"{where} must be a table")
    _only(entries, {"title", "rows", "screens"}, where)
    if ("rows" in entries) == ("screens" in entries):
        raise NotAHanging(f'{where} needs either "rows" or "screens"')
    screens = entries["screens"] if "screens" in entries else [entries["rows"]]
    try:
        return Stage(
            title=_text(entries.get("title"), f"the title of {where}"),
            screens=tuple(_rows(rows, where) for rows in _list(screens, where)),
        )
    except NotAHanging:
        raise
    except ValueError as error:
        raise NotAHanging(f"{where}: {error}") from error


def _rows(rows: Any, where: str) -> Rows:
    return tuple(
        tuple(_place(place, where) for place in _list(row, where)) for row in _list(rows, where)
    )


def _place(entry: Any, where: str) -> Place:
    """A place is the name of its view, or a table with what else is asked of it."""
    entries = {"view": entry} if isinstance(entry, str) else entry
    if not isinstance(entries, dict):
        raise NotAHanging(f"{where}: a place is a view such as RCC, or a table, not {entry!r:.40}")
    _only(entries, {"view", "study", "kinds", "framing"}, where)
    kinds = entries.get("kinds", [])
    return Place(
        view=_view(entries.get("view"), where),
        origin=_member(Origin, entries.get("study", "current"), where),
        kinds=tuple(_member(ImageKind, kind, where) for kind in _list(kinds, where)),
        framing=_member(PlaceFraming, entries.get("framing", "fit"), where),
    )


def _view(name: Any, where: str) -> Slot | None:
    if name == _FREE:
        return None
    for slot in STANDARD_SLOTS:
        if slot.value == name:
            return slot
    offer = ", ".join([slot.value for slot in STANDARD_SLOTS] + [_FREE])
    raise NotAHanging(f"{where}: there is no view {name!r:.40}; one of {offer}")


def _member(kind: Any, value: Any, where: str) -> Any:
    try:
        return kind(value)
    except ValueError as error:
        offer = ", ".join(str(member.value) for member in kind)
        raise NotAHanging(f"{where}: {value!r:.40} is none of {offer}") from error


def _stage_entries(stage: Stage) -> dict[str, Any]:
    screens = [[[_entry(place) for place in row] for row in rows] for rows in stage.screens]
    laid = {"rows": screens[0]} if len(screens) == 1 else {"screens": screens}
    return {"title": stage.title, **laid}


def _entry(place: Place) -> Any:
    view = _FREE if place.view is None else place.view.value
    entries: dict[str, Any] = {"view": view}
    if place.origin is not Origin.CURRENT:
        entries["study"] = place.origin.value
    if place.kinds:
        entries["kinds"] = [kind.value for kind in place.kinds]
    if place.framing is not PlaceFraming.FIT:
        entries["framing"] = place.framing.value
    return view if len(entries) == 1 else entries


def _text(value: Any, what: str, *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str) or not (value.strip() or may_be_empty) or len(value) > 200:
        raise NotAHanging(f"{what} must be a text of 1 to 200 characters")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise NotAHanging(f"{where}: {value!r:.40} must be a list")
    return value


def _only(entries: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(entries) - known)
    if unknown:
        raise NotAHanging(f'{where}: nothing is called "{unknown[0]:.40}"')


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml")[:MOST_FILES]
    except OSError:
        return []
