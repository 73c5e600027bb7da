"""Jobs of a node: many passports issued or exported, in the background. Private."""
