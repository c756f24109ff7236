"""What a weights file is: the TOML card beside it, and what is known of the published files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from inference.architecture import Architecture
from inference.atomic_file import write_atomically
from inference.card_key import CardKey
from inference.errors import WeightsError

LARGEST_CARD_BYTES = 1 << 20
LARGEST_INPUT = 20_000


class SaliencyKind(Enum):
    """What turns a cell's evidence into 0..1; named here too, so that cards need no torch."""

    RELU_TANH = "relu_tanh"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a reader must know of a model, and what its weights do not tell."""

    architecture: Architecture
    name: str
    version: str
    training_data: str
    intended_use: str
    licence: str
    top_t: float | None = None
    """GMIC: cells averaged for the global score, in units of one slice's cell count."""
    patches: int | None = None
    """GMIC: how many regions are looked at closely."""
    images: tuple[str, ...] = ()
    """Kinds of image it was trained on ("FFDM", "Synthetic 2D", "DBT"); empty: all it takes."""
    input_rows: int | None = None
    """None: as published for the architecture."""
    input_columns: int | None = None
    saliency: SaliencyKind | None = None
    """GMIC: None is sigmoid with a fusion layer, relu(tanh) without, as published."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the other keys of its architecture's spec say."""
    further: Mapping[str, Any] = field(default_factory=dict)
    """Free entries, such as a table of measures."""


_TEXTS = ("name", "version", "training_data", "intended_use", "licence")
_REQUIRED = ("architecture", *_TEXTS)
_OPTIONAL = ("images", "input_rows", "input_columns")
_GMIC_FIELDS = ("top_t", "patches", "saliency")
"""Keys of architectures that are fields of ModelCard."""


def minimal_card(architecture: Architecture = Architecture.GMIC3D) -> str:
    """The least that a card of an architecture holds, to copy and fill in."""
    import tomli_w

    others = [f'"{other.value}"' for other in Architecture if other is not architecture]
    lines = [f'architecture = "{architecture.value}"   # or {", ".join(others)}']
    spec = architecture.spec
    for key in spec.needs:
        entry = tomli_w.dumps({key: spec.card_keys[key].example}).rstrip()
        comment = spec.card_keys[key].comment
        lines.append(f"{entry}   # {comment}" if comment else entry)
    lines += [f'{key} = "..."' for key in _TEXTS]
    return "\n".join(lines) + "\n"


def card_path(weights: Path) -> Path:
    """The card that belongs to a weights file: the same name, ending .toml."""
    return weights.with_suffix(".toml")


def read_card(path: Path) -> ModelCard:
    """Read and check a card. Raises WeightsError naming the key that is missing or wrong."""
    try:
        if path.stat().st_size > LARGEST_CARD_BYTES:
            raise WeightsError(f"{path.name} is too large to be a model card.")
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WeightsError(f"{path.name} is not a model card in TOML: {error}.") from error
    return _Checker(path.name, entries).card()


def write_card(path: Path, card: ModelCard) -> None:
    """Write a card that read_card gives back unchanged."""
    # Here, so that weights can be read and networks trained where it is not installed.
    import tomli_w

    write_atomically(path, tomli_w.dumps(_entries(card)).encode())


def _entries(card: ModelCard) -> dict[str, Any]:
    entries: dict[str, Any] = {"architecture": card.architecture.value}
    entries |= {key: getattr(card, key) for key in _TEXTS}
    optional: dict[str, Any] = {
        "top_t": card.top_t,
        "patches": card.patches,
        "images": list(card.images) or None,
        "input_rows": card.input_rows,
        "input_columns": card.input_columns,
        "saliency": None if card.saliency is None else card.saliency.value,
    }
    entries |= {key: value for key, value in optional.items() if value is not None}
    return entries | dict(card.settings) | dict(card.further)


@dataclass(frozen=True, slots=True)
class _Checker:
    """Takes a card's entries out of a TOML table, one kind a method."""

    file_name: str
    entries: Mapping[str, Any]

    def card(self) -> ModelCard:
        self._require("architecture", Architecture.GMIC3D)
        architecture = Architecture(self._one_of("architecture", Architecture))
        spec = architecture.spec
        for key in (*spec.needs, *_REQUIRED):
            self._require(key, architecture)
        own = {key: self._own(key, rule) for key, rule in spec.card_keys.items() if self._has(key)}
        known = (*_REQUIRED, *_OPTIONAL, *own)
        return ModelCard(
            architecture=architecture,
            images=self._texts("images"),
            **{key: self._text(key) for key in _TEXTS},
            input_rows=self._optional_count("input_rows", LARGEST_INPUT),
            input_columns=self._optional_count("input_columns", LARGEST_INPUT),
            top_t=float(own["top_t"]) if "top_t" in own else None,
            patches=own.get("patches"),
            saliency=SaliencyKind(own["saliency"]) if "saliency" in own else None,
            settings={key: value for key, value in own.items() if key not in _GMIC_FIELDS},
            further={key: value for key, value in self.entries.items() if key not in known},
        )

    def _has(self, key: str) -> bool:
        return key in self.entries

    def _require(self, key: str, architecture: Architecture) -> None:
        if not self._has(key):
            raise WeightsError(
                f'{self.file_name} lacks the key "{key}"; a model card holds at least:\n'
                f"{minimal_card(architecture)}"
            )

    def _own(self, key: str, rule: CardKey) -> Any:
        """The value of one of the architecture's own keys."""
        if not rule.accepts(self.entries[key]):
            raise self._wrong(key, rule.wanted)
        return self.entries[key]

    def _wrong(self, key: str, wanted: str) -> WeightsError:
        return WeightsError(
            f'{self.file_name}: "{key}" must be {wanted}, found {self.entries[key]!r}.'
        )

    def _one_of(self, key: str, choices: type[Enum]) -> str:
        value = self.entries[key]
        names = [choice.value for choice in choices]
        if value not in names:
            raise self._wrong(key, " or ".join(f'"{name}"' for name in names))
        return str(value)

    def _count(self, key: str, largest: int) -> int:
        value = self.entries[key]
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= largest:
            raise self._wrong(key, f"a whole number from 1 to {largest}")
        return value

    def _optional_count(self, key: str, largest: int) -> int | None:
        return self._count(key, largest) if self._has(key) else None

    def _texts(self, key: str) -> tuple[str, ...]:
        values = self.entries.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self._wrong(key, 'a list of texts such as ["FFDM"]')
        return tuple(values)

    def _text(self, key: str) -> str:
        value = self.entries[key]
        if not isinstance(value, str):
            raise self._wrong(key, "a text")
        return value


_PUBLISHED_NAME = re.compile(r"sample_model_([1-5])")


def published_card(weights: Path, architecture: Architecture) -> ModelCard:
    """The card of a published member, from its file name.

    Raises WeightsError, with the card to write, if the name has no member number.
    """
    match = _PUBLISHED_NAME.fullmatch(weights.stem)
    if match is None:
        raise WeightsError(
            f"{weights.name} has no model card, and its name is none of the published "
            f"sample_model_1.p to sample_model_5.p. Write {card_path(weights).name} beside it:\n"
            f"{minimal_card(architecture)}"
        )
    member = int(match[1])
    family = architecture.spec.published
    assert family is not None, "only these architectures were published with such names"
    return ModelCard(
        architecture=architecture,
        top_t=family.top_t[member - 1],
        patches=family.patches[member - 1],
        name=f"{family.title} published",
        version=f"member {member}",
        training_data=family.training_data,
        intended_use="Research; not for clinical use",
        licence=family.licence,
    )
