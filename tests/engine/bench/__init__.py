"""The benchmarks' programs, with small parameters, and what is around them."""
