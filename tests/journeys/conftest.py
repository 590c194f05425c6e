"""What the journeys share: one running demo, phones for its people, pages for its visitors."""

from tests.support.demo import demo, handset, visit

__all__ = ["demo", "handset", "visit"]
