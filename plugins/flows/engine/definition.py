"""What a flow is: a numbered, immutable tree of people and branches, kept as data."""

from enum import StrEnum
from typing import Any, Literal, TypeAlias

import msgspec

Expression: TypeAlias = list[Any]
"""A JSON list expression such as `["gt", ["f", "days"], "3"]`; evaluated by the world, never here."""

START = "start"
"""The node id of the starter's own form, used for visits after a return."""

RULE_KINDS = frozenset(
    "person dept_head line_head manager_chain dept role form_dept_head form_person vp president starter"
    " starter_pick all_dept_heads superior flow_admin".split()
)
RULES_WITH_ARGUMENT = frozenset("person line_head dept role form_dept_head form_person".split())
FORM_RULES = frozenset({"form_dept_head", "form_person"})


class Kind(StrEnum):
    """What people do at a node."""

    APPROVE = "approve"
    HANDLE = "handle"
    CC = "cc"
    START = "start"  # only in visits: the form lies with the starter


class Mode(StrEnum):
    """How several people decide together (或签、会签、依次、票签)."""

    ANY = "any"
    ALL = "all"
    SEQ = "seq"
    VOTE = "vote"


class BlockKind(StrEnum):
    """How control divides (条件、并行、包容分支)."""

    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"
    INCLUSIVE = "inclusive"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A frozen record that survives a JSON round trip; unknown keys are errors."""


class Field(Record, frozen=True, kw_only=True):
    """One question of the form, as `forms` understands it."""

    id: str
    name: str
    type: str  # text, money, daterange, …; the list belongs to forms
    required: bool = False  # at submit, or at the node that may edit it
    options: tuple[str, ...] = ()  # select and multiselect
    columns: tuple["Field", ...] = ()  # table
    settings: dict[str, Any] = {}  # what only forms understands: help, unit, precision, many, visible_if, …

    def document(self) -> dict[str, Any]:
        """Give the plain document from which `forms` reads this field."""
        data = {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "required": self.required,
            **self.settings,
        }
        if self.options:
            data["options"] = list(self.options)
        if self.columns:
            data["columns"] = [column.document() for column in self.columns]
        return data


class Rule(Record, frozen=True, kw_only=True):
    """One way to find people; several rules of a node are asked in order."""

    kind: str  # one of RULE_KINDS
    arg: str = ""  # department or role slug, line, field id, person id
    level: int = 0  # line_head: level on the line; manager_chain: last level, 0 = to the top
    weight: int = 1  # 票签: weight of each person this rule names


class Node(Record, frozen=True, kw_only=True, tag_field="is", tag="node"):
    """A step at which people act or read."""

    id: str
    name: str
    kind: Kind
    by: tuple[Rule, ...]
    mode: Mode = Mode.ANY
    threshold: int = 100  # 票签: percent of the total weight
    when: Expression | None = None  # without it the node always runs
    sign: bool = False  # approval demands a handwritten signature
    comment: Literal["optional", "refusal", "always"] = "refusal"  # when words are demanded
    edit: tuple[str, ...] = ()  # fields the holder may fill in
    require: tuple[str, ...] = ()  # fields that must be filled when approving
    hide: tuple[str, ...] = ()  # fields the holder does not see
    due_hours: int = 0  # working hours per task, 0 = no deadline
    can_reject: bool = True
    can_send_back: bool = True
    on_reject: str = "end"  # "end" or "starter"
    reject_timing: Literal["immediate", "deferred"] = "immediate"
    reject_needs_all: bool = False  # 或签: refused only when everyone refuses
    on_empty: Literal["admin", "pass", "named", "blocked"] = "admin"
    fallback: tuple[Rule, ...] = ()  # on_empty: named
    on_self: Literal["skip", "superior", "dept_head", "self"] = "skip"
    dedup: Literal["off", "consecutive", "round"] = "consecutive"
    pick_from: tuple[Rule, ...] = ()  # starter_pick: the people to choose among; empty = everybody
    pick_min: int = 1
    pick_max: int = 25

    @property
    def demands_a_hand(self) -> bool:
        """Tell whether somebody must really act here, so that no rule may answer instead (P17)."""
        return (
            self.kind is Kind.HANDLE
            or self.sign
            or self.comment == "always"
            or bool(self.edit or self.require)
        )

    @property
    def is_picked(self) -> bool:
        """Tell whether the starter chooses the people of this node."""
        return any(rule.kind == "starter_pick" for rule in self.by)


class Branch(Record, frozen=True, kw_only=True):
    """One way through a block."""

    id: str
    name: str = ""
    when: Expression | None = None
    default: bool = False  # taken when no condition of the block is true
    steps: tuple["Node | Block", ...] = ()


class Block(Record, frozen=True, kw_only=True, tag_field="is", tag="block"):
    """A split with its branches and its join; nested as a tree, so an unmatched join cannot exist."""

    id: str
    kind: BlockKind
    name: str = ""
    branches: tuple[Branch, ...]


Step: TypeAlias = Node | Block


class Definition(Record, frozen=True, kw_only=True):
    """One version of a flow. A published version never changes."""

    id: str
    version: int = 1
    name: str
    category: str = ""
    owner: str = ""  # slug of the department that keeps the flow
    tags: tuple[str, ...] = ()  # money, patient_safety, signature
    icon: str = ""
    summary: str = ""  # one sentence for the gallery
    note: str = ""  # a hint for whoever adapts the flow
    fields: tuple[Field, ...] = ()
    hidden_at_start: tuple[str, ...] = ()  # filled in later by a node
    facts: tuple[str, ...] = ()  # field ids shown in lists
    subject: Expression | None = None  # text of one line that names an instance
    withdraw: Literal["running", "before_decision"] = "running"
    root: tuple[Step, ...]


def to_json(definition: Definition) -> bytes:
    """Encode a definition for storage; defaults are left out."""
    return msgspec.json.encode(definition)


def from_json(data: bytes | str) -> Definition:
    """Decode a stored definition; an unknown key or a wrong type raises `msgspec.ValidationError`."""
    return msgspec.json.decode(data, type=Definition)
