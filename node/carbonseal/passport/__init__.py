"""Passports: credentials, status lists, seals, and the file that carries them. Private."""
