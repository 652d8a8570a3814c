"""The world outside of a run: files, the network, the environment, the clock and the keyboard."""
