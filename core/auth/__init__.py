"""Who is asking, since when, and what they may do."""
