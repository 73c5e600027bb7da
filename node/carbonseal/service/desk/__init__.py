"""The verification desk: a small service that holds a policy and trust, and nothing else. Private."""
