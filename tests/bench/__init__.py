"""Benchmarks: programs that print a ratio against a limit measured in the same run. Not tests."""
