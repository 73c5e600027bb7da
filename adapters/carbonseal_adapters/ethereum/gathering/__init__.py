"""Gathers block hashes from endpoints, on the base install. Private."""
