"""The expression language: read, compiled to closures, and its functions."""
