"""Profiles of Catena-X's aspect model io.catenax.pcf, one module a version. Private."""
