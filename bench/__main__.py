"""Runs every measurement in turn."""

from __future__ import annotations

from bench import act

for module in (act,):
    module.main()
