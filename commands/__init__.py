"""The ``masar`` command line, by noun."""
