"""How an image was acquired, and its words for the corner of a pane."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Technique:
    """Technique factors as the header states them; None where it does not."""

    manufacturer: str | None = None
    model: str | None = None
    kvp: float | None = None
    exposure_mas: float | None = None
    anode: str | None = None
    """Target material."""
    filter_material: str | None = None
    force_n: float | None = None
    """Compression force."""
    thickness_mm: float | None = None
    """Of the compressed breast."""
    relative_exposure: float | None = None
    """Relative X-ray exposure, in the manufacturer's own unit."""
    entrance_dose_mgy: float | None = None
    organ_dose_mgy: float | None = None
    """Average glandular dose."""
    magnification: float | None = None
    """Estimated radiographic magnification factor."""
    positioner_angle: float | None = None
    """Primary angle in degrees."""
    detector_id: str | None = None
    """A serial number; with station and operator it tells where and by whom, so that the three
    are shown only with the patient's identity."""
    station: str | None = None
    operator: str | None = None


def technique_lines(technique: Technique, *, identity: bool) -> tuple[str, ...]:
    """What the header states, grouped in lines; one line says so when it states nothing.

    identity: whether detector, station and operator may be said.
    """
    lines = (
        _joined(
            _with_unit(technique.kvp, "kVp"),
            _with_unit(technique.exposure_mas, "mAs"),
            _materials(technique),
        ),
        _joined(
            _with_unit(technique.force_n, "N", "compression"),
            _with_unit(technique.thickness_mm, "mm", "thickness"),
        ),
        _joined(
            _with_unit(technique.entrance_dose_mgy, "mGy", "entrance"),
            _with_unit(technique.organ_dose_mgy, "mGy", "AGD"),
        ),
        _joined(
            _with_unit(technique.relative_exposure, "", "relative exposure"),
            _with_unit(technique.magnification, "", "magnification"),
        ),
        _with_unit(technique.positioner_angle, "°", "angle"),
        _joined(technique.manufacturer or "", technique.model or ""),
        *(_whereabouts(technique) if identity else ()),
    )
    said = tuple(line for line in lines if line)
    return said or ("no technique factors in the header",)


def _whereabouts(technique: Technique) -> tuple[str, ...]:
    named = {
        "detector": technique.detector_id,
        "station": technique.station,
        "operator": technique.operator,
    }
    return tuple(f"{name} {value}" for name, value in named.items() if value)


def _with_unit(value: float | None, unit: str, name: str = "") -> str:
    if value is None:
        return ""
    blank = "" if unit in ("", "°") else " "
    return f"{name} {value:.4g}{blank}{unit}".strip()


def _materials(technique: Technique) -> str:
    """Target and filter, such as W / Al."""
    anode, filtered = technique.anode, technique.filter_material
    if anode and filtered:
        return f"{_symbol(anode)} / {_symbol(filtered)}"
    if anode:
        return f"target {_symbol(anode)}"
    return f"filter {_symbol(filtered)}" if filtered else ""


def _symbol(material: str) -> str:
    return _SYMBOLS.get(material.upper(), material)


_SYMBOLS = {
    "TUNGSTEN": "W",
    "MOLYBDENUM": "Mo",
    "RHODIUM": "Rh",
    "ALUMINUM": "Al",
    "SILVER": "Ag",
    "COPPER": "Cu",
    "TITANIUM": "Ti",
}


def _joined(*parts: str) -> str:
    return "   ".join(part for part in parts if part)
