"""The conformance corpus: programs of one idea each, with what they must do, and the executors that run them."""
