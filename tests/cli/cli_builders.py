"""Small exams and small networks on disk, for the commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK
import torch
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from scipy.ndimage import gaussian_filter

from inference.architecture import Architecture
from inference.architectures.two_view import card_settings
from inference.checkpoint import save_model
from inference.model_card import ModelCard
from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.two_view import InputSize, TwoViewConfig, TwoViewNetwork

ROWS, COLUMNS = 560, 420
INPUT_ROWS, INPUT_COLUMNS = 512, 384
SMALL = {"global_channels": 8, "local_channels": 8, "attention_units": 8}
VIEWS = ("L-CC", "R-CC", "L-MLO", "R-MLO")

TWO_VIEW = TwoViewConfig(
    cc_input=InputSize(256, 192), mlo_input=InputSize(320, 160), first_channels=8, hidden_units=8
)


def breast(seed: int, *, slices: int, faces_right: bool) -> NDArray[np.uint16]:
    """A breast-like volume (slices, rows, columns), 12 bits, air 0."""
    generator = np.random.default_rng(seed)
    row = (np.arange(ROWS)[:, None] - ROWS / 2) / (0.42 * ROWS)
    column = np.arange(COLUMNS)[None, :] / (0.75 * COLUMNS)
    inside = np.sqrt(np.clip(1 - row**2 - column**2, 0, 1))
    texture = gaussian_filter(generator.standard_normal((slices, ROWS, COLUMNS)), (1, 6, 6))
    volume = inside * (1500 + 4000 * texture)
    volume = np.where(inside > 0, np.clip(volume, 1, 4095), 0).astype(np.uint16)
    return volume if faces_right else np.ascontiguousarray(volume[:, :, ::-1])


def write_picture_exam(folder: Path, number: int = 0, views: tuple[str, ...] = VIEWS) -> Path:
    """16-bit PNG files in the published layout."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, view in enumerate(views):
        pixels = breast(seed, slices=1, faces_right=view.startswith("L"))[0]
        Image.fromarray(pixels).save(folder / f"{number}_{view}.png")
    return folder


def write_volume(path: Path, seed: int, *, slices: int) -> Path:
    """One NIfTI volume; its name says exam and view."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = breast(seed, slices=slices, faces_right="_L-" in path.name)
    volume = SimpleITK.GetImageFromArray(pixels)
    volume.SetSpacing((0.1, 0.1, 1.0))
    SimpleITK.WriteImage(volume, str(path))
    return path


def write_mammogram(
    path: Path, *, patient: str, view: str = "CC", study: str = "", turned: bool = False
) -> Path:
    """A digital mammogram of a named patient as DICOM; turned: stored upside down."""
    pixels = breast(3, slices=1, faces_right=True)[0]
    image = Dataset()
    image.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1.2"
    image.SOPInstanceUID = generate_uid(entropy_srcs=[view, study, "image"])
    image.StudyInstanceUID = generate_uid(entropy_srcs=[study or "study"])
    image.SeriesInstanceUID = generate_uid(entropy_srcs=[view, study, "series"])
    image.Modality, image.PresentationIntentType = "MG", "FOR PRESENTATION"
    image.PatientName, image.PatientID = f"{patient}^JANE", f"{patient}-QX4711"
    image.PatientBirthDate, image.InstitutionName = "19610102", f"{patient} HOSPITAL"
    image.StudyDate, image.StudyTime = "20260102", "101112"
    image.AccessionNumber = f"{patient[:6]}77"
    image.StudyDescription = f"screening of {patient}"
    image.ImageLaterality, image.ViewPosition = "L", view
    image.ImageType = ["ORIGINAL", "PRIMARY"]
    image.PatientOrientation = ["A", "R"] if view == "CC" else ["A", "F"]
    if turned:
        pixels = np.ascontiguousarray(pixels[::-1, ::-1])
        image.PatientOrientation = ["P", "L"] if view == "CC" else ["P", "H"]
    image.Rows, image.Columns, image.SamplesPerPixel = ROWS, COLUMNS, 1
    image.PhotometricInterpretation, image.PixelRepresentation = "MONOCHROME2", 0
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.ImagerPixelSpacing = [0.1, 0.1]
    image.WindowCenter, image.WindowWidth = 1500, 3000
    image.WindowCenterWidthExplanation = f"for {patient}"
    image.PixelData = pixels.tobytes()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save_as(path, enforce_file_format=True)
    return path


def write_models(folder: Path, *, name: str = "test") -> tuple[Path, Path]:
    """Small networks with fixed random weights: (for volumes, for 2D images)."""
    folder.mkdir(parents=True, exist_ok=True)
    size = {"input_rows": INPUT_ROWS, "input_columns": INPUT_COLUMNS}
    torch.manual_seed(4)
    volumes = Gmic3d(Gmic3dConfig(patches=4, **size, **SMALL)).eval()
    pictures = Gmic(GmicConfig(patches=3, top_t=0.1, **size, **SMALL)).eval()
    paths = folder / f"{name}_gmic3d.safetensors", folder / f"{name}_gmic.safetensors"
    save_model(paths[0], volumes, _card(Architecture.GMIC3D, name, 1.51, 4))
    save_model(paths[1], pictures, _card(Architecture.GMIC, name, 0.1, 3))
    return paths


def write_pair(
    path: Path,
    config: TwoViewConfig = TWO_VIEW,
    images: tuple[str, ...] = (),
    *,
    version: str = "1",
    seed: int = 6,
) -> Path:
    """A small random two-view model."""
    torch.manual_seed(seed)
    card = ModelCard(
        architecture=Architecture.TWO_VIEW,
        name="Pair",
        version=version,
        training_data="none: random weights",
        intended_use="tests",
        licence="Apache-2.0",
        images=images,
        settings=card_settings(config),
    )
    save_model(path, TwoViewNetwork(config).eval(), card)
    return path


def _card(architecture: Architecture, name: str, top_t: float, patches: int) -> ModelCard:
    return ModelCard(
        architecture=architecture,
        top_t=top_t,
        patches=patches,
        name=f"{name} {architecture.value}",
        version="1",
        training_data="none: random weights",
        intended_use="tests",
        licence="Apache-2.0",
        input_rows=INPUT_ROWS,
        input_columns=INPUT_COLUMNS,
    )
