"""One process each: read the config, wire, run."""
