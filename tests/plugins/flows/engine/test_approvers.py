"""Who is asked, and why (2.1 to 2.7)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.flows.engine import Case, InvalidTarget, Kind, Node, Rule, Starter, Status, choose
from tests.plugins.flows.engine.building import Desk, FakeWorld, approve, cc, flow, handle, people
from tests.plugins.flows.engine.trees import POOL, nodes


def ask(
    node: Node, world: FakeWorld | None = None, starter: Starter | None = None, **picks: list[str]
) -> object:
    """Run the pipeline and keep what matters."""
    case = Case(starter=starter or Starter(person_id="s"), values={"cover": "c"}, picks=picks)
    panel = choose(node, case, world or FakeWorld())
    return panel.people or panel.result


@given(nodes("n"), st.sets(st.sampled_from((*POOL, "admin"))))
@settings(max_examples=60, deadline=None)
def test_p12_only_active_people_once_or_a_named_rule(node: Node, inactive: set[str]) -> None:
    world = FakeWorld(inactive=list(inactive), superior=["a", "a", "b"])
    panel = choose(node, Case(starter=Starter(person_id="s"), values={}, picks={}), world)

    assert len(set(panel.people)) == len(panel.people)
    assert not set(panel.people) & inactive
    assert panel.people or panel.result != "ask" or node.kind is Kind.CC
    if node.on_self != "self" and node.kind is not Kind.CC:
        assert "s" not in panel.people


def test_people_are_asked_in_rule_order_without_repeats() -> None:
    node = approve("n", by=(*people("b"), Rule(kind="role", arg="a+b+c"), *people("a")))

    assert ask(node) == ("b", "a", "c")


def test_people_who_left_are_dropped() -> None:
    assert ask(approve("n", "a", "b"), FakeWorld(inactive=["a"])) == ("b",)


def test_a_person_of_the_form_is_asked() -> None:
    assert ask(approve("n", by=(Rule(kind="form_person", arg="cover"),))) == ("c",)


def test_an_empty_role_goes_to_the_administrator() -> None:
    assert ask(approve("n", by=(Rule(kind="role"),))) == ("admin",)


def test_an_empty_role_may_pass() -> None:
    assert ask(approve("n", by=(Rule(kind="role"),), on_empty="pass")) == "pass"


def test_an_empty_role_may_go_to_named_people_who_are_filtered_again() -> None:
    node = approve("n", by=(Rule(kind="role"),), on_empty="named", fallback=people("x", "y", "s"))

    assert ask(node, FakeWorld(inactive=["x"])) == ("y",)
    assert ask(node, FakeWorld(inactive=["x", "y"])) == "blocked"


def test_a_blocked_visit_waits_in_the_exception_box() -> None:
    desk = Desk(flow(approve("n1", by=(Rule(kind="role"),), on_empty="blocked"), approve("n2", "b"))).submit()

    assert [one.node_id for one in desk.state.blocked] == ["n1"]
    assert (desk.state.status, desk.waiting_for()) == (Status.RUNNING, [])


@pytest.mark.parametrize(
    "options", [{"sign": True}, {"comment": "always"}, {"edit": ("reason",)}, {"require": ("reason",)}]
)
def test_p17_a_demanding_node_is_never_passed_by_a_rule(options: dict[str, object]) -> None:
    assert ask(approve("n", by=(Rule(kind="role"),), on_empty="pass", **options)) == ("admin",)
    assert ask(approve("n", "s", on_self="skip", **options)) == ("admin",)


def test_work_is_never_passed_by_a_rule() -> None:
    assert ask(handle("n", "s")) == ("admin",)


def test_the_starter_is_left_out_when_others_can_act() -> None:
    assert ask(approve("n", "s", "a")) == ("a",)


def test_a_starter_alone_is_passed_over() -> None:
    assert ask(approve("n", "s")) == "pass"


def test_a_superior_takes_the_starters_seat() -> None:
    world = FakeWorld(superior=["boss"])

    assert ask(approve("n", "s", "a", on_self="superior"), world) == ("boss", "a")
    assert ask(approve("n", "s", on_self="superior")) == ("admin",)


def test_a_department_head_takes_the_starters_seat() -> None:
    assert ask(approve("n", "s", on_self="dept_head"), FakeWorld(dept_head=["s", "head"])) == ("head",)


def test_a_starter_may_act_where_the_node_says_so() -> None:
    assert ask(approve("n", by=(Rule(kind="starter"),), on_self="self")) == ("s",)


def test_an_assistant_counts_as_starter_too() -> None:
    starter = Starter(person_id="s", submitted_by="a")

    assert ask(approve("n", "s", "a", "b"), starter=starter) == ("b",)


def test_readers_include_the_starter_and_need_nobody() -> None:
    assert ask(cc("n", "s", "a")) == ("s", "a")
    assert ask(cc("n", "x"), FakeWorld(inactive=["x"])) == "ask"


def test_every_step_is_written_down() -> None:
    desk = Desk(flow(approve("n1", "s", "x", "a", "a")), FakeWorld(inactive=["x"])).submit()

    assert [(why.step, why.note, why.people) for why in desk.state.visits[0].why] == [
        ("candidates", "person:s person:x person:a person:a", ("s", "x", "a", "a")),
        ("unique", "", ("s", "x", "a")),
        ("active", "", ("s", "a")),
        ("starter", "skip", ("a",)),
    ]


def picked(**options: object) -> Node:
    """Make a node whose people the starter chooses."""
    return approve("n1", by=(Rule(kind="starter_pick"),), **options)


def test_the_starters_choice_is_stored_on_the_instance() -> None:
    desk = Desk(flow(picked())).submit(picks={"n1": ("b", "a")})

    assert desk.state.picks == {"n1": ("b", "a")}
    assert desk.waiting_for() == ["b", "a"]


@pytest.mark.parametrize(
    ("options", "picks", "reason"),
    [
        ({}, {}, "too_few"),
        ({"pick_min": 2}, {"n1": ("a",)}, "too_few"),
        ({"pick_max": 1}, {"n1": ("a", "b")}, "too_many"),
        ({}, {"n1": ("a", "a")}, "twice"),
        ({}, {"n1": ("gone",)}, "inactive"),
        ({}, {"n1": ("s",)}, "self"),
        ({"pick_from": people("a")}, {"n1": ("b",)}, "out_of_scope"),
        ({}, {"n1": ("a",), "n2": ("b",)}, "not_a_pick"),
    ],
)
def test_a_bad_choice_is_refused_at_submit(
    options: dict[str, object], picks: dict[str, object], reason: str
) -> None:
    desk = Desk(flow(picked(**options), approve("n2", "b")), FakeWorld(inactive=["gone"]))

    with pytest.raises(InvalidTarget) as refusal:
        desk.submit(picks=picks)

    assert refusal.value.reason == reason


def test_a_choice_is_not_demanded_where_the_flow_does_not_go() -> None:
    desk = Desk(flow(picked(when=["gt", ["f", "days"], 3]), approve("n2", "b")))

    assert desk.submit({"days": 1}).waiting_for() == ["b"]
