"""Sealed items: what keeps them closed, what a changed one says, and what opens them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.storage.key_ring import FileKeyRing
from viewer.storage.seal_list import LIST_NAME
from viewer.storage.sealing import SealedItems, ai_item, decrypted, encrypted, is_ai, is_truth
from viewer.study.errors import Sealed, StudyError

CONTENT = b"breast R of P-001 is malignant"


@pytest.fixture
def items(tmp_path: Path) -> SealedItems:
    return SealedItems(tmp_path / "sealed", FileKeyRing(tmp_path / "sealed" / "keys.json"))


def file_of(items: SealedItems, name: str) -> Path:
    return items.folder / f"{name}.sealed"


def test_what_was_sealed_is_opened(items: SealedItems) -> None:
    items.seal("truth", CONTENT)
    assert items.open("truth") == CONTENT
    assert items.names() == ("truth",)


def test_no_sealed_file_holds_a_readable_byte_of_its_content(items: SealedItems) -> None:
    items.seal("ai-P-001", CONTENT * 50)
    assert CONTENT[:8] not in file_of(items, "ai-P-001").read_bytes()


def test_the_size_of_a_file_does_not_tell_a_case_with_lesions_from_a_normal_one(
    items: SealedItems,
) -> None:
    items.seal("truth-1", b"normal")
    items.seal("truth-2", b"three lesions" * 300)
    sizes = {file_of(items, name).stat().st_size for name in ("truth-1", "truth-2")}
    assert len(sizes) == 1


@pytest.mark.parametrize("length", [0, 1, 65527, 65528, 65529, 200_000])
def test_contents_of_any_length_come_out_whole(items: SealedItems, length: int) -> None:
    content = bytes(place % 251 for place in range(length))
    items.seal("ai-1", content)
    assert items.open("ai-1") == content


def test_every_item_has_a_key_of_its_own(items: SealedItems) -> None:
    for name in ("truth", "ai-1", "ai-2"):
        items.seal(name, CONTENT)
    keys = {items.keys.key(name) for name in ("truth", "ai-1", "ai-2")}
    assert len(keys) == 3


@pytest.mark.skipif(os.name != "posix", reason="other systems have no modes")
def test_only_the_owner_may_read_the_keys(items: SealedItems) -> None:
    for name in ("truth", "ai-1"):
        items.seal(name, CONTENT)
        assert (items.folder / "keys.json").stat().st_mode & 0o777 == 0o600


def test_sealing_again_replaces_the_content_and_its_hash(items: SealedItems) -> None:
    first = items.seal("truth", CONTENT)
    second = items.seal("truth", b"another")
    assert items.open("truth") == b"another"
    assert first != second
    assert items.seals().items == {"truth": second}


@pytest.mark.parametrize("place", [0, 9, 10, 15, 22, 30, -17, -1])
def test_an_item_changed_in_any_byte_is_not_opened(items: SealedItems, place: int) -> None:
    items.seal("truth", CONTENT)
    sealed = bytearray(file_of(items, "truth").read_bytes())
    sealed[place] ^= 1
    file_of(items, "truth").write_bytes(sealed)
    with pytest.raises(Sealed, match="truth"):
        items.open("truth")


@pytest.mark.parametrize("length", [0, 5, 10, 20, 37])
def test_an_item_cut_short_is_not_opened(items: SealedItems, length: int) -> None:
    items.seal("truth", CONTENT)
    file_of(items, "truth").write_bytes(file_of(items, "truth").read_bytes()[:length])
    with pytest.raises(Sealed):
        items.open("truth")


def test_another_key_opens_nothing(items: SealedItems) -> None:
    items.seal("truth", CONTENT)
    items.keys.keep("truth", bytes(32))
    with pytest.raises(Sealed, match="was changed, or its key is another one's"):
        items.open("truth")


def test_an_item_put_in_the_place_of_another_is_not_opened(items: SealedItems) -> None:
    items.seal("ai-1", CONTENT)
    items.seal("ai-2", b"other")
    file_of(items, "ai-2").write_bytes(file_of(items, "ai-1").read_bytes())
    with pytest.raises(Sealed):
        items.open("ai-2")


@given(st.binary(max_size=300))
def test_a_name_is_bound_to_its_content_even_with_one_key(content: bytes) -> None:
    key = bytes(range(32))
    assert decrypted("ai-1", encrypted("ai-1", content, key), key) == content
    with pytest.raises(Sealed):
        decrypted("ai-2", encrypted("ai-1", content, key), key)


def test_an_older_item_put_back_is_not_opened(items: SealedItems) -> None:
    items.seal("truth", CONTENT)
    old = file_of(items, "truth").read_bytes()
    items.seal("truth", b"corrected")
    file_of(items, "truth").write_bytes(old)
    with pytest.raises(Sealed, match="not the one in the list of seals"):
        items.open("truth")


def test_what_was_never_sealed_says_so(items: SealedItems) -> None:
    with pytest.raises(Sealed, match="nothing is sealed as truth"):
        items.open("truth")


def test_without_its_key_an_item_stays_closed(items: SealedItems) -> None:
    items.seal("truth", CONTENT)
    (items.folder / "keys.json").unlink()
    with pytest.raises(Sealed, match="no key"):
        items.open("truth")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 2, "keys": {}}', '{"keys": 3, "format": 1}', "\udcff"]
)
def test_damaged_keys_are_said(items: SealedItems, text: str) -> None:
    items.seal("truth", CONTENT)
    (items.folder / "keys.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(StudyError, match="damaged"):
        items.open("truth")


@pytest.mark.parametrize("key", ["", "AAAA", "not base64", "é"])
def test_a_damaged_key_is_said(items: SealedItems, key: str) -> None:
    items.seal("truth", CONTENT)
    keys = {"format": 1, "keys": {"truth": key}}
    (items.folder / "keys.json").write_text(json.dumps(keys))
    with pytest.raises(StudyError, match="damaged"):
        items.open("truth")


def test_a_damaged_list_of_seals_is_said(items: SealedItems) -> None:
    items.seal("truth", CONTENT)
    (items.folder / LIST_NAME).write_text("{}")
    with pytest.raises(StudyError, match="damaged"):
        items.open("truth")


@pytest.mark.parametrize("name", ["../truth", "ai-a/b", "", "ai-..", "truth-" + "x" * 300])
def test_no_name_leads_out_of_the_folder(items: SealedItems, name: str) -> None:
    with pytest.raises(StudyError):
        items.seal(name, CONTENT)


def test_items_dropped_are_gone_and_no_longer_listed(items: SealedItems) -> None:
    items.seal("ai-1", CONTENT)
    items.seal("ai-2", CONTENT)
    items.drop(["ai-1"])
    assert items.names() == ("ai-2",)
    assert not file_of(items, "ai-1").exists()


def test_the_hash_of_a_part_of_the_list_follows_its_items(items: SealedItems) -> None:
    assert items.seals().sha256_of(is_truth) == ""
    items.seal("truth", CONTENT)
    truth = items.seals().sha256_of(is_truth)
    items.seal(ai_item("1"), CONTENT)
    assert items.seals().sha256_of(is_truth) == truth
    first = items.seals().sha256_of(is_ai)
    items.seal(ai_item("1"), b"other")
    assert items.seals().sha256_of(is_ai) != first


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_nothing_is_said(items: SealedItems) -> None:
    items.folder.mkdir()
    items.folder.chmod(0o500)
    try:
        with pytest.raises(StudyError, match="could not be"):
            items.seal("truth", CONTENT)
    finally:
        items.folder.chmod(0o700)


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "sealed").write_text("")
    items = SealedItems(tmp_path / "sealed", FileKeyRing(tmp_path / "elsewhere" / "keys.json"))
    with pytest.raises(StudyError):
        items.seal("truth", CONTENT)
