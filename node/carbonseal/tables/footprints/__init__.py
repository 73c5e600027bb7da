"""The table that a manufacturer fills: one footprint a row, with its components and the stages beyond the gate.

`columns` is what it consists of. Template, explanation, reading and the errors in a copy are made of it.

Private.
"""
