"""Where the windows stood on the screens, as a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viewer.storage.toml_file import read_toml, write_toml

FARTHEST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPlace:
    """A window's frame in logical pixels of the whole desktop, and how it was shown."""

    left: int
    top: int
    width: int
    height: int
    screen_name: str = ""
    """What the system calls the display; a window comes back only where it is connected."""
    maximised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWindows:
    """Places by window number (0 is the main one), and what was wrong with the file."""

    windows: Mapping[int, WindowPlace]
    complaints: tuple[str, ...] = ()


def read_windows(path: Path) -> StoredWindows:
    """Read the places; a damaged file is set aside, a wrong entry left out and named."""
    file = read_toml(path)
    complaints = [file.complaint] if file.complaint is not None else []
    windows: dict[int, WindowPlace] = {}
    for name, entries in file.entries.items():
        try:
            windows[int(name.removeprefix("window_"))] = _place(entries)
        except (TypeError, ValueError, KeyError):
            complaints.append(f'{path.name}: "{name:.40}" is no place of a window; it is left out')
    return StoredWindows(windows=windows, complaints=tuple(complaints))


def write_windows(path: Path, windows: Mapping[int, WindowPlace]) -> None:
    """Write the places; raises NotKept."""
    write_toml(
        path,
        {
            f"window_{number}": {
                "left": place.left,
                "top": place.top,
                "width": place.width,
                "height": place.height,
                "screen": place.screen_name,
                "maximised": place.maximised,
            }
            for number, place in windows.items()
        },
    )


def _place(entries: Any) -> WindowPlace:
    numbers = [entries[key] for key in ("left", "top", "width", "height")]
    if not all(type(number) is int and abs(number) <= FARTHEST for number in numbers):
        raise ValueError(entries)
    left, top, width, height = numbers
    if width < 1 or height < 1:
        raise ValueError(entries)
    return WindowPlace(
        left=left,
        top=top,
        width=width,
        height=height,
        screen_name=str(entries.get("screen", "")),
        maximised=entries.get("maximised") is True,
    )
