"""Commands that open, change and close exams."""

from __future__ import annotations

from viewer.commands.command import Command, Context, Group
from viewer.commands.reasons import without_exam
from viewer.session.exams import closed


def _close_exam(context: Context) -> None:
    exam_id = context.state.exam_id
    if exam_id is not None:
        context.session.apply(lambda state: closed(state, exam_id))


EXAM_COMMANDS = (
    Command(
        id="exam.open",
        title="Open files…",
        help="Open DICOM, NIfTI, NRRD, MHA, PNG or TIFF files; or drop them on the window.",
        group=Group.EXAM,
        keys=("Ctrl+O",),
        icon="mdi6.file-image-plus-outline",
        run=lambda context: context.desk.open_files(),
    ),
    Command(
        id="exam.open_folder",
        title="Open folder…",
        help="Search a folder and everything in it for exams.",
        group=Group.EXAM,
        keys=("Ctrl+Shift+O",),
        icon="mdi6.folder-open-outline",
        run=lambda context: context.desk.open_folder(),
    ),
    Command(
        id="exam.demo",
        title="Open the demo",
        help="Make a phantom exam and open it with the demonstration weights.",
        group=Group.EXAM,
        icon="mdi6.test-tube",
        run=lambda context: context.desk.open_demo(),
    ),
    Command(
        id="exam.skipped",
        title="Skipped files…",
        help="List the files of the last search that are not shown, and why.",
        group=Group.EXAM,
        icon="mdi6.file-question-outline",
        run=lambda context: context.desk.show_skipped(),
    ),
    Command(
        id="exam.assign_views",
        title="Assign views…",
        help="Say which view an image is that could not be identified.",
        group=Group.EXAM,
        icon="mdi6.tag-edit-outline",
        why_not=without_exam,
        run=lambda context: context.desk.assign_views(),
    ),
    Command(
        id="exam.close",
        title="Close exam",
        help="Close the exam that hangs.",
        group=Group.EXAM,
        keys=("Ctrl+W",),
        icon="mdi6.close",
        why_not=without_exam,
        run=_close_exam,
    ),
    Command(
        id="exam.settings",
        title="Settings…",
        help="AI on open, memory, palette, keys.",
        group=Group.EXAM,
        keys=("Ctrl+,",),
        icon="mdi6.cog-outline",
        run=lambda context: context.desk.show_settings(),
    ),
    Command(
        id="exam.clear_image_cache",
        title="Clear the image cache…",
        help="Delete the decoded slices that are kept on disk so that exams open at once.",
        group=Group.EXAM,
        icon="mdi6.delete-sweep-outline",
        run=lambda context: context.desk.clear_image_cache(),
    ),
    Command(
        id="exam.quit",
        title="Quit",
        help="Close the window; what runs is stopped.",
        group=Group.EXAM,
        keys=("Ctrl+Q",),
        icon="mdi6.exit-to-app",
        run=lambda context: context.desk.quit(),
    ),
)
