"""One examination on many machines: a scheduler and workers that are processes of their own, over TLS."""
