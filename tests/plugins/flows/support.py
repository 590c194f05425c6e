"""A hospital with the departments and duties the gallery asks for, and short ways to send and decide."""

import io
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.messaging import callbacks
from core.messaging.models import Inbox, Outbox
from plugins.flows import engine, queries, service
from plugins.flows.models import Event, Instance, Task
from plugins.flows.service.commands import Answer

LEAVE = {
    "leave_kind": "年假",
    "period": ["2026-12-01/am", "2026-12-02/pm"],
    "days": "2",
    "reason": "回家看望父母",
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass
class Hospital:
    """The house with people in place: `hospital.nurse`, `hospital.head`, `hospital.staff("hr")`."""

    house: Any
    numbers: dict[str, int] = field(default_factory=dict)
    requests: int = 0

    def __post_init__(self) -> None:
        self.house.enable("flows")
        self.head = self.house.person("护士长甲", head=True)
        self.nurse = self.house.person("护士乙", post="护士")
        self.cover = self.house.person("护士丙")

    def staff(self, code: str, *names: str) -> list[Any]:
        """Make a department with a code and its heads."""
        number = self.numbers.setdefault(code, 100 + len(self.numbers))
        self.house.department(number, f"{code}科", code=code)
        return [self.house.person(name, department=number, head=True) for name in names or (f"{code}科长",)]

    def duty(self, role: str, *names: str) -> list[Any]:
        """Make people with a role."""
        return [self.house.person(name, department=20, roles=[role]) for name in names]

    def actor(self, person: Any) -> Any:
        """Return a person as an actor."""
        return self.house.actor(person)

    def answer(self, **values: Any) -> Answer:
        """Make an answer with a request id of its own."""
        self.requests += 1
        return Answer(**{"request_id": f"r-{self.requests}", **values})

    def submit(
        self, slug: str, raw: dict[str, Any], *, by: Any = None, picks: Any = None, request_id=""
    ) -> str:
        """Send a form; returns the instance id."""
        self.requests += 1
        row = queries.definition_of(self.house.site, slug)
        actor = self.actor(by or self.nurse)
        request_id = request_id or f"r-{self.requests}"
        return service.submit(row, raw, request_id=request_id, actor=actor, picks=picks)

    def leave(self, *, by: Any = None, **changes: Any) -> str:
        """Send a leave request."""
        return self.submit("hr-leave", {**LEAVE, "cover": self.cover.id, **changes}, by=by)

    def approve(self, person: Any, **values: Any) -> str:
        """Agree to what waits for this person."""
        return service.approve(task_of(person).id, self.answer(**values), actor=self.actor(person))

    def handle(self, person: Any, **values: Any) -> str:
        """Report the work of this person done."""
        return service.handle(task_of(person).id, self.answer(**values), actor=self.actor(person))

    def reject(self, person: Any, **values: Any) -> str:
        """Refuse what waits for this person."""
        answer = self.answer(**{"comment": "材料不全", **values})
        return service.reject(task_of(person).id, answer, actor=self.actor(person))

    def send_back(self, person: Any, resume: str = "rerun") -> str:
        """Return what waits for this person."""
        answer = self.answer(comment="请补充材料")
        return service.send_back(task_of(person).id, answer, resume=resume, actor=self.actor(person))

    def resubmit(self, person: Any, **changes: Any) -> str:
        """Send the form again that lies with this person."""
        answer = self.answer(changes=changes)
        return service.resubmit(task_of(person).id, answer, actor=self.actor(person))

    def publish(self, *nodes: engine.Node, slug: str = "own-flow", **values: Any) -> str:
        """Publish a flow of one's own; returns its slug."""
        fields = values.pop("fields", (engine.Field(id="topic", name="事由", type="text", required=True),))
        document = engine.Definition(
            id=slug, name="自定流程", category="hr", summary="测试", fields=fields, root=nodes, **values
        )
        service.publish(self.house.site, document, by=self.actor(self.head))
        return slug


def node(id: str, *people: Any, kind: str = "approve", mode: str = "any", **values: Any) -> engine.Node:
    """Make a step for fixed people."""
    by = tuple(engine.Rule(kind="person", arg=one.id) for one in people)
    values = {"name": f"环节{id}", **values}
    return engine.Node(id=id, kind=engine.Kind(kind), by=by, mode=engine.Mode(mode), **values)


def task_of(person: Any, status: str = "pending") -> Task:
    """Return the newest task of a person."""
    return (
        Task.select()
        .where(Task.person_id == person.id, Task.status == status)
        .order_by(Task.opened_at.desc(), Task.id.desc())
        .get()
    )


def holders(instance_id: str) -> set[str]:
    """Return the names of those an application waits for."""
    from core.directory.models import Person

    tasks = Task.select().where(Task.instance == instance_id, Task.status == "pending")
    return {Person.get_by_id(task.person_id).name for task in tasks}


def status(instance_id: str) -> str:
    """Return the state of an application."""
    return Instance.get_by_id(instance_id).status


def state(instance_id: str) -> engine.Instance:
    """Return the engine's state of an application."""
    return engine.state_from_json(Instance.get_by_id(instance_id).state)


def check_invariants(instance_id: str) -> None:
    """Assert P47 to P50 on one application."""
    row = Instance.get_by_id(instance_id)
    kept = engine.state_from_json(row.state)
    tasks = list(Task.select().where(Task.instance == instance_id))
    open_tasks = [task for task in kept.tasks if task.status in ("pending", "waiting")]
    pending = [(task.visit_id, task.person_id) for task in kept.pending]

    assert len(pending) == len(set(pending)), "P47"
    if row.status == "running":
        assert kept.pending or kept.blocked, "P48"
    else:
        assert open_tasks == [], "P49"
    replayed = engine.replay(queries.facts_of(instance_id))
    assert engine.state_to_json(replayed).decode() == row.state, "P50"
    assert [
        event.seq for event in Event.select().where(Event.instance == instance_id).order_by(Event.seq)
    ] == [*range(1, row.version + 1)]
    assert (row.status, row.is_returned) == (kept.status.value, kept.returned)
    assert {task.id: (task.person_id, task.status) for task in tasks} == {
        task.id: (task.person_id, task.status.value) for task in kept.tasks
    }, "tables equal the state"


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run works at the same moment, each in a thread of its own; gives results or errors in order."""
    from core.db import database

    gate = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            with database.obj.connection_context():
                gate.wait(10)
                results[place] = work()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def upload(browser: Any, kind: str = "photo", content: bytes = PNG, name: str = "a.png") -> str:
    """Upload a file as the page's script does; returns its id."""
    answer = send_parts(browser, f"/-/attachments?kind=flows.{kind}", [("file", name, content)])
    assert answer.status_code == 200, answer.text
    return answer.json["id"]


def send_parts(browser: Any, path: str, parts: list[tuple]) -> Any:
    """Send a multipart form: (name, text) or (name, filename, content) parts."""
    body = io.BytesIO()
    for part in [*parts, ("_csrf", browser.csrf)]:
        name = f'; filename="{part[1]}"' if len(part) == 3 else ""
        content = part[2] if len(part) == 3 else part[1].encode()
        body.write(f'--qbqb\r\nContent-Disposition: form-data; name="{part[0]}"{name}\r\n\r\n'.encode())
        body.write(content + b"\r\n")
    body.write(b"--qbqb--\r\n")
    headers = {
        "Content-Type": "multipart/form-data; boundary=qbqb",
        "Accept": "text/html",
        "X-QB-CSRF": browser.csrf,
    }
    return browser.request("POST", path, body=body.getvalue(), headers=headers)


def words(page: Any) -> str:
    """Return the text of a page without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


def press(card: Outbox, person: Any, key: str = "approve", *, code: str = "fresh") -> Inbox:
    """Let WeCom call back about a button; returns the row after the work is done."""
    from core.ids import new_id

    number = Inbox.insert(
        raw_hash=new_id(),
        body_hash=new_id(),
        fields={
            "Event": "template_card_event",
            "EventKey": key,
            "TaskId": card.task_id,
            "FromUserName": person.userid,
            "ResponseCode": code,
        },
    ).execute()
    callbacks.handle({"inbox_id": number})
    return Inbox.get_by_id(number)
