"""Copies of what carbonseal issues in others' forms, for readers of those forms. They are unsigned and prove nothing: each names
the digest of the signed original.

Private.
"""
