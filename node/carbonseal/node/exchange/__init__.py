"""Exchange of footprints with partners (PACT 3): whom this node answers, what they sent, and what they are still owed. Private."""
