"""The remarks in a protocol file, so that it can be read and changed without a manual."""

from __future__ import annotations

from collections.abc import Mapping

TOP = (
    "# The protocol of a reader study for Tomolens.",
    "# It is frozen at the first answer; a later change needs the next version and a reason.",
    "# Check it after every change: tomolens study check",
    "",
)

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "questions": ("# What is asked of every breast.",),
    "alone": ("# What may be shown beside the images while the reader is alone.",),
    "aided": ("# What may be shown with the AI.",),
    "analysis": ("# The analysis, fixed beforehand.",),
    "sealed": ("# Written by `tomolens study seal`: what the truth and the AI's results were.",),
    "arm": (
        "# Arms: how readers meet the AI. design is one of",
        '#   "sequential"  alone, locked, then with the AI, in one sitting',
        '#   "crossover"   half of the cases alone and half with the AI, swapped after the washout',
        '#   "alone"       never with the AI',
        '#   "on request"  alone, locked; then the AI appears if the reader asks for it',
    ),
    "reader": ("# Readers: ids are codes, never names.",),
    "session": (
        "# Sessions, one after the other; without a list of cases each holds them all.",
        "# time_limit_s: seconds for each case and phase; without it there is no limit.",
    ),
    "case": (
        "# Cases: one exam each. Paths are relative to this file's folder or absolute.",
        "# patient is a code; cases of one patient are read one after the other.",
    ),
}

REMARKS: Mapping[tuple[str, str], str] = {
    ("", "seed"): "Every reader's order in every session comes from this number.",
    ("", "planted_repeats"): "Cases that each reader reads twice in a session, to measure "
    "agreement with oneself.",
    ("", "repeat_distance"): "How many readings lie at least between the two, the second included.",
    ("", "feedback"): "Whether training cases show the truth after the last answer.",
    ("", "database"): "A PostgreSQL URL without password, for several workstations; "
    "empty: a file in this folder.",
    ("", "second_copy"): "A folder for the second copy of the answers; "
    "empty: beside the program's settings.",
    ("questions", "pom"): "Probability of malignancy, 0 to 100.",
    ("questions", "recall_threshold_percent"): "Where recall is not asked, a probability above "
    "this counts as a recall.",
    ("alone", "kinds"): "Kinds of images shown; empty: all.",
    ("aided", "ai_layers"): '"saliency", "patches", "scores".',
    ("aided", "hybrid"): "Whether the score of reader and AI together is shown after the lock.",
    ("analysis", "primary_endpoint"): '"auc", "sensitivity", "specificity" or "wafroc".',
    ("analysis", "comparison"): 'Two of "unaided", "aided", "hybrid", "ai".',
    ("analysis", "hybrid_lambda"): "Weight of the reader in the hybrid, 0 to 1; the AI has the "
    "rest.",
    ("analysis", "acceptance_radius_mm"): "A mark this near to a lesion's centre counts as on it.",
}
