"""Text to tree: tokens, the recovering parser, the syntax tree."""
