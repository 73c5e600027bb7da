"""Profile of battery footprints (Regulation (EU) 2023/1542), in the three forms that the field has. Private."""
