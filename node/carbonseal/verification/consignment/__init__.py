"""Consignments: the lines of a customs declaration, matched to passports (docs/spec.md, section 28).

Private.
"""
