"""The machine that executes compiled programs; the only place that knows wasmtime."""
