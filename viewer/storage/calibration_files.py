"""Calibrations of displays: one TOML file a display, beside the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viewer.domain.display_function import Calibration, LuminanceStep
from viewer.storage.toml_file import read_toml, set_aside, write_toml

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCalibrations:
    """What a folder holds, and what was wrong with it."""

    calibrations: tuple[Calibration, ...] = ()
    complaints: tuple[str, ...] = ()
    """Sentences for the user; a damaged file was set aside and named."""


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
            found.append(_calibration(file.entries))
        except (KeyError, TypeError, ValueError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            complaints.append(set_aside(path, reason))
    return FoundCalibrations(calibrations=tuple(found), complaints=tuple(complaints))


def write_calibration(folder: Path, calibration: Calibration) -> Path:
    """Write a display's file in place of an earlier one; raises NotKept."""
    path = folder / f"{_file_name(calibration)}.toml"
    write_toml(
        path,
        {
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
    return Calibration(
        display=_text(entries["display"]),
        serial=_text(entries.get("serial", "")),
        measured=_text(entries.get("measured", "")),
        ambient=_number(entries.get("ambient", 0.0)),
        steps=tuple(_step(item) for item in entries["steps"]),
    )


def _step(item: Mapping[str, Any]) -> LuminanceStep:
    level = item["level"]
    if not isinstance(level, int) or isinstance(level, bool):
        raise TypeError(f"a level must be a whole number, got {level!r}")
    return LuminanceStep(level=level, luminance=_number(item["luminance"]))


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
