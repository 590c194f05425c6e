"""Pages and their frame: one guard, one renderer, one place for errors."""
