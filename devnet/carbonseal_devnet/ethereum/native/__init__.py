"""Chains of others' programs: anvil and geth. Private."""
