"""A Fabric network in this process. Private."""
