"""The breast cancer networks as a library: no Qt, no viewer, no DICOM."""
