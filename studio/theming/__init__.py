"""Themes: from TOML files to palettes, style sheets, icons."""
