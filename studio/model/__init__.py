"""Observable models that are the truth of every view. No Qt here."""
