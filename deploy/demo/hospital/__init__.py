"""A believable hospital of 2,900 invented people, the same on every machine."""

from random import Random

from .places import Establishment
from .records import Department, Hospital, Person
from .staff import hire, with_superiors
from .tree import HOSPITAL, build_departments

__all__ = ["Department", "Hospital", "Person", "generate"]


def generate(seed: int = 2900) -> Hospital:
    """Make the sample hospital; the same seed gives the same hospital."""
    rng = Random(seed)
    departments = build_departments()
    places = Establishment(departments, rng).plan()
    people = hire(departments, places, rng)
    return with_superiors(Hospital(name=HOSPITAL, seed=seed, departments=departments, people=people))
