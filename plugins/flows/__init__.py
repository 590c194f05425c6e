"""Approval flows: a form goes from person to person until it is decided."""

from qingban import Plugin

PLUGIN = Plugin(
    name="flows",
    title="流程审批",
    summary="请假、用印、报销等申请在手机上发起和审批",
    icon="rubber-stamp",
)
