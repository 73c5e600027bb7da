"""Routes of the HTTP service, a module for each kind of resource. Private."""
