"""A document of JSON, read again and again by simdjson, to its tape. Prints the list's length and the median time."""

import statistics
import sys
import time
from pathlib import Path

import simdjson

data = Path(sys.argv[1]).read_bytes()
parser = simdjson.Parser()
times = []
length = 0
for _ in range(8):
    start = time.perf_counter_ns()
    document = parser.parse(data)
    length = len(document)
    times.append(time.perf_counter_ns() - start)
    del document
print(length, int(statistics.median(times[3:])))
