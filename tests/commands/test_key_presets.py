"""The shipped sets of keys are whole and without conflict, whatever commands there are."""

from __future__ import annotations

import pytest

from viewer.commands.command import Command, Group
from viewer.commands.key_bindings import bind, normalised
from viewer.commands.key_presets import completed, preset_in_use
from viewer.commands.table import COMMANDS
from viewer.storage.key_presets_file import KeyPreset, key_presets

PRESETS = key_presets()


def test_five_sets_are_offered_the_own_first() -> None:
    names = [preset.name for preset in PRESETS]
    assert names == ["Tomolens", "Keypad", "OHIF-like", "Weasis-like", "Slicer-like"]
    assert completed(COMMANDS, PRESETS[0].keys) == {}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_set_has_no_conflict_and_takes_no_command_its_last_key(preset: KeyPreset) -> None:
    bound = bind(COMMANDS, completed(COMMANDS, preset.keys))
    assert bound.complaints == ()
    lost = [command.id for command in COMMANDS if command.keys and not bound.keys_of[command.id]]
    assert lost == []
    for command_id, keys in preset.keys.items():
        assert bound.keys_of[command_id] == tuple(normalised(key) for key in keys)


def test_a_command_added_later_gets_another_key_where_a_set_took_its_own() -> None:
    def command(command_id: str, *keys: str) -> Command:
        return Command(
            id=command_id,
            title=command_id,
            help="Does it.",
            group=Group.IMAGE,
            run=lambda context: None,
            keys=keys,
        )

    commands = (command("a", "A"), command("b", "B"), command("c", "Alt+B"))
    whole = completed(commands, {"a": ("B",)})
    assert whole == {"a": ("B",), "b": ("Ctrl+Alt+B",)}
    assert bind(commands, whole).keys_of["c"] == ("Alt+B",)


def test_the_set_in_use_is_recognised_from_the_keys() -> None:
    presets = {preset.name: preset.keys for preset in PRESETS}
    slicer = completed(COMMANDS, presets["Slicer-like"])
    assert preset_in_use(COMMANDS, presets, slicer) == "Slicer-like"
    assert preset_in_use(COMMANDS, presets, {}) == "Tomolens"
    assert preset_in_use(COMMANDS, presets, {"image.invert": ("F9",)}) is None
