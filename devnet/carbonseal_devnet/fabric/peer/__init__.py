"""A Fabric peer: endorsement, validation and the gateway. Private."""
