"""Runs every measurement in turn."""

from __future__ import annotations

from bench import act, decisions, definitions, engine, instances, loops, states

for module in (engine, loops, instances, definitions, decisions, states, act):
    module.main()
    print()
