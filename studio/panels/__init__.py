"""Docked panels, and the registry that they enter themselves in."""
