"""Ways to deploy."""
