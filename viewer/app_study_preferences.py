"""What a study's window takes from the reader's own settings and keys; it never writes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from viewer.settings import Settings
from viewer.storage.key_file import read_keys
from viewer.storage.places import Places
from viewer.storage.settings_file import read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPreferences:
    """Settings and own keys, and what was wrong with their files."""

    settings: Settings
    keys: Mapping[str, tuple[str, ...]]
    complaints: tuple[str, ...]

    def keys_of(self, command_ids: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """The own keys of commands that the window has."""
        return {i: keys for i, keys in self.keys.items() if i in command_ids}


def study_preferences(where: Places) -> StudyPreferences:
    """Read them; damaged files are set aside and named."""
    stored, keys = read_settings(where.settings_file), read_keys(where.keys_file)
    return StudyPreferences(
        settings=stored.settings,
        keys=keys.keys,
        complaints=(*stored.complaints, *keys.complaints),
    )
