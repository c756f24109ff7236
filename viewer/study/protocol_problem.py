"""Something wrong with a protocol, and where: said with its line once the text is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from viewer.study.toml_lines import Path, line_of, lines_of_keys


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence about one place of the protocol."""

    path: Path
    """In the names of the file, such as ("reader", 6, "arm")."""
    message: str
    first: Path = ()
    """The earlier place that the message is also about, where there is one."""


def in_words(problems: Iterable[Problem], text: str, name: str) -> str:
    """One line for each problem, in the order of the file's lines.

    Example: "study.toml, line 41: reader R07 is in arm B, which is not defined".
    """
    lines = lines_of_keys(text)
    placed = sorted(
        ((line_of(lines, problem.path) or 0, problem) for problem in problems),
        key=lambda found: found[0],
    )
    said = []
    for line, problem in placed:
        place = f"{name}, line {line}" if line else name
        before = line_of(lines, problem.first)
        also = f" (first in line {before})" if before else ""
        said.append(f"{place}: {_on_one_line(problem.message)}{also}")
    return "\n".join(dict.fromkeys(said))


def _on_one_line(message: str) -> str:
    """The message with what would break its line made visible; it quotes the file."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in message)
