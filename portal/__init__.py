"""The pages of citizens and employers: services, applications, their cases and decisions."""

from portal import applications, cases, decisions, documents, home, receipts, requests
from portal.blueprint import bp

__all__ = ["applications", "bp", "cases", "decisions", "documents", "home", "receipts", "requests"]
