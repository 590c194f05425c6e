"""What the journeys share: one running demo and phones for its people."""

from tests.support.demo import demo, handset

__all__ = ["demo", "handset"]
