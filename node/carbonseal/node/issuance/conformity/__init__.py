"""Conformity: statements of certification bodies, and accreditations of bodies, issued by this node. Private."""
