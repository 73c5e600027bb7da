"""Checks of lots: what was taken of a batch, and what is told twice.

Private.
"""
