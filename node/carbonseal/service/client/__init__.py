"""Clients of a node: opened here, or over HTTP; one interface for both. `carbonseal.client` has what is public. Private."""
