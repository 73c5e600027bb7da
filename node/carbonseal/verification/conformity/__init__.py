"""Conformity (docs/spec.md, section 17, "Statements"): which statements count, and what share of the figure they cover.

- `accredited`: which bodies may state what, and when: those that the policy lists, and those that its accreditors accredit.
- `statements`: which statements of a passport stand, and what the policy requires of them.
- `coverage`: the share of the root's figure that they cover.

What does not count is told with its reason, and lowers nothing: a passport may carry statements that its verifier does not know.

Private.
"""
