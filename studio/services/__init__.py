"""Background work: engine thread, analysis, files. QtCore only."""
