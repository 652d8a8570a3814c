"""The same work in other languages; each program prints its answer and the nanoseconds that it took."""
