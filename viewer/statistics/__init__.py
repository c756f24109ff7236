"""Diagnostic accuracy of readers and models: pure functions on arrays; knows nothing of studies."""
