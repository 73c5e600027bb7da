"""Records: strict JSON in, RFC 8785 bytes and salted commitments out, and profiles that say what a document must be. Private."""
