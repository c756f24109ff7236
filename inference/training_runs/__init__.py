"""Training from a configuration: `tomolens train`."""
