"""One way to lay a program out: ``source.py`` is the entrance."""
