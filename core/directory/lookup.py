"""The reads everyone needs: people, departments, roles, lines."""

from core.directory import departments, lines, people, roles
from core.directory.departments import Unit
from core.directory.people import Profile

__all__ = ["Profile", "Unit", "departments", "lines", "people", "roles"]
