"""Values that every layer may use: places in sources, diagnostics, errors. No I/O."""
