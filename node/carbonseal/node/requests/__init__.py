"""How a node takes requests: repeated under a key, and in turn. Private."""
