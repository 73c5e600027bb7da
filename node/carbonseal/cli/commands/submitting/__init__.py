"""Commands of those who submit records.

Private.
"""
