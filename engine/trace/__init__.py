"""Runs on disk and as columns: files, causality, comparison, exports."""
