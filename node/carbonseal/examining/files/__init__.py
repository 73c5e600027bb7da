"""Files as people have them: folders, archives, lines of passports, tables, and what is not a passport. Private."""
