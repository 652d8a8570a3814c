"""From the typed tree to the intermediate representation."""
