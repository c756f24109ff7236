"""Settings as a TOML file; each wrong entry is named and its default serves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from viewer.domain.gestures import DragAction, Gestures, WheelAction
from viewer.domain.model_use import ModelUse
from viewer.domain.overlay_settings import LayerStyle, OverlaySettings, Palette
from viewer.domain.screen_pitch import LARGEST_WIDTH_MM, SMALLEST_WIDTH_MM
from viewer.settings import (
    LARGEST_BUDGET_MB,
    MOST_AUGMENTATIONS,
    SMALLEST_BUDGET_MB,
    TEXT_STEPS_PERCENT,
    DeviceChoice,
    Settings,
)
from viewer.storage.toml_file import can_be_path, read_toml, write_toml

ValueT = TypeVar("ValueT")

AUTOMATIC = 0
"""A limit that the program chooses, in the file: TOML has no empty value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSettings:
    """Settings as read, and what was wrong with the file."""

    settings: Settings
    complaints: tuple[str, ...] = ()


def read_settings(path: Path) -> StoredSettings:
    """Read the settings; what is absent or wrong is as by default and named."""
    file = read_toml(path)
    if file.complaint is not None:
        return StoredSettings(settings=Settings(), complaints=(file.complaint,))
    entries = _Entries(path.name, file.entries)
    plain = Settings()
    settings = Settings(
        ai_on_open=entries.take("ai_on_open", _yes_or_no, plain.ai_on_open),
        weights=entries.take("weights", _paths, plain.weights),
        serving=_serving(entries.table("serving")),
        device=entries.take("device", DeviceChoice, plain.device),
        augmentations=entries.take("augmentations", _augmentations, plain.augmentations),
        deidentified=entries.take("deidentified", _yes_or_no, plain.deidentified),
        frames_mb=entries.take("frames_mb", _budget_or_automatic, plain.frames_mb),
        frame_cache=entries.take("frame_cache", _yes_or_no, plain.frame_cache),
        frame_cache_mb=entries.take("frame_cache_mb", _budget_or_automatic, plain.frame_cache_mb),
        predictions_mb=entries.take("predictions_mb", _budget, plain.predictions_mb),
        hanging=entries.take("hanging", _name, plain.hanging),
        overlay=_overlay(entries.table("overlay")),
        text_percent=entries.take("text_percent", _text_percent, plain.text_percent),
        gestures=_gestures(entries.table("mouse")),
        screen_widths_mm=_screen_widths(entries.table("screen_widths_mm")),
    )
    entries.name_others()
    return StoredSettings(settings=settings, complaints=tuple(entries.complaints))


def write_settings(path: Path, settings: Settings) -> None:
    """Write the settings; raises NotKept."""
    overlay = settings.overlay
    write_toml(
        path,
        {
            "ai_on_open": settings.ai_on_open,
            "weights": _names(settings.weights),
            "device": settings.device.value,
            "augmentations": settings.augmentations,
            "deidentified": settings.deidentified,
            "frames_mb": settings.frames_mb or AUTOMATIC,
            "frame_cache": settings.frame_cache,
            "frame_cache_mb": settings.frame_cache_mb or AUTOMATIC,
            "predictions_mb": settings.predictions_mb,
            "text_percent": settings.text_percent,
            "hanging": settings.hanging,
            "screen_widths_mm": dict(settings.screen_widths_mm),
            "serving": {use.value: _names(paths) for use, paths in settings.serving.items()},
            "mouse": {
                "right_drag": settings.gestures.right_drag.value,
                "middle_drag": settings.gestures.middle_drag.value,
                "wheel": settings.gestures.wheel.value,
            },
            "overlay": {
                "palette": overlay.palette.value,
                "smooth": overlay.smooth,
                "boxes": overlay.boxes,
                "patterns": overlay.patterns,
                "benign": _layer_entries(overlay.benign),
                "malignant": _layer_entries(overlay.malignant),
            },
        },
    )


def forget_weights(path: Path, gone: Iterable[Path]) -> bool:
    """Drop weights from the kept settings; whether they were there. Raises NotKept."""
    stored = read_settings(path)
    changed = without_weights(stored.settings, gone)
    if changed == stored.settings:
        return False
    write_settings(path, changed)
    return True


def without_weights(settings: Settings, gone: Iterable[Path]) -> Settings:
    """Settings that do not use these files; a use that loses all of its own is as by default."""
    lost = frozenset(gone)
    serving = {
        use: tuple(path for path in paths if path not in lost)
        for use, paths in settings.serving.items()
    }
    return replace(
        settings,
        weights=tuple(path for path in settings.weights if path not in lost),
        serving={use: kept for use, kept in serving.items() if kept or not settings.serving[use]},
    )


@dataclass(slots=True)
class _Entries:
    """Takes entries out of a table; a wrong one becomes a complaint."""

    file_name: str
    entries: Mapping[str, Any]
    complaints: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def take(self, key: str, read: Callable[[Any], ValueT], default: ValueT) -> ValueT:
        self.known.add(key)
        if key not in self.entries:
            return default
        try:
            return read(self.entries[key])
        except (ValueError, TypeError):
            self.complaints.append(
                f'{self.file_name}: "{key}" cannot be {self.entries[key]!r:.60}; the default serves'
            )
            return default

    def name_others(self) -> None:
        """Complain of entries that nobody took: misspelt, or of another version."""
        for key in self.entries:
            if key not in self.known:
                self.complaints.append(f'{self.file_name}: nothing is called "{key:.40}"')

    def table(self, key: str) -> _Entries:
        self.known.add(key)
        table = self.entries.get(key, {})
        if not isinstance(table, dict):
            self.complaints.append(f'{self.file_name}: "{key}" must be a table')
            table = {}
        return _Entries(self.file_name, table, self.complaints)


def _serving(entries: _Entries) -> dict[ModelUse, tuple[Path, ...]]:
    """The own choices; a use that this version does not know is named and left out."""
    chosen: dict[ModelUse, tuple[Path, ...]] = {}
    for name in entries.entries:
        use = next((use for use in ModelUse if use.value == name), None)
        if use is None:
            entries.complaints.append(f'{entries.file_name}: nothing is called "{name:.40}"')
            continue
        paths = entries.take(name, _paths, None)
        if paths is not None:
            chosen[use] = paths
    return chosen


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise ValueError(value)
    return value


def _screen_widths(entries: _Entries) -> dict[str, float]:
    found = {name: entries.take(name, _screen_width, None) for name in entries.entries}
    return {name: width for name, width in found.items() if width is not None}


def _screen_width(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    if not SMALLEST_WIDTH_MM <= value <= LARGEST_WIDTH_MM:
        raise ValueError(value)
    return float(value)


def _names(paths: Iterable[Path]) -> list[str]:
    return [str(path) for path in paths]


def _overlay(entries: _Entries) -> OverlaySettings:
    plain = OverlaySettings()
    overlay = replace(
        plain,
        palette=entries.take("palette", Palette, plain.palette),
        smooth=entries.take("smooth", _yes_or_no, plain.smooth),
        boxes=entries.take("boxes", _yes_or_no, plain.boxes),
        patterns=entries.take("patterns", _yes_or_no, plain.patterns),
        benign=_layer(entries.table("benign")),
        malignant=_layer(entries.table("malignant")),
    )
    entries.name_others()
    return overlay


def _gestures(entries: _Entries) -> Gestures:
    plain = Gestures()
    gestures = Gestures(
        right_drag=entries.take("right_drag", DragAction, plain.right_drag),
        middle_drag=entries.take("middle_drag", DragAction, plain.middle_drag),
        wheel=entries.take("wheel", WheelAction, plain.wheel),
    )
    entries.name_others()
    return gestures


def _layer(entries: _Entries) -> LayerStyle:
    plain = LayerStyle()
    style = LayerStyle(
        visible=entries.take("visible", _yes_or_no, plain.visible),
        opacity=entries.take("opacity", _share, plain.opacity),
        threshold=entries.take("threshold", _share, plain.threshold),
    )
    entries.name_others()
    return style


def _layer_entries(style: LayerStyle) -> dict[str, Any]:
    return {
        "visible": style.visible,
        "opacity": style.opacity,
        "threshold": style.threshold,
    }


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(value)
    return float(value)


def _budget(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    if not SMALLEST_BUDGET_MB <= value <= LARGEST_BUDGET_MB:
        raise ValueError(value)
    return value


def _augmentations(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    if not 0 <= value <= MOST_AUGMENTATIONS:
        raise ValueError(value)
    return value


def _text_percent(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    if not TEXT_STEPS_PERCENT[0] <= value <= TEXT_STEPS_PERCENT[-1]:
        raise ValueError(value)
    return value


def _budget_or_automatic(value: Any) -> int | None:
    return None if value == AUTOMATIC and not isinstance(value, bool) else _budget(value)


def _paths(value: Any) -> tuple[Path, ...]:
    if not isinstance(value, list) or not all(map(can_be_path, value)):
        raise TypeError(value)
    return tuple(Path(path) for path in value)
