"""One exam without a window: its frames on demand, and what the models say of its images."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

import numpy as np

from inference.errors import InferenceError
from inference.progress import Progress
from inference.types import MALIGNANT, Prediction
from viewer.commands.model_set import ModelSet
from viewer.commands.series_model import SeriesModel
from viewer.domain.ai_state import AiState, Done, Failed, NotRun, SeriesDone
from viewer.domain.exam import Exam
from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.loading.ct_source import ct_source
from viewer.loading.decode_pool import DecodePool
from viewer.loading.errors import LoadingError, UnsuitablePixels, UnsuitableSeries
from viewer.loading.frame_store import FrameStore
from viewer.loading.located_exam import LocatedExam
from viewer.loading.model_source import model_input

FRAME_BYTES = 700 << 20
"""For the volume that a network looks at."""
_SHOWN_BYTES = 300 << 20
"""For slices that are painted."""


class HeadlessExam:
    """Decodes and predicts; a context manager, since threads decode for it."""

    def __init__(self, located: LocatedExam) -> None:
        self._located = located
        self._shown = FrameStore(_SHOWN_BYTES)
        self._pool = DecodePool(
            store=FrameStore(FRAME_BYTES),
            on_ready=lambda image_id, slice_index: None,
            on_failed=lambda image_id, slice_index, error: None,
        )

    def __enter__(self) -> HeadlessExam:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close()

    @property
    def exam(self) -> Exam:
        """The exam."""
        return self._located.exam

    def frame(self, image_id: str, slice_index: int) -> Frame:
        """Decode one slice, or hand out the one that is kept. Raises UnreadableImage."""
        frame = self._shown.get(image_id, slice_index)
        if frame is None:
            frame = Frame.cropped(self._located.frames[image_id].read_frame(slice_index))
            self._shown.put(image_id, slice_index, frame)
        return frame

    def frames_of(self, image_id: str) -> Callable[[int], Frame]:
        """The slices of one image by index."""
        return lambda slice_index: self.frame(image_id, slice_index)

    def ai_of(self, image: ImageStack, models: ModelSet, progress: Progress) -> AiState:
        """Run the first model that serves an image; a failure is a state with its reason.

        Raises what `progress` raises.
        """
        if image.ct is not None and models.series:
            return self._series_of(image, models.series[0], progress)
        serving = models.serving(image.kind)
        if not serving:
            return NotRun(f"none of the weights serves images of the kind {image.kind.value}")
        # One image at a time, so that memory stays bounded.
        self._pool.open({image.image_id: self._located.frames[image.image_id]})
        self._pool.focus([(image.image_id, 0)])
        try:
            source = self._pool.source(image.image_id)
            return Done(serving[0].predict(model_input(image, source), progress))
        except UnsuitablePixels as error:
            return NotRun(str(error))
        except (InferenceError, LoadingError) as error:
            return Failed(str(error))

    def _series_of(self, image: ImageStack, model: SeriesModel, progress: Progress) -> AiState:
        try:
            source = ct_source(image, self._located.frames[image.image_id])
            return SeriesDone(model.predict(source, progress))
        except UnsuitableSeries as error:
            return NotRun(str(error))
        except (InferenceError, LoadingError) as error:
            return Failed(str(error))


def peak_slice(prediction: Prediction) -> int | None:
    """The slice with the highest malignant saliency; None when nothing is salient."""
    if not prediction.has_salient_region:
        return None
    return int(np.argmax(prediction.saliency[:, MALIGNANT].max(axis=(1, 2))))
