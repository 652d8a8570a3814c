"""What editors ask about a text."""
