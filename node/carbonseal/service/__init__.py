"""The HTTP service of a node, and its client. Private."""
