"""Where the program keeps its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path, user_config_path

HOME_VARIABLE = "TOMOLENS_HOME"
_APPLICATION = "tomolens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Folders; they may not exist yet."""

    config: Path
    cache: Path

    @property
    def settings_file(self) -> Path:
        """Settings in TOML."""
        return self.config / "settings.toml"

    @property
    def keys_file(self) -> Path:
        """The user's own keys in TOML."""
        return self.config / "keys.toml"

    @property
    def hangings(self) -> Path:
        """The user's own hanging protocols in TOML."""
        return self.config / "hangings"

    @property
    def windows_file(self) -> Path:
        """Where the windows stood on the screens."""
        return self.config / "windows.toml"

    @property
    def recent_file(self) -> Path:
        """The exams opened last; holds paths, so it is readable by the user only."""
        return self.config / "recent.toml"

    @property
    def reading_file(self) -> Path:
        """How far the reader is with each exam, by hash."""
        return self.config / "reading.toml"

    @property
    def models(self) -> Path:
        """The library of weights: beside the settings, since caches may be emptied."""
        return self.config / "models"

    @property
    def licences_file(self) -> Path:
        """The licences of weights that were accepted."""
        return self.config / "licences.toml"

    @property
    def marks(self) -> Path:
        """What readers drew on exams: a file for each exam, readable by the user only."""
        return self.config / "marks"

    @property
    def displays(self) -> Path:
        """Calibrations of displays, one file each."""
        return self.config / "displays"

    @property
    def predictions(self) -> Path:
        """Results of the AI."""
        return self.cache / "predictions"

    @property
    def frames(self) -> Path:
        """Decoded slices: patients' pixels, for the user's eyes only."""
        return self.cache / "frames"

    @property
    def demo(self) -> Path:
        """Phantom exams made for the demo."""
        return self.cache / "demo"

    @property
    def study_copies(self) -> Path:
        """Second copies of studies' journals: beside the settings, since caches may be emptied."""
        return self.config / "studies"


def places(environment: Mapping[str, str]) -> Places:
    """The user's folders, or those under TOMOLENS_HOME."""
    home = environment.get(HOME_VARIABLE)
    if home:
        return Places(config=Path(home) / "config", cache=Path(home) / "cache")
    return Places(
        config=user_config_path(_APPLICATION, appauthor=False),
        cache=user_cache_path(_APPLICATION, appauthor=False),
    )
