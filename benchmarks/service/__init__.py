"""Benchmarks of the served node, which runs in a process of its own, beside the floor of this machine."""
