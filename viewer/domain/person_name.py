"""A person's name of a file as it is read out: its groups, without the marks between parts."""

from __future__ import annotations


def name_words(name: str) -> str:
    """Such as "Yamada Tarou (山田 太郎)" for "Yamada^Tarou=山田^太郎".

    A name has up to three groups: alphabetic, ideographic, phonetic (PS3.5, value
    representation PN); the first that is there stands outside the brackets.
    """
    groups = [" ".join(part for part in group.split("^") if part) for group in name.split("=")]
    said = [words.strip() for words in groups if words.strip()]
    if len(said) < 2:
        return said[0] if said else ""
    return f"{said[0]} ({', '.join(said[1:])})"
