"""How findings look in three dimensions: masses, spicules and calcifications as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from inference.training.fields import FloatArray
from inference.training.lesions import Lesion, LesionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftTissueShape:
    """How much of the tissue a mass replaces, around its centre.

    body, spicules: (depths, size, size), 0..1; depth step depth_mm, pixel step pixel_mm; the
    centre lies in the middle. halo: dark rim of a benign mass, same shape, or None.
    """

    body: FloatArray
    spicules: FloatArray
    halo: FloatArray | None
    depth_mm: float
    pixel_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calcification:
    """One calcium deposit relative to the finding's centre, lengths in millimetres."""

    row_mm: float
    column_mm: float
    depth_mm: float
    image: FloatArray
    """(size, size) at the image's pixels, peak about 1."""
    brightness: float


def soft_tissue_shape(
    generator: np.random.Generator, lesion: Lesion, *, pixel_mm: float, depth_mm: float
) -> SoftTissueShape:
    """Draw the three-dimensional shape of a mass or a distortion."""
    radius = lesion.size_mm / 2
    malignant = lesion.class_name == "malignant"
    reach = radius * (2.6 if malignant else 1.35) + 1.0
    half = int(np.ceil(reach / pixel_mm))
    half_depth = max(0, int(np.ceil(radius * 1.3 / depth_mm)))
    axis = np.arange(-half, half + 1) * pixel_mm
    depth = np.arange(-half_depth, half_depth + 1) * depth_mm
    distance, direction = _directions(axis, depth)
    border = radius * _border(generator, lesion.kind, direction)
    softness = {
        LesionKind.SPICULATED_MASS: 0.75,
        LesionKind.IRREGULAR_MASS: 0.8,
        LesionKind.DISTORTION: 2.0,
    }.get(lesion.kind, 0.28)
    body = 1 / (1 + np.exp(np.clip((distance - border) / softness, -30, 30)))
    spicules = np.zeros_like(body)
    if lesion.kind is LesionKind.DISTORTION:
        body *= 0.22
    if lesion.kind in (LesionKind.SPICULATED_MASS, LesionKind.DISTORTION):
        spicules = _spicules(generator, radius, body.shape, pixel_mm) * (1 - body)
    halo = None
    if not malignant and generator.uniform() < 0.4:
        halo = np.exp(-(((distance - border - 0.5) / 0.45) ** 2)).astype(np.float32)
    return SoftTissueShape(
        body=body.astype(np.float32),
        spicules=spicules.astype(np.float32),
        halo=halo,
        depth_mm=depth_mm,
        pixel_mm=pixel_mm,
    )


def _directions(axis: FloatArray, depth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return each voxel's distance from the centre and its unit vector (3, depths, size, size)."""
    offsets = np.stack(np.meshgrid(depth, axis, axis, indexing="ij")).astype(np.float32)
    distance = np.sqrt((offsets**2).sum(axis=0))
    return distance, offsets / np.maximum(distance, 1e-3)


def _border(generator: np.random.Generator, kind: LesionKind, direction: FloatArray) -> FloatArray:
    """Return the radius in each direction, about 1: few smooth lobes or many irregular ones."""
    turn = generator.uniform(0, np.pi)
    squeeze = 1 / generator.uniform(0.72, 1.0) ** 2 - 1
    across = direction[2] * np.sin(turn) + direction[1] * np.cos(turn)
    border = 1 / np.sqrt(1 + squeeze * across**2)
    waves, strength, fastest = {
        LesionKind.ROUND_MASS: (2, 0.03, 2.0),
        LesionKind.LOBULATED_MASS: (5, 0.08, 3.2),
        LesionKind.SPICULATED_MASS: (14, 0.05, 9.0),
    }.get(kind, (12, 0.085, 7.0))
    for _ in range(waves):
        axis = generator.normal(size=3)
        axis /= np.linalg.norm(axis)
        speed = generator.uniform(1.5, fastest)
        wave = speed * np.tensordot(axis, direction, axes=1) + generator.uniform(0, 2 * np.pi)
        border += strength * generator.uniform(0.6, 1.4) * np.cos(wave)
    return np.asarray(np.clip(border, 0.35, 1.7), dtype=np.float32)


def _spicules(
    generator: np.random.Generator, radius: float, shape: tuple[int, ...], pixel_mm: float
) -> FloatArray:
    """Draw 12 to 30 tapering, slightly bent lines that leave the centre, on planes around it."""
    zoom = 2
    size = shape[1] * zoom
    centre = (size - 1) / 2
    volume = np.zeros(shape, dtype=np.float32)
    canvases: dict[int, FloatArray] = {}
    count = int(generator.integers(12, 31))
    headings = np.linspace(0, 2 * np.pi, count, endpoint=False)
    headings += generator.normal(0, 0.16, count)
    for heading in headings:
        plane = int(
            np.clip(round(generator.normal(shape[0] // 2, shape[0] * 0.07)), 0, shape[0] - 1)
        )
        length = radius * generator.uniform(0.7, 1.5)
        along = np.linspace(0.45 * radius, radius + length, 24)
        bend = generator.normal(0, 0.16)
        angle = heading + bend * (along / along[-1]) ** 2
        points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * along[:, None]
        pixels = np.rint((points * zoom / pixel_mm + centre) * 16).astype(np.int32)
        thickness_mm = generator.uniform(0.45, 0.95)
        strength = generator.uniform(0.6, 1.0)
        canvas = canvases.setdefault(plane, np.zeros((size, size), np.float32))
        for step in range(len(pixels) - 1):
            taper = 1 - step / len(pixels)
            width = max(1, round(thickness_mm * taper * zoom / pixel_mm))
            cv2.line(
                canvas,
                (int(pixels[step][0]), int(pixels[step][1])),
                (int(pixels[step + 1][0]), int(pixels[step + 1][1])),
                float(strength * (0.25 + 0.75 * taper)),
                width,
                cv2.LINE_8,
                4,
            )
    for plane, canvas in canvases.items():
        soft = cv2.GaussianBlur(canvas, (0, 0), max(0.8, 0.16 * zoom / pixel_mm))
        small = cv2.resize(soft, (shape[2], shape[1]), interpolation=cv2.INTER_AREA)
        np.maximum(volume[plane], small, out=volume[plane])
    return volume


def draw_calcifications(
    generator: np.random.Generator, lesion: Lesion, *, pixel_mm: float
) -> tuple[Calcification, ...]:
    """Draw the deposits of a calcification cluster at the image's pixel size."""
    count, scatter = {
        LesionKind.PLEOMORPHIC_CALCIFICATIONS: (int(generator.integers(10, 31)), (0.5, 1.0, 0.6)),
        LesionKind.COARSE_CALCIFICATIONS: (int(generator.integers(1, 4)), (0.5, 0.5, 0.3)),
    }.get(lesion.kind, (int(generator.integers(4, 10)), (1.0, 1.0, 0.8)))
    half = lesion.size_mm / 2
    turn = generator.normal(0, 0.5)
    deposits = []
    for _ in range(count):
        across, along, deep = generator.normal(0, 0.45, 3).clip(-1, 1) * half * scatter
        row_mm = across * np.cos(turn) + along * np.sin(turn)
        column_mm = along * np.cos(turn) - across * np.sin(turn)
        deposits.append(
            Calcification(
                row_mm=float(row_mm),
                column_mm=float(column_mm),
                depth_mm=float(deep),
                image=_deposit(generator, lesion, pixel_mm),
                brightness=float(generator.uniform(0.55, 1.0)),
            )
        )
    return tuple(deposits)


def _deposit(generator: np.random.Generator, lesion: Lesion, pixel_mm: float) -> FloatArray:
    """Draw one deposit: overlapping slanted grains, a smooth ball, or a coarse lump."""
    if lesion.kind is LesionKind.PLEOMORPHIC_CALCIFICATIONS:
        size, grains, shape = generator.uniform(0.2, 0.6), int(generator.integers(1, 4)), 0.45
    elif lesion.kind is LesionKind.ROUND_CALCIFICATIONS:
        size, grains, shape = generator.uniform(0.5, 1.0), 1, 0.95
    else:
        size, grains, shape = generator.uniform(0.4, 0.75) * lesion.size_mm, 7, 0.8
    half = int(np.ceil((size * 1.1 + 0.3) / pixel_mm))
    step = 5
    axis = (np.arange((2 * half + 1) * step) / step - half - 0.4) * pixel_mm
    row, column = np.meshgrid(axis, axis, indexing="ij")
    steep = 1.8 if lesion.kind is LesionKind.COARSE_CALCIFICATIONS else 4.0
    image = np.zeros_like(row)
    for _ in range(grains):
        off = generator.normal(0, 0.22 * size, 2) if grains > 1 else (0.0, 0.0)
        turn = generator.uniform(0, np.pi)
        own = size * (generator.uniform(0.4, 0.75) if grains > 3 else generator.uniform(0.7, 1.0))
        narrow = own * generator.uniform(shape, 1.0)
        u = (row - off[0]) * np.cos(turn) + (column - off[1]) * np.sin(turn)
        v = (column - off[1]) * np.cos(turn) - (row - off[0]) * np.sin(turn)
        inside = 1 - np.hypot(u / (own / 2), v / (narrow / 2))
        image = np.maximum(image, np.clip(inside * steep, 0, generator.uniform(0.6, 1.0)))
    pixels = image.reshape(2 * half + 1, step, 2 * half + 1, step).mean(axis=(1, 3))
    soft = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), 0.55)
    return np.asarray(soft, dtype=np.float32)
