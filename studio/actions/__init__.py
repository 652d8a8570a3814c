"""Every command as data, and the palette over them."""
