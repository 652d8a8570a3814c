"""Executors outside of this process: the same modules in Node and in a browser."""
