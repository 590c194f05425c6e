"""The project's promises, checked for every file at once."""
