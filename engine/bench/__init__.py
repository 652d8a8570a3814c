"""Speed, measured as ratios: AeroFlow and its rivals do the same work in turns, within one run."""
