"""What the commands on statements and accreditations have in common. Private."""
