"""The state of one actor."""
