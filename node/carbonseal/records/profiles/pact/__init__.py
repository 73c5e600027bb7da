"""Profiles of the WBCSD's PACT exchange format, one module a version, and of formats that extend it.

Private.
"""
