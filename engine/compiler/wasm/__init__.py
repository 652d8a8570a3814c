"""From the intermediate representation to WebAssembly."""
