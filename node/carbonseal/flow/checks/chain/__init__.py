"""Checks between products and their components.

Private.
"""
