"""Masar's engine: cases, the tasks they put on worklists, their deadlines, and the trail of all that happened."""
