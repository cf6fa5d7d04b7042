"""The pages of citizens and employers: services, applications, their cases and decisions."""

from portal import applications, cases, decisions, documents, home, receipts, requests
from portal.blueprint import bp

BLUEPRINTS = (bp,)

__all__ = ["BLUEPRINTS", "applications", "cases", "decisions", "documents", "home", "receipts", "requests"]
