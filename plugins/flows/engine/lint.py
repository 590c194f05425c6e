"""Judge a definition before it is published (P20, 6.4); what needs the directory is checked elsewhere."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from .definition import (
    FORM_RULES,
    RULE_KINDS,
    RULES_WITH_ARGUMENT,
    START,
    Block,
    BlockKind,
    Definition,
    Kind,
    Mode,
    Node,
    Record,
)
from .tree import blocks, fields_of, nodes

MAX_DEPTH = 8
"""Deepest nesting of an expression (mini-apps 3.2)."""


class Problem(Record, frozen=True, kw_only=True):
    """Something that hinders publishing (error) or deserves a look (warning)."""

    level: Literal["error", "warning"]
    code: str
    where: str  # id of the node, block, branch or field; empty = the whole flow
    text: str  # a Chinese sentence for whoever designs the flow


def check(definition: Definition) -> list[Problem]:
    """List every problem, errors first."""
    found = [
        *_whole(definition),
        *_fields(definition),
        *(problem for one in nodes(definition) for problem in _node(definition, one)),
        *(problem for one in blocks(definition) for problem in _block(definition, one)),
    ]
    return sorted(found, key=lambda problem: problem.level)


def _whole(definition: Definition) -> Iterator[Problem]:
    if not any(one.kind is not Kind.CC for one in nodes(definition)):
        yield _error("no_person_node", "", "流程里还没有审批或办理节点")
    branches = [branch.id for block in blocks(definition) for branch in block.branches]
    steps = [one.id for one in nodes(definition)] + [one.id for one in blocks(definition)]
    for step_id in _repeated([START, *steps]):
        yield _error("duplicate_id", step_id, "节点编号重复")
    for branch_id in _repeated(branches):
        yield _error("duplicate_id", branch_id, "分支编号重复")
    for field_id in _unknown(definition, (*definition.facts, *fields_of(definition.subject))):
        yield _error("unknown_field", field_id, "列表摘要引用了不存在的字段")


def _fields(definition: Definition) -> Iterator[Problem]:
    for field_id in _repeated(field.id for field in definition.fields):
        yield _error("duplicate_field", field_id, "字段编号重复")
    for field_id in _unknown(definition, definition.hidden_at_start):
        yield _error("unknown_field", field_id, "发起时隐藏的字段不存在")
    filled_later = {name for one in nodes(definition) for name in (*one.edit, *one.require)}
    for field in definition.fields:
        hidden = field.id in definition.hidden_at_start
        if hidden and field.required:
            yield _error("required_hidden", field.id, "必填字段在发起时被隐藏，申请人无法填写")
        if hidden and field.id not in filled_later:
            yield _warning("never_filled", field.id, "字段在发起时隐藏，之后也没有节点可以填写")
        if field.type in ("select", "multiselect") and not field.options:
            yield _error("no_options", field.id, "选择字段没有选项")


def _node(definition: Definition, node: Node) -> Iterator[Problem]:
    rules = (*node.by, *node.fallback, *node.pick_from)
    named = (*node.edit, *node.require, *node.hide, *(rule.arg for rule in rules if rule.kind in FORM_RULES))
    for field_id in _unknown(definition, (*named, *fields_of(node.when))):
        yield _error("unknown_field", node.id, f"引用了不存在的字段 {field_id}")
    for rule in rules:
        if rule.kind not in RULE_KINDS or rule.weight < 1 or rule.level < 0:
            yield _error("bad_rule", node.id, f"无法识别的审批人规则 {rule.kind}")
        elif rule.kind in RULES_WITH_ARGUMENT and not rule.arg:
            yield _error("bad_rule", node.id, f"审批人规则 {rule.kind} 没有指定对象")
    if not node.by:
        yield _error("no_people", node.id, "没有设置人员")
    if not _shallow(node.when):
        yield _error("bad_condition", node.id, "条件为空或嵌套过深")
    if node.kind is Kind.START:
        yield _error("bad_kind", node.id, "发起节点不能放进流程里")
    if node.kind is not Kind.CC:
        yield from _deciding(definition, node)


def _deciding(definition: Definition, node: Node) -> Iterator[Problem]:
    if node.mode is Mode.VOTE and not 1 <= node.threshold <= 100:
        yield _error("bad_threshold", node.id, "票签通过比例应在 1 到 100 之间")
    if node.on_reject not in ("end", "starter"):
        yield _error("bad_target", node.id, "驳回去向不在流程里")
    if node.on_empty == "named" and not node.fallback:
        yield _error("no_fallback", node.id, "审批人为空时没有指定由谁处理")
    if node.on_empty == "pass" and node.demands_a_hand:
        yield _error("must_not_pass", node.id, "需要签名、意见或填写的节点不能自动通过")
    if node.is_picked and not 0 <= node.pick_min <= node.pick_max:
        yield _error("bad_pick", node.id, "自选人数的下限大于上限")
    if any(name in node.hide for name in (*node.edit, *node.require)):
        yield _error("hidden_edit", node.id, "要填写的字段在本节点被隐藏")
    only_starter = bool(node.by) and all(rule.kind == "starter" for rule in node.by)
    if only_starter and node.on_self != "self":
        yield _error("starter_skipped", node.id, "由申请人确认的节点须允许本人处理")
    is_money = "money" in definition.tags or any(field.type == "money" for field in definition.fields)
    if is_money and node.on_self == "self" and node.kind is Kind.APPROVE and not only_starter:
        yield _warning("money_self", node.id, "涉及金额的流程允许申请人自己审批")
    if node.on_empty == "pass" and {"money", "patient_safety"} & set(definition.tags):
        yield _warning("protected_pass", node.id, "受保护的流程在审批人为空时会自动通过")
    if node.mode is not Mode.ANY and node.reject_needs_all:
        yield _warning("idle_option", node.id, "“全部驳回才算驳回”只对或签有效")


def _block(definition: Definition, block: Block) -> Iterator[Problem]:
    for branch in block.branches:
        for field_id in _unknown(definition, fields_of(branch.when)):
            yield _error("unknown_field", branch.id, f"引用了不存在的字段 {field_id}")
        if not _shallow(branch.when):
            yield _error("bad_condition", branch.id, "条件为空或嵌套过深")
    defaults = sum(branch.default for branch in block.branches)
    if len(block.branches) < 2:
        yield _error("lonely_branch", block.id, "分支至少要有两条")
    if block.kind is BlockKind.PARALLEL:
        if defaults or any(branch.when for branch in block.branches):
            yield _warning("idle_condition", block.id, "并行分支不看条件")
        return
    if defaults != 1:
        yield _error("missing_default", block.id, "必须有且只有一条默认分支")
    for branch in block.branches:
        if branch.default and branch.when is not None:
            yield _warning("idle_condition", branch.id, "默认分支不看条件")
        if not branch.default and branch.when is None:
            yield _error("missing_condition", branch.id, "分支没有条件")


def _unknown(definition: Definition, names: Iterable[str]) -> list[str]:
    known = {field.id for field in definition.fields}
    return [name for name in dict.fromkeys(names) if name not in known]


def _repeated(ids: Iterable[str]) -> list[str]:
    return [one for one, count in Counter(ids).items() if count > 1]


def _shallow(expression: object, depth: int = 0) -> bool:
    """Tell whether an expression is absent, or a non-empty list of bounded depth that names its operator."""
    if not isinstance(expression, list):
        return expression is None or depth > 0
    is_named = bool(expression) and isinstance(expression[0], str)
    return is_named and depth < MAX_DEPTH and all(_shallow(part, depth + 1) for part in _parts(expression))


def _parts(expression: list[object]) -> list[object]:
    """Give the arguments; the right side of `in` and its kin is a plain list of literals."""
    if expression[0] in ("in", "has_any", "has_all"):
        return expression[1:2]
    return expression[1:]


def _error(code: str, where: str, text: str) -> Problem:
    return Problem(level="error", code=code, where=where, text=text)


def _warning(code: str, where: str, text: str) -> Problem:
    return Problem(level="warning", code=code, where=where, text=text)
