"""PACT 3 host: footprints and events for partners, at a listener of its own. Private."""
