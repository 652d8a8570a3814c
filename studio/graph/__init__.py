"""The actor graph."""
