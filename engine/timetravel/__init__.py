"""Sessions: record, seek, fork and compare runs."""
