"""The library of models: whole or not at all, and never what its files are not."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest
from model_builders import card_of, checked_file

from inference.model_card import card_path
from viewer.storage.accepted_licences import AcceptedLicences, terms_of
from viewer.storage.model_library import INDEX, LibraryError, ModelLibrary


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "models")


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_copy_serves_when_the_original_is_gone(library: ModelLibrary, tmp_path: Path) -> None:
    checked = checked_file(tmp_path / "mine" / "a.p")
    made = library.add(checked)
    shutil.rmtree(tmp_path / "mine")
    (kept,) = ModelLibrary(library.folder).read().models
    assert kept == made
    assert kept.problem() == ""
    assert kept.card() == checked.card
    assert kept.weights.read_bytes() == b"w"
    assert kept.weights.is_relative_to(library.folder)


def test_a_linked_file_stays_in_its_place_and_survives_removal(
    library: ModelLibrary, tmp_path: Path
) -> None:
    checked = checked_file(tmp_path / "mine" / "a.p")
    made = library.add(checked, link=True)
    assert made.weights == checked.weights
    assert made.problem() == ""
    library.remove(made)
    assert library.read().models == ()
    assert checked.weights.is_file()
    assert card_path(checked.weights).is_file()


def test_removing_deletes_the_copy_and_nothing_else(library: ModelLibrary, tmp_path: Path) -> None:
    first = library.add(checked_file(tmp_path / "a.p"))
    second = library.add(checked_file(tmp_path / "b.p", bytes_=b"other"))
    library.remove(first)
    assert library.read().models == (second,)
    assert second.problem() == ""
    assert not first.weights.parent.exists()
    assert (tmp_path / "a.p").is_file()


def test_weights_and_cards_replaced_behind_its_back_are_said_until_added_again(
    library: ModelLibrary, tmp_path: Path
) -> None:
    checked = checked_file(tmp_path / "a.p")
    made = library.add(checked, link=True)
    checked.weights.write_bytes(b"other")
    assert "a.p was changed" in made.problem()
    again = library.add(checked_file(tmp_path / "a.p", bytes_=b"other"), link=True)
    assert library.read().models == (again,)
    assert again.problem() == ""
    card_path(again.weights).write_text(card_path(again.weights).read_text() + "\n")
    assert "card a.toml was changed" in again.problem()
    card_path(again.weights).unlink()
    assert "card a.toml is missing" in again.problem()
    again.weights.unlink()
    assert "a.p is missing" in again.problem()


def test_a_damaged_index_is_kept_aside_and_named(library: ModelLibrary, tmp_path: Path) -> None:
    made = library.add(checked_file(tmp_path / "a.p"))
    index = library.folder / INDEX
    index.write_text("[[model]\nnonsense")
    contents = library.read()
    assert contents.models == ()
    assert "index.toml.damaged" in contents.complaints[0]
    assert (library.folder / "index.toml.damaged").read_text().endswith("nonsense")
    checked = checked_file(tmp_path / "a.p")
    again = library.add(checked)
    assert again.weights == made.weights
    assert again.problem() == ""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("linked = false", 'linked = "no"', "linked"),
        ('architecture = "gmic3d"', 'architecture = "gmic9"', "gmic9"),
        ('name = "Small"', "name = 3", "name"),
        ('/a.p"', '/../../a.p"', "does not name a copy"),
        ("added = 2", "# added = 2", "added"),
    ],
)
def test_a_wrong_entry_is_named_and_kept_aside_before_the_next_change(
    library: ModelLibrary, tmp_path: Path, old: str, new: str, reason: str
) -> None:
    library.add(checked_file(tmp_path / "a.p"))
    sound = library.add(checked_file(tmp_path / "b.p", bytes_=b"other"))
    index = library.folder / INDEX
    damaged = index.read_text().replace(old, new, 1)
    index.write_text(damaged)
    contents = library.read()
    assert contents.models == (sound,)
    assert "entry 1" in contents.complaints[0]
    assert reason in contents.complaints[0]
    library.add(checked_file(tmp_path / "c.p", bytes_=b"third"))
    assert (library.folder / "index.toml.damaged").read_text() == damaged
    assert library.read().complaints == ()


def test_an_index_that_is_no_list_of_tables_serves_as_empty(library: ModelLibrary) -> None:
    library.folder.mkdir()
    (library.folder / INDEX).write_text("model = 3\n")
    assert library.read().models == ()
    assert "list of tables" in library.read().complaints[0]
    (library.folder / INDEX).write_text("model = [3]\n")
    assert "entry 1" in library.read().complaints[0]


@pytest.mark.parametrize("failing", ["copyfile", "index"])
def test_a_disk_that_fills_while_adding_leaves_nothing_half_added(
    library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    first = library.add(checked_file(tmp_path / "a.p"))
    before = files_in(library.folder)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    where = (
        "shutil.copyfile" if failing == "copyfile" else "viewer.storage.toml_file.write_atomically"
    )
    with monkeypatch.context() as patched:
        patched.setattr(where, full)
        with pytest.raises(LibraryError, match="No space left") as caught:
            library.add(checked_file(tmp_path / "b.p", bytes_=b"other"))
    assert "they are as they were" in caught.value.hint
    assert files_in(library.folder) == before
    assert library.read().models == (first,)


def test_adding_again_with_a_card_that_cannot_be_registered_keeps_the_old_copy(
    library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = library.add(checked_file(tmp_path / "a.p"))
    other = checked_file(tmp_path / "a.p", card_of(version="2"))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("viewer.storage.toml_file.write_atomically", full)
        with pytest.raises(LibraryError):
            library.add(other)
    assert first.problem() == ""
    library.add(other)
    (kept,) = library.read().models
    assert (kept.version, kept.problem()) == ("2", "")
    assert files_in(library.folder) == {
        INDEX,
        "index.lock",
        f"{kept.weights.parent.name}/a.p",
        f"{kept.weights.parent.name}/a.toml",
    }


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="needs a folder one may not write"
)
def test_a_folder_one_may_not_write_is_said(library: ModelLibrary, tmp_path: Path) -> None:
    library.folder.mkdir(mode=0o500)
    with pytest.raises(LibraryError, match="Permission denied"):
        library.add(checked_file(tmp_path / "a.p"))


def test_a_library_that_cannot_be_written_is_said_and_still_read(
    library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = library.add(checked_file(tmp_path / "a.p"))

    def read_only(*_: object, **__: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    other = checked_file(tmp_path / "b.p", bytes_=b"other")
    monkeypatch.setattr("viewer.storage.file_lock.os.open", read_only)
    for change in (lambda: library.remove(first), lambda: library.add(other)):
        with pytest.raises(LibraryError, match="Read-only file system") as caught:
            change()
        assert "TOMOLENS_HOME" in caught.value.hint
    assert library.read().models == (first,)
    assert first.problem() == ""


def test_a_library_in_place_of_a_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("in the way")
    library = ModelLibrary(tmp_path / "models")
    with pytest.raises(LibraryError, match="could not be changed"):
        library.add(checked_file(tmp_path / "a.p"))


def test_what_a_killed_program_left_is_cleared_by_the_next(
    library: ModelLibrary, tmp_path: Path
) -> None:
    library.folder.mkdir()
    left = library.folder / ".adding-killed"
    left.mkdir()
    (left / "half.p").write_bytes(b"half")
    library.add(checked_file(tmp_path / "a.p"))
    assert not left.exists()


def test_a_licence_is_accepted_for_these_weights_and_this_text_only(tmp_path: Path) -> None:
    licences = AcceptedLicences(tmp_path / "licences.toml")
    terms = terms_of(card_of(), "a" * 64)
    assert not licences.is_accepted(terms)
    licences.accept([terms])
    again = AcceptedLicences(tmp_path / "licences.toml")
    assert again.is_accepted(terms)
    assert not again.is_accepted(terms_of(card_of(), "b" * 64))
    assert not again.is_accepted(terms_of(card_of(licence="Other"), "a" * 64))
    assert again.is_accepted(terms_of(card_of(licence="Apache-2.0"), "c" * 64))


def test_a_damaged_list_of_licences_asks_again(tmp_path: Path) -> None:
    path = tmp_path / "licences.toml"
    AcceptedLicences(path).accept([terms_of(card_of(), "a" * 64)])
    path.write_text("[[accepted")
    licences = AcceptedLicences(path)
    assert not licences.is_accepted(terms_of(card_of(), "a" * 64))
    assert licences.complaint is not None
    assert "licences.toml.damaged" in licences.complaint
