"""What can go wrong while preparing, loading or running a network."""


class InferenceError(Exception):
    """A prediction cannot be made; the message names the thing, what was found and the way out."""


class WeightsError(InferenceError):
    """A weights file or its model card cannot be used."""


class InputShapeError(InferenceError):
    """An image or volume does not fit what the network asks for."""


class UnusableImageError(InferenceError):
    """The image holds nothing a network could score: all zero, not a number, or no breast."""


class DeviceMemoryError(InferenceError):
    """The device ran out of memory even with the smallest chunk."""


class Cancelled(Exception):
    """The user asked to stop; not an error."""


class DeviceUnavailableError(InferenceError):
    """The device that was asked for is not there."""
