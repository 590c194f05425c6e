"""The rules of mini-apps: who may what, how an app is made, how people sign up."""

from .access import fits, managed, scope_words, visible
from .authoring import Template, close, create, discard, is_changed, publish, reopen, save, templates
from .checking import drifted
from .personal import erase, export
from .signing_up import (
    Receipt,
    cancel,
    closed_words,
    edit,
    may_change_until,
    not_for_you,
    register,
    release,
    standing,
)

__all__ = [
    "Receipt",
    "Template",
    "cancel",
    "close",
    "closed_words",
    "create",
    "discard",
    "drifted",
    "edit",
    "erase",
    "export",
    "fits",
    "is_changed",
    "managed",
    "may_change_until",
    "not_for_you",
    "publish",
    "register",
    "release",
    "reopen",
    "save",
    "scope_words",
    "standing",
    "templates",
    "visible",
]
