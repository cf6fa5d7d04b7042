"""Repeatable measurements: each module prints its conditions and, as its last line, one JSON object."""
