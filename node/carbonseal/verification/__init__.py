"""Verification: policies, trust and the verdict on a passport. Pure: no I/O, no clock. Private."""
