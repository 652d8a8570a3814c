"""Timeline, events and branches."""
