"""Files that people give to commands, as they are: folders, archives, lines of passports, and what is not a passport. Private."""
