"""Pages people see: choose, fill in, look, decide, find again."""

from qingban import Route

from .decide import Decide
from .detail import Detail
from .edit import Edit
from .lists import Done, Mine
from .start import Choose, Draft, New, Preview

USE = "flows.use"

ROUTES = [
    Route(path="/", resource=Choose(), action=USE),
    Route(path="/new/{slug}", resource=New(), action=USE),
    Route(path="/new/{slug}/route", resource=Preview(), action=USE),
    Route(path="/new/{slug}/draft", resource=Draft(), action=USE),
    Route(path="/done", resource=Done(), action=USE),
    Route(path="/mine", resource=Mine(), action=USE),
    Route(path="/{instance_id}", resource=Detail(), action=USE),
    Route(path="/{instance_id}/edit", resource=Edit(), action=USE),
    Route(path="/{instance_id}/more", resource=Decide(), action=USE, suffix="more"),
    Route(path="/{instance_id}/{command}", resource=Decide(), action=USE),
]
"""Table of contents: address, resource, action."""
