"""A Fabric network of Fabric's own programs. Private."""
