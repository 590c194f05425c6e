"""The small platform under every plugin: who is asking, who is in the house, what happened, what to send."""

__version__ = "0.1.0"
