"""The pages of clerks and supervisors: worklists, tasks, cases, the load of a unit."""

from worklists import assigning, cases, lists, tasks, units
from worklists.blueprint import bp

__all__ = ["assigning", "bp", "cases", "lists", "tasks", "units"]
