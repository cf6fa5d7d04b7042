"""Decisions: DMN files read, evaluated and explained."""
