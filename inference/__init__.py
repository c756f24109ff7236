"""The breast cancer networks as a library: no Qt, no viewer, no DICOM."""

from inference.process import share_cores

# Here, because torch reads it once, when it is imported, and only this package imports torch.
share_cores()
