"""Checks evidence from Fabric channels: pure, on the base install. Private."""
