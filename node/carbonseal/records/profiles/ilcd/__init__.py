"""Profile of environmental product declarations in ILCD+EPD. Private."""
