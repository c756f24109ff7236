"""Commands that lead from the viewer to reader studies."""

from __future__ import annotations

from viewer.commands.command import Command, Group

STUDIES_COMMANDS = (
    Command(
        id="studies.design",
        title="Design a study…",
        help="Cases, readers, arms, sessions, questions, analysis plan, power.",
        group=Group.STUDY,
        icon="mdi6.clipboard-edit-outline",
        run=lambda context: context.desk.design_study(),
    ),
    Command(
        id="studies.read",
        title="Read a study…",
        help="Open a study for a reader, in a locked-down window of its own.",
        group=Group.STUDY,
        icon="mdi6.clipboard-text-play-outline",
        run=lambda context: context.desk.read_study(),
    ),
    Command(
        id="studies.analyse",
        title="Analyse a study or table…",
        help="Curves, the lambda slider, comparisons, agreement, report.",
        group=Group.STUDY,
        icon="mdi6.chart-bell-curve-cumulative",
        run=lambda context: context.desk.analyse_study(),
    ),
)
