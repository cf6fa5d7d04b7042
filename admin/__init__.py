"""The pages of inspectors, analysts and administrators."""

from admin import breaches, cases, home, incidents
from admin.blueprints import inspection, people, procedures

__all__ = ["breaches", "cases", "home", "incidents", "inspection", "people", "procedures"]
