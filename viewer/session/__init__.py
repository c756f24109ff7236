"""The state of the open window, observable, without Qt."""
