"""Commands of who issues: passports, statements, accreditations. Private."""
