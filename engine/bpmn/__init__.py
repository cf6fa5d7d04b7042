"""Diagrams in, meaning out: the only place where SpiffWorkflow and lxml are imported."""
