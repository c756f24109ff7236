"""`tomolens models`: adding, listing, showing and removing weights."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cli_builders import write_picture_exam
from model_builders import card_of, save_published, save_small
from typer.testing import CliRunner

from inference.architecture import Architecture
from inference.model_card import card_path, read_card
from viewer.cli import app
from viewer.settings import Settings
from viewer.storage.model_library import ModelLibrary
from viewer.storage.settings_file import read_settings, write_settings


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two published members, one file with a card, one without."""
    folder = tmp_path_factory.mktemp("weights")
    save_published(folder / "sample_model_1.p", seed=1)
    save_published(folder / "sample_model_2.p", seed=2)
    save_small(folder / "own.safetensors", card_of(name="Own", images=("DBT",)), seed=3)
    save_published(folder / "plain.p", seed=4)
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOMOLENS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "home"


def models(*arguments: object, answer: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["models", *map(str, arguments)], input=answer)
    return result.exit_code, result.output


def library(home: Path) -> ModelLibrary:
    return ModelLibrary(home / "config" / "models")


def test_published_members_are_known_by_name_and_make_one_ensemble(files: Path, home: Path) -> None:
    code, said = models("add", files / "sample_model_1.p", files / "sample_model_2.p", answer="y\n")
    assert code == 0, said
    assert said.count("Do you accept") == 1
    assert "Internal non-commercial research use only" in said
    listed = models("list")[1]
    line = next(line for line in listed.splitlines() if "member 2" in line)
    assert line.split()[:8] == ["3D-GMIC", "published", "member", "2", "gmic3d", "DBT", "2", "3.6"]
    assert line.split()[-2:] == ["accepted", "copied"]
    copied = library(home).read().models[1]
    assert copied.card().top_t == 2.0584660301930686


def test_the_licence_is_shown_and_without_a_yes_nothing_is_added(files: Path, home: Path) -> None:
    code, said = models("add", files / "own.safetensors", answer="n\n")
    assert code == 2
    assert "Licence: Research only" in said
    assert "not accepted" in said
    assert library(home).read().models == ()
    code, said = models("add", files / "own.safetensors", answer="y\n")
    assert code == 0
    assert "Added Own 1" in said
    assert "accepted" in models("list")[1]


def test_the_same_weights_are_not_added_twice_nor_the_shipped_ones(files: Path) -> None:
    models("add", files / "own.safetensors", "--accept-licence")
    code, said = models("add", files / "own.safetensors")
    assert code == 2
    assert "is there already: Own 1, in the library" in said
    shipped = Path(__file__).parents[2] / "resources" / "weights" / "demo_gmic.safetensors"
    code, said = models("add", shipped)
    assert code == 2
    assert "built in" in said


def test_wrong_files_are_refused_and_the_sound_ones_added(
    files: Path, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "cut.safetensors").write_bytes((files / "own.safetensors").read_bytes()[:2000])
    shutil.copy(files / "own.toml", tmp_path / "cut.toml")
    shutil.copy(files / "own.safetensors", tmp_path / "misfit.safetensors")
    card = (files / "own.toml").read_text().replace('"gmic3d"', '"gmic"')
    (tmp_path / "misfit.toml").write_text(card.replace("patches = 4", "patches = 0"))
    code, said = models(
        "add",
        tmp_path / "cut.safetensors",
        tmp_path / "misfit.safetensors",
        files / "own.safetensors",
        "--accept-licence",
    )
    assert code == 1
    assert "cut.safetensors is damaged" in said
    assert '"patches" must be' in said
    assert [model.name for model in library(home).read().models] == ["Own"]


def test_flags_make_a_card_for_weights_without_one(files: Path, home: Path) -> None:
    code, said = models("add", files / "plain.p", "--accept-licence")
    assert code == 2
    assert "has no model card" in said
    flags = ["--name", "Plain", "--version", "3", "--architecture", "gmic3d", "--top-t", "0.5"]
    code, said = models("add", files / "plain.p", *flags, "--accept-licence")
    assert code == 2
    assert '"patches"' in said
    code, said = models(
        "add",
        files / "plain.p",
        *flags,
        "--patches",
        "7",
        "--images",
        "DBT",
        "--accept-licence",
        "--card",
        "zeta=4",
        "--card",
        "site=Here",
    )
    assert code == 0, said
    (made,) = library(home).read().models
    card = made.card()
    assert (card.name, card.version, card.top_t, card.patches) == ("Plain", "3", 0.5, 7)
    assert card.licence == "not stated"
    assert "Zeta: 4" in models("show", "Plain")[1]
    assert "Site: Here" in models("show", "Plain")[1]
    assert not card_path(files / "plain.p").exists()
    code, said = models("add", files / "own.safetensors", "--name", "Other", "--accept-licence")
    assert code == 2
    assert "own.toml" in said


def test_a_linked_file_without_a_card_gets_it_beside_it(
    files: Path, home: Path, tmp_path: Path
) -> None:
    plain = Path(shutil.copy(files / "plain.p", tmp_path / "plain.p"))
    flags = ["--name", "P", "--version", "1", "--architecture", "gmic3d", "--top-t", "0.5"]
    code, said = models("add", plain, "--link", *flags, "--patches", "7", "--licence", "Apache-2.0")
    assert code == 0, said
    assert read_card(card_path(plain)).patches == 7
    (made,) = library(home).read().models
    assert made.weights == plain
    assert "linked" in models("list")[1]


def test_show_prints_the_whole_card_by_name_version_or_hash(files: Path, home: Path) -> None:
    models("add", files / "own.safetensors", "--accept-licence")
    (made,) = library(home).read().models
    for name in ("own", "OWN 1", made.sha256[:8]):
        code, said = models("show", name)
        assert code == 0
        for part in (made.sha256, "Training data: none", "Top cells t: 1", "Serves: DBT", "Own 1"):
            assert part in said
    assert "Measures, auc malignant" in models("show", "Tomolens demo GMIC")[1]
    code, said = models("show", "Onw")
    assert code == 2
    assert "did you mean" in said


def test_remove_asks_deletes_the_copy_and_the_choice_of_the_window(files: Path, home: Path) -> None:
    models("add", files / "own.safetensors", "--accept-licence")
    (made,) = library(home).read().models
    write_settings(home / "config" / "settings.toml", Settings(weights=(made.weights,)))
    assert models("remove", "Own", answer="n\n")[0] == 1
    assert library(home).read().models == (made,)
    code, said = models("remove", "Own", answer="y\n")
    assert code == 0
    assert "not any more" in said
    assert library(home).read().models == ()
    assert not made.weights.exists()
    assert (files / "own.safetensors").is_file()
    assert read_settings(home / "config" / "settings.toml").settings.weights == ()


def test_built_in_weights_cannot_be_removed_and_a_name_of_several_is_asked_for(
    files: Path,
) -> None:
    code, said = models("remove", "Tomolens demo GMIC", "--yes")
    assert code == 2
    assert "built in" in said
    models("add", files / "sample_model_1.p", files / "sample_model_2.p", "--accept-licence")
    code, said = models("remove", "3D-GMIC published", "--yes")
    assert code == 2
    assert "member 2" in said


def test_two_models_of_one_name_and_version_are_told_apart_by_hash_and_are_no_ensemble(
    files: Path, home: Path, tmp_path: Path
) -> None:
    models("add", files / "own.safetensors", "--accept-licence")
    twin = save_small(tmp_path / "twin.safetensors", card_of(name="Own", images=("DBT",)), seed=9)
    assert models("add", twin, "--accept-licence")[0] == 0
    first, second = library(home).read().models
    code, said = models("remove", "Own 1", "--yes")
    assert code == 2
    assert first.short_hash in said
    assert second.short_hash in said
    lines = [line for line in models("list")[1].splitlines() if line.strip().startswith("Own 1")]
    assert [line.split()[4] for line in lines] == ["1", "1"]
    assert models("remove", second.short_hash, "--yes")[0] == 0
    assert library(home).read().models == (first,)


def test_changed_weights_are_listed_as_not_usable_with_the_reason(
    files: Path, tmp_path: Path
) -> None:
    linked = save_small(tmp_path / "l.safetensors", card_of(name="Linked"), seed=5)
    models("add", linked, "--link", "--accept-licence")
    save_small(linked, card_of(name="Linked"), seed=6)
    code, said = models("list")
    assert code == 0
    assert "not usable" in said
    assert "l.safetensors was changed since it was added" in said
    assert models("add", linked, "--link", "--accept-licence")[0] == 0
    assert "not usable" not in models("list")[1]


def test_architectures_are_named_in_the_refusal_of_an_unknown_one(files: Path) -> None:
    code, said = models("add", files / "plain.p", "--name", "P", "--architecture", "gmic9")
    assert code == 2
    assert all(f'"{architecture.value}"' in said for architecture in Architecture)


def predict(exam: Path, out: Path, *more: object) -> tuple[int, str, list[dict[str, str]]]:
    arguments = ["predict", exam, "--output", out, "--device", "cpu", *more]
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    rows = []
    if (out / "predictions.csv").is_file():
        with (out / "predictions.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    return result.exit_code, result.output, rows


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("members")
    card = card_of(architecture=Architecture.GMIC, name="Ours")
    return (
        save_small(folder / "a.safetensors", replace(card, version="a"), seed=1),
        save_small(folder / "b.safetensors", replace(card, version="b"), seed=2),
    )


def test_predict_takes_models_by_name_and_a_name_of_members_is_their_ensemble(
    members: tuple[Path, Path], home: Path, tmp_path: Path
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    models("add", *members, "--accept-licence")
    code, said, (row,) = predict(exam, tmp_path / "all", "--weights", "ours")
    assert code == 0, said
    assert row["members"] == "2"
    assert "Licence of" not in said
    short = library(home).read().models[1].short_hash
    code, said, (row,) = predict(exam, tmp_path / "one", "--weights", short)
    assert (code, row["members"], row["model"]) == (0, "1", "Ours b")
    code, said, _ = predict(exam, tmp_path / "none", "--weights", "ourz")
    assert code == 2
    assert "did you mean Ours" in said


def test_predict_refuses_a_model_whose_licence_or_files_are_not_as_they_were(
    members: tuple[Path, Path], home: Path, tmp_path: Path
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    models("add", members[0], "--accept-licence")
    (home / "config" / "licences.toml").unlink()
    code, said, _ = predict(exam, tmp_path / "out", "--weights", "Ours")
    assert code == 2
    assert "was not accepted: Research only" in said
    assert "--accept-licence" in said
    code, said, _ = predict(exam, tmp_path / "out", "--weights", "Ours", "--accept-licence")
    assert code == 0, said
    assert predict(exam, tmp_path / "again", "--weights", "Ours")[0] == 0
    (made,) = library(home).read().models
    made.weights.write_bytes(members[1].read_bytes())
    code, said, _ = predict(exam, tmp_path / "out", "--weights", "Ours")
    assert code == 2
    assert "was changed since it was added" in said


def test_predict_says_the_licence_of_a_file_once_and_goes_on(
    members: tuple[Path, Path], tmp_path: Path
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    files = ["--weights", members[0], "--weights", members[1]]
    code, said, _ = predict(exam, tmp_path / "out", *files)
    assert code == 0, said
    assert said.count("Licence of Ours a, Ours b: Research only") == 1
    predict(exam, tmp_path / "accepted", *files, "--accept-licence")
    assert "Licence of" not in predict(exam, tmp_path / "quiet", *files)[1]


def test_a_licence_is_accepted_afterwards_by_a_command_of_its_own(
    members: tuple[Path, Path], home: Path
) -> None:
    models("add", members[0], "--accept-licence")
    (home / "config" / "licences.toml").unlink()
    assert "not accepted" in models("show", "Ours")[1]
    code, said = models("accept", "Ours", answer="y\n")
    assert code == 0
    assert "Research only" in said
    assert "Licence: accepted" in models("show", "Ours")[1]
