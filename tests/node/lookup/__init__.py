"""Look-up: what is found, by whom, and what it costs."""
