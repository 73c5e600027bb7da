"""Another operator's log: a node of its own, served on loopback. Private."""
