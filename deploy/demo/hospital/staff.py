"""People for the places of a hospital: names, numbers, standing, superiors."""

from dataclasses import replace
from random import Random

from .names import mobile_numbers, person_name, staff_numbers
from .places import Place
from .posts import POSTS
from .records import ACTIVE, DISABLED, LEFT, NOT_ACTIVATED, Department, Hospital, Person

INACTIVE = {DISABLED: 40, LEFT: 60, NOT_ACTIVATED: 30}
LETTER_OF_CAMPUS = "ABC"


def hire(departments: tuple[Department, ...], places: list[Place], rng: Random) -> tuple[Person, ...]:
    """Fill every place with a made-up person; superiors are not known yet."""
    statuses = _statuses(places, rng)
    mobiles = mobile_numbers(rng, len(places))
    numbers = staff_numbers(rng, [_letter(departments, place) for place in places])
    return tuple(
        _person(place, f"qh{index + 1:04d}", numbers[index], mobiles[index], statuses[index], rng)
        for index, place in enumerate(places)
    )


def with_superiors(hospital: Hospital) -> Hospital:
    """Give everybody but the president a direct leader."""
    people = tuple(replace(person, direct_leader=_superior(hospital, person)) for person in hospital.people)
    return replace(hospital, people=people)


def _person(place: Place, userid: str, staff_no: str, mobile: str, status: int, rng: Random) -> Person:
    post = POSTS[place.post]
    gender = "1" if rng.random() < post.male_share else "2"
    return Person(
        userid=userid,
        staff_no=staff_no,
        name=person_name(rng, gender),
        gender=gender,
        mobile=mobile,
        departments=tuple(place.departments),
        leads=tuple(place.leads),
        post=post.shown or place.post,
        post_class=post.post_class,
        # The smaller of two draws: there are more juniors than seniors.
        title=post.titles[int(min(rng.random(), rng.random()) * len(post.titles))],
        line=post.line,
        status=status,
        direct_leader="",
        in_charge=place.in_charge,
        heads_nursing_of=place.heads_nursing_of,
    )


def _statuses(places: list[Place], rng: Random) -> list[int]:
    """Choose who is not active among those on whom nothing depends."""
    ordinary = [
        index for index, place in enumerate(places) if place.post in ("护士", "医师", "技师", "药师", "工人")
    ]
    followers = [index for index in ordinary if not places[index].leads]
    statuses = [ACTIVE] * len(places)
    standing = [status for status, count in INACTIVE.items() for _ in range(count)]
    for index, status in zip(rng.sample(followers, len(standing)), standing, strict=True):
        statuses[index] = status
    return statuses


def _letter(departments: tuple[Department, ...], place: Place) -> str:
    campuses = [department.id for department in departments if department.kind == "campus"]
    # Ids count upward in tree order, so a campus spans from its own id to the next campus.
    started = sum(campus_id <= place.departments[0] for campus_id in campuses)
    return LETTER_OF_CAMPUS[max(started, 1) - 1]


def _superior(hospital: Hospital, person: Person) -> str:
    if person.post == "院长":
        return ""
    if person.post == "副院长":
        return next(p.userid for p in hospital.people if p.post == "院长")
    above = [department.id for department in hospital.path(person.main_department)]
    if person.post == "护士长":
        return next(p.userid for p in hospital.people if set(above) & set(p.heads_nursing_of))
    if person.leads and hospital.department_by_id[person.main_department].kind == "office":
        return next(p.userid for p in hospital.people if set(above) & set(p.in_charge))
    leaders = (leader for department_id in above for leader in hospital.leaders[department_id])
    return next(leader.userid for leader in leaders if leader.userid != person.userid)
