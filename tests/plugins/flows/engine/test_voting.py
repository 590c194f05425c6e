"""Counting ballots."""

from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.flows.engine import Mode, Node
from plugins.flows.engine.voting import Ballot, Result, tally
from tests.plugins.flows.engine.building import approve

ballots = st.lists(
    st.builds(Ballot, vote=st.sampled_from(["yes", "no", "open"]), weight=st.integers(1, 5)),
    min_size=1,
    max_size=7,
)
modes = st.builds(
    lambda mode, threshold, timing, all_refuse: approve(
        "n", "a", mode=mode, threshold=threshold, reject_timing=timing, reject_needs_all=all_refuse
    ),
    st.sampled_from(Mode),
    st.integers(1, 100),
    st.sampled_from(["immediate", "deferred"]),
    st.booleans(),
)


@given(modes, ballots, st.randoms())
@settings(max_examples=60, deadline=None)
def test_p09_the_order_of_ballots_never_matters(node: Node, cast: list[Ballot], random: object) -> None:
    mixed = list(cast)
    random.shuffle(mixed)  # type: ignore[attr-defined]

    assert tally(node, mixed) is tally(node, cast)


@given(ballots)
@settings(max_examples=60, deadline=None)
def test_p10_a_threshold_of_100_is_the_same_as_all(cast: list[Ballot]) -> None:
    assert tally(approve("n", mode=Mode.VOTE, threshold=100), cast) is tally(
        approve("n", mode=Mode.ALL), cast
    )


@given(st.lists(st.sampled_from(["yes", "open"]), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_p10_a_threshold_of_one_voice_is_the_same_as_any_for_approvals(votes: list[str]) -> None:
    cast = [Ballot(vote=vote) for vote in votes]
    one_voice = approve("n", mode=Mode.VOTE, threshold=100 // len(cast))

    assert tally(one_voice, cast) is tally(approve("n", mode=Mode.ANY), cast)


@given(modes, ballots)
@settings(max_examples=60, deadline=None)
def test_p11_undecided_means_that_somebody_can_still_vote(node: Node, cast: list[Ballot]) -> None:
    if tally(node, cast) is Result.UNDECIDED:
        assert any(one.vote == "open" for one in cast)


@given(modes, ballots)
@settings(max_examples=60, deadline=None)
def test_p02_p05_a_result_is_not_changed_by_later_ballots(node: Node, cast: list[Ballot]) -> None:
    decided = tally(node, cast)
    later = [Ballot(vote="yes" if one.vote == "open" else one.vote, weight=one.weight) for one in cast]

    if decided is not Result.UNDECIDED and node.mode is not Mode.ANY:  # there the first act ends the visit
        assert tally(node, later) is decided


def test_a_vote_passes_at_exactly_the_threshold() -> None:
    node = approve("n", mode=Mode.VOTE, threshold=60)

    def result(yes: int, no: int) -> Result:
        return tally(
            node,
            [Ballot(vote="yes")] * yes + [Ballot(vote="no")] * no + [Ballot(vote="open")] * (5 - yes - no),
        )

    assert result(2, 0) is Result.UNDECIDED
    assert result(3, 0) is Result.PASSED
    assert result(0, 2) is Result.UNDECIDED
    assert result(0, 3) is Result.REJECTED
