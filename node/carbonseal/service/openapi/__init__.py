"""OpenAPI 3.1: what routes declare about themselves, and the document that is made of it. Private."""
