"""Checks evidence from C2SP logs: pure, on the base install. Private."""
