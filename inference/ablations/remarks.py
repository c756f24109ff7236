"""Texts in which numbers and verdicts are filled in from results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from inference.ablations.claims import CLAIMS, Agreement, Held, hold
from inference.ablations.summary import Measure, Results
from inference.types import CLASS_NAMES

_PLACEHOLDER = re.compile(r"\[\[([^\[\]]+)\]\]")
_NO_RUN = "(not trained)"
_INTRODUCED = {
    Agreement.AS_SAID: "As the papers say",
    Agreement.OTHERWISE: "The other way round",
    Agreement.NO_DIFFERENCE: "No difference seen, and none expected",
    Agreement.NOT_SEPARATED: "Not separated",
    Agreement.AT_CHANCE: "Open, both arms being at chance",
}


def filled(text: str, results: Results) -> str:
    """Put the numbers of `results` where a text asks for them.

    [[arm, column, class]] gives the mean over seeds, [[arm, column, class, seeds]] one number a
    seed, with "before" at the end those before training; areas under curves as 0.87, shares in
    per cent. [[arm - other, column, class]] gives a difference with its interval. An arm without
    results is said not to be trained. Raises ValueError for what it cannot read.
    """
    return _PLACEHOLDER.sub(lambda found: _number(found.group(1), results), text)


def _number(asked: str, results: Results) -> str:
    arms, column, name, *options = (part.strip() for part in asked.split(","))
    if name not in CLASS_NAMES or set(options) - {"seeds", "before"}:
        raise ValueError(f"[[{asked}]] is none of arm, column, class, seeds, before")
    when = "before" if "before" in options else "after"
    measure = Measure(column=column, finding_class=CLASS_NAMES.index(name), when=when)
    arm, _, other = (part.strip() for part in arms.partition(" - "))
    if not all(results.has(one, measure) for one in (arm, other) if one):
        return _NO_RUN
    written = _as_share if not column.endswith("score") else _as_area
    if other:
        return results.difference(arm, other, measure).text(signed=True)
    found = results.estimate(arm, measure)
    if "seeds" in options:
        return listed([written(value) for value in found.by_seed])
    return written(found.value)


def _as_share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _as_area(value: float) -> str:
    return f"{value:.2f}"


def listed(words: Sequence[str]) -> str:
    """One, two and three."""
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), words[-1]])


def verdicts(results: Results) -> str:
    """Which claims came out how, as a list in Markdown; what was not trained, too."""
    held = [hold(claim, results) for claim in CLAIMS]
    lines = []
    for agreement, introduced in _INTRODUCED.items():
        own = [one for one in held if one is not None and one.agreement is agreement]
        if own:
            lines.append(f"- **{introduced}:** {'; '.join(_told(one) for one in own)}.")
    missing = [claim.topic for claim, one in zip(CLAIMS, held, strict=True) if one is None]
    if missing:
        lines.append(f"- **Not trained:** {'; '.join(missing)}.")
    return "\n".join(lines)


def _told(held: Held) -> str:
    once = ", trained once" if len(held.seeds) == 1 else ""
    return f"{held.claim.topic} ({held.difference.value:+.3f}{once})"


def seeds_told(results: Results) -> str:
    """With how many seeds the arms were trained, as a clause."""

    def count(arm: str) -> int:
        return len(results.seeds(arm))

    groups = [
        (number, list(arms)) for number, arms in groupby(sorted(results.arms, key=count), key=count)
    ]
    if len(groups) == 1:
        return f"Every arm was trained with {_seeds(groups[0][0])}"
    usual = max(groups, key=lambda group: len(group[1]))
    others = [
        f"{_quoted(arms)} with {_seeds(number)}" for number, arms in groups if number != usual[0]
    ]
    return f"The arms were trained with {_seeds(usual[0])}, but {listed(others)}"


def _seeds(number: int) -> str:
    return "one seed" if number == 1 else f"{number} seeds"


def _quoted(arms: Sequence[str]) -> str:
    return listed([f"`{arm}`" for arm in arms])
