"""The harness of `benches/run`."""
