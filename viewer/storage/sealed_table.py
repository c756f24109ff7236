"""The protocol's [sealed] table: written from what lies sealed in the study's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inference.types import ModelIdentity
from viewer.storage.journal_words import drive_problem
from viewer.storage.private_file import write_shared
from viewer.storage.seal_list import read_seal_list
from viewer.storage.sealed_ai import model_words
from viewer.storage.sealing import is_ai, is_truth
from viewer.storage.study_folder import StudyFolder, read_protocol_text
from viewer.study.errors import StudyError
from viewer.study.protocol import Protocol, SealedParts
from viewer.study.read_protocol import parse_protocol
from viewer.study.write_protocol import with_sealed


def write_sealed_table(folder: StudyFolder, models: Sequence[ModelIdentity]) -> Protocol:
    """Put the seals' hashes and the models into study.toml; the rest of the text stays.

    models: those whose results are sealed. Returns the protocol as it is now. Raises
    ProtocolError when the file is no protocol, StudyError when it cannot be written.
    """
    text = read_protocol_text(folder)
    before = parse_protocol(text)
    seals = read_seal_list(folder.sealed)
    sealed = SealedParts(
        truth_sha256=seals.sha256_of(is_truth),
        ai_sha256=seals.sha256_of(is_ai),
        ai_models=tuple(identity_words(model) for model in models),
    )
    if sealed == before.sealed:
        return before
    try:
        write_shared(folder.protocol_file, with_sealed(text, sealed).encode("utf-8"))
    except OSError as error:
        reason, hint = drive_problem(error)
        raise StudyError(
            f"the seals are made, but {folder.protocol_file.name} could not be written: {reason}",
            f"{hint}, then run the command again",
        ) from error
    return replace(before, sealed=sealed)


def identity_words(model: ModelIdentity) -> str:
    """Name, version and hash of a model in one line of the protocol."""
    return f"{model_words(model)} sha256:{model.sha256}"
