"""Exchange with partners: events, criteria, call-backs, the inbox."""
