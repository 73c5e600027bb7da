"""The anchor registry as a Fabric chaincode, run as a service that peers connect to.

``python -m carbonseal_adapters.fabric.chaincode.package`` makes the package that peers install,
``python -m carbonseal_adapters.fabric.chaincode`` runs the service. `registry` holds the rule, `shim` speaks with peers. Private
but for these two commands.
"""
