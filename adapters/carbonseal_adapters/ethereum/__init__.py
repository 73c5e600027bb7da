"""Anchors on Ethereum-like chains. Private."""
