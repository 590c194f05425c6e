"""Places (编制) to be filled: who is needed where, before anybody has a name."""

from dataclasses import dataclass, field
from random import Random

from .posts import GROUP_STAFF, MEDTECH_STAFF, OFFICE_STAFF
from .records import Department
from .tree import BOARD, EAST, MAIN, NORTH

STAFF_COUNT = 2_900


@dataclass(frozen=True, kw_only=True)
class Chair:
    """A vice president: what he leads and what he is in charge of on the main campus."""

    leads: tuple[str, ...] = ()
    offices: str = ""
    units: str = ""


CHAIRS = (
    Chair(leads=(MAIN,), offices="med qc insurance outpatient", units=f"{BOARD} 内科系统 门急诊系统"),
    Chair(offices="nursing edu infection discipline audit", units="外科系统 护理系统"),
    Chair(offices="equip pharm lab it logistics security", units="医技系统"),
    Chair(leads=("行政职能",), offices="office hr finance procure publicity archive"),
    Chair(leads=(EAST,), units=EAST),
    Chair(leads=(NORTH,), units=NORTH),
)


@dataclass(kw_only=True)
class Place:
    """One position; the first department is the main one."""

    post: str
    departments: list[int]
    leads: list[int] = field(default_factory=list)
    in_charge: tuple[int, ...] = ()
    heads_nursing_of: tuple[int, ...] = ()

    def lead(self, department_id: int) -> None:
        """Take the lead of a department, joining it when needed."""
        if department_id not in self.departments:
            self.departments.append(department_id)
        self.leads.append(department_id)


class Establishment:
    """All places of a hospital, planned from its tree."""

    def __init__(self, departments: tuple[Department, ...], rng: Random) -> None:
        self.departments = departments
        self.by_id = {department.id: department for department in departments}
        self.rng = rng
        self.places: list[Place] = []

    def plan(self) -> list[Place]:
        """Plan exactly `STAFF_COUNT` places, in the order of the tree."""
        for department in self.departments:
            planner = getattr(self, f"_plan_{department.kind}", None)
            if planner:
                planner(department)
        self._lead_systems()
        self._add_division_head_nurses()
        self._fill_up()
        self._second_departments()
        return sorted(self.places, key=lambda place: place.departments[0])

    # One function for each kind of department

    def _plan_board(self, board: Department) -> None:
        president = self._add("院长", board)
        president.leads.append(board.id)
        president.lead(self.departments[0].id)
        for chair in CHAIRS:
            vice_president = self._add("副院长", board)
            vice_president.in_charge = self._in_charge(chair)
            for name in chair.leads:
                vice_president.lead(self._main_unit(name))

    def _plan_office(self, office: Department) -> None:
        heads = {"nursing": "护理部主任", "lab": "医技科主任", "pharm": "药剂科主任"}
        deputies = {"nursing": "护理部副主任"}
        post, count = OFFICE_STAFF[office.code]
        self._add_leader(heads.get(office.code, "科长" if office.name.endswith("科") else "主任"), office)
        for _ in range(2 if office.code in deputies else 0):
            self._add(deputies[office.code], office)
        self._add_many(post, office, count)

    def _plan_group(self, group: Department) -> None:
        post, main_size, other_size = GROUP_STAFF[group.name]
        size = main_size if self._campus(group).name == MAIN else other_size
        self._add_leader("主任" if group.name == "综合办公室" else post, group)
        self._add_many(post, group, size - 1)

    def _plan_clinical(self, unit: Department) -> None:
        wards = self._below(unit)
        self._add_leader("科主任", unit)
        self._add("科副主任", unit)
        anaesthetists = 10 if unit.name == "麻醉科" else 0
        self._add_many("医师", unit, 4 * len(wards) + 3 + anaesthetists)

    def _plan_medtech(self, unit: Department) -> None:
        chief = self._chief_of_same_name(unit)
        if chief:
            chief.lead(unit.id)
        else:
            self._add_leader("科主任" if "医师" in MEDTECH_STAFF[unit.name] else "医技科主任", unit)
        for post, count in MEDTECH_STAFF[unit.name].items():
            self._add_many(post, unit, count if self._campus(unit).name == MAIN else count // 2 + 1)

    def _plan_ward(self, ward: Department) -> None:
        neighbour = self._below(self.by_id[ward.parent_id])[0]
        if self._campus(ward).name == NORTH and neighbour is not ward:
            # On the small campus one head nurse looks after both wards of a department.
            self._leader_of(neighbour.id).lead(ward.id)
        else:
            self._add_leader("护士长", ward)
        self._add_many("护士", ward, self.rng.randint(9, 12))

    # What spans several departments

    def _lead_systems(self) -> None:
        for system in self.departments:
            if system.kind == "system" and not any(system.id in place.leads for place in self.places):
                first = self._below(system)[0]
                leader = self._leader_of(first.id)
                if system.name == "护理系统":
                    leader = next(place for place in self.places if place.post == "护理部主任")
                leader.lead(system.id)

    def _add_division_head_nurses(self) -> None:
        nursing = next(department for department in self.departments if department.code == "nursing")
        for campus in (d for d in self.departments if d.kind == "campus"):
            systems = [d for d in self._below(campus) if d.kind == "system" and self._has_ward(d)]
            # The smaller systems of a campus share one division head nurse.
            shares = [[system] for system in systems[:2]] + [systems[2:]]
            if campus.name != MAIN:
                shares = [[systems[0]], systems[1:]]
            for share in shares:
                place = self._add("科护士长", nursing)
                place.departments += [system.id for system in share]
                place.heads_nursing_of = tuple(system.id for system in share)

    def _fill_up(self) -> None:
        """Hire nurses and doctors in turn until the hospital is full."""
        wards = [("护士", d) for d in self.departments if d.kind == "ward"]
        clinics = [("医师", d) for d in self.departments if d.kind == "clinical"]
        posts = wards + clinics + wards
        for number in range(STAFF_COUNT - len(self.places)):
            self._add(*posts[number % len(posts)])

    def _second_departments(self) -> None:
        """Let 3 % of the staff belong to more than one department."""
        missing = STAFF_COUNT * 3 // 100 - sum(len(place.departments) > 1 for place in self.places)
        kinds = {"医师": "clinical", "护士": "ward"}
        candidates = [place for place in self.places if place.post in kinds and not place.leads]
        for place in self.rng.sample(candidates, missing):
            kind = kinds[place.post]
            others = [d.id for d in self.departments if d.kind == kind and d.id != place.departments[0]]
            place.departments.append(self.rng.choice(others))

    # Small helpers

    def _add(self, post: str, department: Department) -> Place:
        place = Place(post=post, departments=[department.id])
        self.places.append(place)
        return place

    def _add_many(self, post: str, department: Department, count: int) -> None:
        for _ in range(count):
            self._add(post, department)

    def _add_leader(self, post: str, department: Department) -> None:
        self._add(post, department).leads.append(department.id)

    def _below(self, parent: Department) -> list[Department]:
        return [department for department in self.departments if department.parent_id == parent.id]

    def _has_ward(self, department: Department) -> bool:
        return department.kind == "ward" or any(self._has_ward(child) for child in self._below(department))

    def _campus(self, department: Department) -> Department:
        while department.kind != "campus":
            department = self.by_id[department.parent_id]
        return department

    def _leader_of(self, department_id: int) -> Place:
        return next(place for place in self.places if department_id in place.leads)

    def _chief_of_same_name(self, unit: Department) -> Place | None:
        """Find the head on the main campus who also leads this unit on another one."""
        chief = next((d for d in self.departments if d.name == unit.name and d.kind == "office"), None)
        return self._leader_of(chief.id) if chief else None

    def _main_unit(self, name: str) -> int:
        # The main campus is planted first, so its unit is the first of that name.
        return next(department.id for department in self.departments if department.name == name)

    def _in_charge(self, chair: Chair) -> tuple[int, ...]:
        codes = chair.offices.split()
        offices = [next(d.id for d in self.departments if d.code == code) for code in codes]
        return (*offices, *(self._main_unit(name) for name in chair.units.split()))
