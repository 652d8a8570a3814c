"""Long trials, each a command: ``python -m tests.trials.NAME``. The suite runs a short form of each."""
