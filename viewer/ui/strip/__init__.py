"""The slice strip: a slider that shows where the AI found something."""
