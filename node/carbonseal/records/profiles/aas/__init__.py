"""Profile of the Asset Administration Shell's submodel for carbon footprints (IDTA 02023). Private."""
