"""Routes of passports: issued, by data carrier, and the status lists that they name. Private."""
