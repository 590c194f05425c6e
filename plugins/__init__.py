"""Where plugins live: a place, not a module."""
