"""What a sample hospital is made of: departments, people, and questions about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

ACTIVE, DISABLED, NOT_ACTIVATED, LEFT = 1, 2, 4, 5


@dataclass(frozen=True, kw_only=True)
class Department:
    """A node of the tree; `kind` says what sort of place it is."""

    id: int
    name: str
    parent_id: int
    order: int
    """Bigger stands earlier among siblings, as in WeCom."""
    kind: str
    """hospital, campus, board, system, office, clinical, medtech, ward or group."""
    code: str = ""
    """The catalogue's word for a functional department, such as `hr`."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One employee, past or present."""

    userid: str
    staff_no: str
    name: str
    gender: str
    """WeCom's "1" for male, "2" for female."""
    mobile: str
    departments: tuple[int, ...]
    """The main department comes first."""
    leads: tuple[int, ...]
    """A subset of `departments`."""
    post: str
    post_class: str
    """院领导, 中层干部, 专业技术, 管理 or 工勤."""
    title: str
    line: str
    """护理线, 医疗线, 医技线 or 行政线."""
    status: int
    direct_leader: str
    """Userid of the superior; empty for the president."""
    in_charge: tuple[int, ...] = ()
    """Departments (with everything below) a vice president answers for."""
    heads_nursing_of: tuple[int, ...] = ()
    """Systems whose nurses a division head nurse answers for."""

    @property
    def main_department(self) -> int:
        return self.departments[0]

    @property
    def is_active(self) -> bool:
        return self.status == ACTIVE


@dataclass(frozen=True, kw_only=True)
class Hospital:
    """The whole sample: a tree and the people in it."""

    name: str
    seed: int
    departments: tuple[Department, ...]
    people: tuple[Person, ...]

    @cached_property
    def department_by_id(self) -> dict[int, Department]:
        return {department.id: department for department in self.departments}

    @cached_property
    def person_by_id(self) -> dict[str, Person]:
        return {person.userid: person for person in self.people}

    @cached_property
    def leaders(self) -> dict[int, tuple[Person, ...]]:
        """Leaders by department id; every department has an entry."""
        found: dict[int, list[Person]] = {department.id: [] for department in self.departments}
        for person in self.people:
            for department_id in person.leads:
                found[department_id].append(person)
        return {department_id: tuple(people) for department_id, people in found.items()}

    @cached_property
    def active(self) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.is_active)

    @cached_property
    def root(self) -> Department:
        return self.departments[0]

    @cached_property
    def campuses(self) -> tuple[Department, ...]:
        return tuple(department for department in self.departments if department.kind == "campus")

    def office(self, code: str) -> Department:
        """Find a functional department by the catalogue's word."""
        return next(department for department in self.departments if department.code == code)

    def path(self, department_id: int) -> Iterator[Department]:
        """Walk from a department up to the hospital."""
        while department_id:
            department = self.department_by_id[department_id]
            yield department
            department_id = department.parent_id

    def campus_of(self, person: Person) -> Department | None:
        """Tell on which campus a person mainly works."""
        return next((d for d in self.path(person.main_department) if d.kind == "campus"), None)
