"""Forms: field types, values, rules, the check on the server, and how fields are drawn.

Flow forms, mini-apps, report filings and settings all use this package; nothing else knows field types.
"""

from .binding import raw_from_pairs
from .decimals import number, plain
from .expressions import BadExpression, Scope, evaluate, holds, measure
from .facts import facts
from .fields import ALIASES, BadField, Field, Option, fields_from, from_dict, to_dict
from .lint import lint, lint_form
from .names import FileRef, Names
from .operators import text as as_text
from .render import as_raw, field_view, form_views, rules_data, summary, value_views
from .rules import Outcome, Rule, apply, rules_from
from .types import COLUMN_TYPES, FILE_TYPES, TYPES, Kind, Unreadable, heading_row, kind
from .validate import Clean, validate
from .views import FieldView, ValueView

__all__ = [
    "ALIASES",
    "COLUMN_TYPES",
    "FILE_TYPES",
    "TYPES",
    "BadExpression",
    "BadField",
    "Clean",
    "Field",
    "FieldView",
    "FileRef",
    "Kind",
    "Names",
    "Option",
    "Outcome",
    "Rule",
    "Scope",
    "Unreadable",
    "ValueView",
    "apply",
    "as_raw",
    "as_text",
    "evaluate",
    "facts",
    "field_view",
    "fields_from",
    "form_views",
    "from_dict",
    "heading_row",
    "holds",
    "kind",
    "lint",
    "lint_form",
    "measure",
    "number",
    "plain",
    "raw_from_pairs",
    "rules_data",
    "rules_from",
    "summary",
    "to_dict",
    "validate",
    "value_views",
]
