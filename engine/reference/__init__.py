"""The second opinion: a machine that runs the IR in plain Python, and shares nothing with the one that is fast."""
