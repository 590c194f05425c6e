"""Climbing department heads (2.4)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.flows.engine import climb

DEPARTMENTS = list("vwxyz")
trees = st.dictionaries(st.sampled_from(DEPARTMENTS), st.sampled_from(DEPARTMENTS))  # may form cycles
heads = st.dictionaries(st.sampled_from(DEPARTMENTS), st.lists(st.sampled_from("abcs"), max_size=2))


@given(trees, heads, st.sampled_from(DEPARTMENTS), st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_p13_p14_a_chain_is_finite_unique_without_the_starter_and_repeatable(
    parents: dict[str, str], leaders: dict[str, list[str]], start: str, levels: int
) -> None:
    def chain() -> list[str]:
        return climb(start, parents.get, lambda one: leaders.get(one, []), starters={"s"}, levels=levels)

    assert len(set(chain())) == len(chain())
    assert "s" not in chain()
    assert chain() == chain()


def chain_of(leaders: dict[str, list[str]], **options: object) -> list[str]:
    """Climb ward → division → hospital."""
    parents = {"ward": "division", "division": "hospital"}
    return climb("ward", parents.get, lambda one: leaders.get(one, []), **options)  # type: ignore[arg-type]


def test_heads_are_listed_from_below() -> None:
    assert chain_of({"ward": ["a"], "division": ["b"], "hospital": ["c"]}) == ["a", "b", "c"]


def test_levels_end_the_climb_and_vacant_ones_do_not_count() -> None:
    assert chain_of({"ward": ["a"], "hospital": ["c"]}, levels=2) == ["a", "c"]


def test_levels_below_a_starter_who_is_a_head_are_not_asked() -> None:
    assert chain_of({"ward": ["a"], "division": ["s"], "hospital": ["c"]}, starters={"s"}) == ["c"]


def test_a_head_of_several_levels_is_asked_at_the_highest() -> None:
    assert chain_of({"ward": ["a"], "division": ["b"], "hospital": ["a"]}) == ["b", "a"]
