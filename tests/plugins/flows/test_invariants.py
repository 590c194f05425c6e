"""Whatever people do, in whatever order: one pending task each, a way on or an end, a log that tells all."""

import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.directory.models import Person
from plugins.flows import engine, queries, service
from plugins.flows.models import Instance, Task
from plugins.flows.service.commands import Answer
from qingban import QingbanError
from tests.plugins.flows.support import Hospital, check_invariants, node

VERBS = (
    "approve",
    "approve",
    "approve",
    "handle",
    "reject",
    "send_back",
    "resubmit",
    "withdraw",
    "comment",
    "urge",
)
numbers = itertools.count(1)


@pytest.fixture
def crowd(house):
    """Give a hospital with six people, and flows of all modes between them."""
    hospital = Hospital(house)
    people = [hospital.house.person(f"人员{number}") for number in range(6)]
    a, b, c, d, e, f = people
    everyone = engine.Branch(
        id="b1", default=True, steps=(node("p1", a, b, mode="all"), node("c1", f, kind="cc"))
    )
    other = engine.Branch(id="b2", steps=(node("p2", c, d, mode="any"),))
    both = engine.Block(id="k1", kind=engine.BlockKind.PARALLEL, branches=(everyone, other))
    hospital.publish(both, node("p3", e, edit=("topic",)), node("p4", a, kind="handle"), slug="parallel")
    hospital.publish(
        node("s1", a, b, c, mode="seq", on_reject="starter"),
        node("v1", a, b, c, d, e, mode="vote", threshold=60, reject_timing="deferred"),
        slug="sequence",
    )
    hospital.publish(
        node("x1", a, f, mode="all", dedup="round"), node("x2", f, a, dedup="round"), slug="small"
    )
    return hospital, people


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    slug=st.sampled_from(["parallel", "sequence", "small"]),
    steps=st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 30), st.booleans()), max_size=18),
)
def test_any_story_keeps_its_promises(crowd, slug, steps):
    hospital, people = crowd
    instance_id = hospital.submit(slug, {"topic": "一件事"}, request_id=f"s-{next(numbers)}")
    everybody = [*people, hospital.nurse]

    for verb, choice, is_holder in steps:
        act(hospital, instance_id, verb, choice, everybody, is_holder)
        check_invariants(instance_id)


def act(hospital, instance_id, verb, choice, everybody, is_holder):
    """Let somebody try something; a refusal is an answer too."""
    tasks = list(Task.select().where(Task.instance == instance_id).order_by(Task.id))
    pending = [task for task in tasks if task.status == "pending"]
    task = (pending if is_holder and pending else tasks)[
        choice % len(pending if is_holder and pending else tasks)
    ]
    person = Person.get_by_id(task.person_id) if is_holder else everybody[choice % len(everybody)]
    actor = hospital.actor(hospital.nurse if verb in ("withdraw", "urge") else person)
    changes = {"topic": f"第{choice}件事"} if verb in ("approve", "resubmit") and choice % 7 == 0 else {}
    answer = Answer(request_id=f"s-{next(numbers)}", comment="说明", changes=changes)
    about = instance_id if verb in ("withdraw", "comment", "urge") else task.id
    before = Instance.get_by_id(instance_id).version
    status = _status(lambda: getattr(service, verb)(about, answer, actor=actor))
    assert status in (200, 404, 409, 422)
    assert (Instance.get_by_id(instance_id).version > before) is (status == 200)


def _status(work):
    """Return how a command would be answered over HTTP."""
    try:
        work()
    except QingbanError as refused:
        return refused.status
    return 200


def test_random_stories_end_when_everybody_agrees(crowd):
    hospital, people = crowd
    chance = random.Random(7)
    for slug in ("parallel", "sequence", "small"):
        instance_id = hospital.submit(slug, {"topic": "一件事"})
        while (row := queries.instance(instance_id)).status == "running":
            task = chance.choice(
                list(Task.select().where(Task.instance == instance_id, Task.status == "pending"))
            )
            verb = service.handle if task.kind == "handle" else service.approve
            person = Person.get_by_id(task.person_id)
            verb(task.id, Answer(request_id=f"e-{next(numbers)}"), actor=hospital.actor(person))
        check_invariants(instance_id)
        assert row.status == "approved"
    assert len(people) == 6
