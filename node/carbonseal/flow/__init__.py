"""Carbon flow: the graph of products that a passport spans, and the checks on its figures.

Private.
"""
