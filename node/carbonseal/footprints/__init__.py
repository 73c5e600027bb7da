"""Footprints: the figures of a record, whatever its format, in one internal model with exact numbers and units.

Private.
"""
