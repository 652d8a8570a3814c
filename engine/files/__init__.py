"""The one writer of files: whole or not at all (``whole.py``), and recordings that grow (``growing.py``)."""
