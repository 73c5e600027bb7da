"""OpenID Connect: persons and systems who are let in by tokens of an issuer that `node.toml` names. Private."""
