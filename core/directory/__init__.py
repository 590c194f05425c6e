"""Who is in the house, where, under whom, and with which duties."""
