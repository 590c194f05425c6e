"""The audit trail: who did what, in the same transaction as the deed, sealed into a chain."""

from core.audit.models import AuditRecord
from core.audit.sealer import tend
from core.audit.trail import (
    Entry,
    Filters,
    count,
    declared,
    digest,
    entries,
    head,
    install,
    record,
    seal,
    verify,
)

__all__ = [
    "AuditRecord",
    "Entry",
    "Filters",
    "count",
    "declared",
    "digest",
    "entries",
    "head",
    "install",
    "record",
    "seal",
    "tend",
    "verify",
]
