"""Where sources, the library and caches are on disk."""
