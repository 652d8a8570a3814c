"""The command aeroflow."""
