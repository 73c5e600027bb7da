"""Conformity: what certification bodies and accreditors sign (docs/spec.md, section 26).

- `statements`: a body's opinion on footprints, or on the programme by which an organisation computes them.
- `accreditations`: what a body may state, signed by its accreditor.

Private.
"""
