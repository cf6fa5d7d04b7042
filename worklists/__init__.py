"""The pages of clerks and supervisors: worklists, tasks, cases, the load of a unit."""

from worklists import assigning, cases, lists, refusing, tasks, units
from worklists.blueprint import bp

__all__ = ["assigning", "bp", "cases", "lists", "refusing", "tasks", "units"]
