"""Identifiers and codes of goods as trade and customs write them (docs/spec.md, section 25).

Private.
"""
