"""Calibrations of displays: one TOML file a display, beside the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viewer.domain.display_function import Calibration, LuminanceStep
from viewer.storage.file_version import KEY, is_newer, lies_newer, newer_file
from viewer.storage.toml_file import read_toml, set_aside, write_toml

VERSION = 1
"""Of the files' layout; later layouts have higher ones."""
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCalibrations:
    """What a folder holds, and what was wrong with it."""

    calibrations: tuple[Calibration, ...] = ()
    complaints: tuple[str, ...] = ()
    """Sentences for the user; a damaged file was set aside, a newer program's was left."""


def read_calibrations(folder: Path) -> FoundCalibrations:
    """Read every calibration of a folder; it may not exist."""
    found: list[Calibration] = []
    complaints: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        file = read_toml(path)
        if file.complaint is not None:
            complaints.append(file.complaint)
            continue
        try:
            if is_newer(file.entries, VERSION):
                complaints.append(newer_file(path))
                continue
            found.append(_calibration(file.entries))
        except (KeyError, TypeError, ValueError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            complaints.append(set_aside(path, reason))
    return FoundCalibrations(calibrations=tuple(found), complaints=tuple(complaints))


def write_calibration(folder: Path, calibration: Calibration) -> Path:
    """Write a display's file in place of an earlier one, other than a newer program's.

    Raises NotKept.
    """
    name = _file_name(calibration)
    path, number = folder / f"{name}.toml", 2
    while lies_newer(path, VERSION):
        path, number = folder / f"{name}.{number}.toml", number + 1
    write_toml(
        path,
        {
            KEY: VERSION,
            "display": calibration.display,
            "serial": calibration.serial,
            "measured": calibration.measured,
            "ambient": calibration.ambient,
            "steps": [
                {"level": step.level, "luminance": step.luminance} for step in calibration.steps
            ],
        },
    )
    return path


def _calibration(entries: Mapping[str, Any]) -> Calibration:
    _only(entries, {KEY, "display", "serial", "measured", "ambient", "steps"})
    return Calibration(
        display=_text(entries["display"]),
        serial=_text(entries.get("serial", "")),
        measured=_text(entries.get("measured", "")),
        ambient=_number(entries.get("ambient", 0.0)),
        steps=tuple(_step(item) for item in entries["steps"]),
    )


def _step(item: Mapping[str, Any]) -> LuminanceStep:
    _only(item, {"level", "luminance"})
    level = item["level"]
    if not isinstance(level, int) or isinstance(level, bool):
        raise TypeError(f"a level must be a whole number, got {level!r}")
    return LuminanceStep(level=level, luminance=_number(item["luminance"]))


def _only(entries: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(entries) - known)
    if unknown:
        raise ValueError(f'nothing is called "{unknown[0]:.40}"')


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"words were expected, got {value!r}")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"a number was expected, got {value!r}")
    return float(value)


def _file_name(calibration: Calibration) -> str:
    """Letters, digits and dashes of the display's name and serial number."""
    words = f"{calibration.display} {calibration.serial}".lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:_LONGEST_NAME] or "display"
