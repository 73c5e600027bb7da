"""Observations: what files show of logs and lots that others can be judged by.

Private.
"""
