"""What the commands on statements, accreditations and drafts have in common. Private."""
