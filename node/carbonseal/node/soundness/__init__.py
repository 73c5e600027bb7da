"""Soundness of a node's files: rot is found, named, told from a fork, and repaired where it can be recomputed. Private."""
