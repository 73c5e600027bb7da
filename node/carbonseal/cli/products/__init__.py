"""Products as people see them: the tree of a passport, and what a correction changes.

Private.
"""
