"""Checks evidence from Ethereum-like chains: pure, on the base install. Private."""
