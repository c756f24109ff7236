"""Names in Japanese and Korean files are read as they were written."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from viewer.loading.dicom_header import text


@pytest.mark.parametrize(
    ("character_set", "name"),
    [
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小东"),
    ],
)
def test_a_name_keeps_its_characters(
    tmp_path: Path, character_set: str | list[str], name: str
) -> None:
    written = Dataset()
    written.SpecificCharacterSet = character_set
    written.PatientName = name
    path = tmp_path / "name.dcm"
    written.save_as(path, implicit_vr=False, little_endian=True)
    read = dcmread(path, force=True, specific_tags=["PatientName"])
    assert text(read, "PatientName") == name
