"""What must hold after every command, whatever the flow and whoever acted."""

from collections import Counter

from plugins.flows.engine import (
    Instance,
    Kind,
    Status,
    TaskStatus,
    VisitStatus,
    state_from_json,
    state_to_json,
)


def assert_sound(state: Instance) -> None:
    """Check the invariants that a state shows by itself."""
    _assert_one_pending_task_per_person_and_visit(state)
    _assert_running_instances_wait_for_somebody(state)
    _assert_ended_instances_rest(state)
    _assert_open_visits_have_open_tasks(state)
    _assert_open_visits_stand_in_open_branches(state)
    _assert_sequences_ask_one_by_one(state)
    _assert_skips_are_justified(state)
    assert state_from_json(state_to_json(state)) == state


def _assert_one_pending_task_per_person_and_visit(state: Instance) -> None:  # P47
    seats = Counter((one.visit_id, one.person_id) for one in state.pending)
    assert set(seats.values()) <= {1}


def _assert_running_instances_wait_for_somebody(state: Instance) -> None:  # P48
    if state.status is Status.RUNNING:
        assert state.pending or state.blocked
    if state.returned:
        assert [one.person_id for one in state.pending] == [state.starter.person_id]


def _assert_ended_instances_rest(state: Instance) -> None:  # P49
    if state.status not in (Status.DRAFT, Status.RUNNING):
        still_open = [one for one in state.tasks if one.status in (TaskStatus.PENDING, TaskStatus.WAITING)]
        assert not still_open
        assert not state.blocked
        assert all(one.status in ("joined", "cancelled") for one in state.splits)


def _assert_open_visits_have_open_tasks(state: Instance) -> None:  # P06, P11, P12
    for visit in state.visits:
        tasks = state.tasks_of(visit.id)
        pending = [one for one in tasks if one.status is TaskStatus.PENDING]
        assert bool(pending) == (visit.status is VisitStatus.OPEN)
        if visit.status not in (VisitStatus.OPEN, VisitStatus.BLOCKED):
            assert all(one.status is not TaskStatus.WAITING for one in tasks)


def _assert_open_visits_stand_in_open_branches(state: Instance) -> None:  # P19
    for visit in state.visits:
        if visit.place.split_id and visit.status in (VisitStatus.OPEN, VisitStatus.BLOCKED):
            split = state.split(visit.place.split_id)
            assert split.status == "open"
            assert visit.place.branch_id in set(split.started) - set(split.arrived)


def _assert_sequences_ask_one_by_one(state: Instance) -> None:  # P07
    for visit in state.visits:
        # A seat that a rule answered at the start (dedup) is nobody's turn, wherever it stands.
        tasks = [one for one in state.tasks_of(visit.id) if one.status is not TaskStatus.SKIPPED]
        if any(one.status is TaskStatus.WAITING for one in tasks):
            first = next(index for index, one in enumerate(tasks) if one.status is TaskStatus.WAITING)
            assert all(one.status is TaskStatus.WAITING for one in tasks[first:])
            assert sum(one.status is TaskStatus.PENDING for one in tasks) <= 1


def _assert_skips_are_justified(state: Instance) -> None:  # P16, P17
    for task in state.tasks:
        if task.status is not TaskStatus.SKIPPED:
            continue
        reason = state.task(task.because)
        assert reason is not None
        assert (reason.status, reason.person_id, reason.round, reason.data_version) == (
            TaskStatus.APPROVED,
            task.person_id,
            task.round,
            task.data_version,
        )
        assert state.visit(reason.visit_id).kind is Kind.APPROVE
