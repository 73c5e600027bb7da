"""Checks within one record: what its own figures say of each other.

Private.
"""
