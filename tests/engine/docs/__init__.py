"""The reference in resources/docs."""
