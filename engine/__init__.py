"""The AeroFlow engine: compiler, virtual machine, traces and time travel. It works without any GUI."""

__version__ = "0.1.0"
