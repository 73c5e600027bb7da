"""Commands of who runs a node. Private."""
