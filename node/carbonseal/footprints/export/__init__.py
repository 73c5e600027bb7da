"""Exports: the figures of a record in another format, with a word about what that format cannot say.

Private.
"""
