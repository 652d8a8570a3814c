"""AeroFlow Studio: the desktop IDE."""
