"""What servers give to everybody, asked with the base install: refreshes, and passports by the digest in their address. Private."""
