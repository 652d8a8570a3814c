"""Text in; module bytes, metadata and diagnostics out. Reads no file and knows no clock."""
