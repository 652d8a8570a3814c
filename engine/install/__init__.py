"""Installing Studio into the environment that the engine runs in, and taking it away again."""
