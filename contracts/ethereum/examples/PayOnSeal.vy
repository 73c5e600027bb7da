# pragma version 0.4.3
# pragma evm-version prague
"""
@title PayOnSeal
@license Apache-2.0
@notice An example: a buyer deposits, and the supplier is paid once a certain footprint record is sealed.
@dev The record is known by its commitment, which the receipt tells. Buyer and supplier agree on whose anchors count: the
     publisher, on a registry whose code they have compared with the published hash. Anyone may bring the proof, since it
     can only pay the supplier. Nothing is stored or paid before the proof was checked.
"""

interface AnchorRegistry:
    def includes(
        publisher: address, log_id: bytes32, size: uint64, index: uint64, entry: Bytes[256], proof: DynArray[bytes32, 64]
    ) -> bool: view

event Paid:
    supplier: indexed(address)
    amount: uint256

RECORD: constant(Bytes[1]) = b"\x01"  # the kind of an entry that holds a record's commitment

registry: public(immutable(AnchorRegistry))
publisher: public(immutable(address))
log_id: public(immutable(bytes32))
commitment: public(immutable(bytes32))
buyer: public(immutable(address))
supplier: public(immutable(address))
deadline: public(immutable(uint256))  # seconds since 1970: from then on the buyer may have the money back


@deploy
@payable
def __init__(
    _registry: AnchorRegistry,
    _publisher: address,
    _log_id: bytes32,
    _commitment: bytes32,
    _supplier: address,
    _deadline: uint256,
):
    registry = _registry
    publisher = _publisher
    log_id = _log_id
    commitment = _commitment
    buyer = msg.sender
    supplier = _supplier
    deadline = _deadline


@external
@view
def is_sealed(size: uint64, index: uint64, proof: DynArray[bytes32, 64]) -> bool:
    """
    @notice Whether the record is the entry at `index` under the publisher's head of that size.
    """
    return self._is_sealed(size, index, proof)


@external
def release(size: uint64, index: uint64, proof: DynArray[bytes32, 64]):
    """
    @notice Pay the supplier, on proof that the record is sealed.
    """
    assert self._is_sealed(size, index, proof), "not sealed"
    amount: uint256 = self.balance
    assert amount != 0, "nothing to pay"
    log Paid(supplier=supplier, amount=amount)
    send(supplier, amount, gas=100_000)


@external
def take_back():
    """
    @notice Return the deposit to the buyer, after the deadline.
    """
    assert msg.sender == buyer, "not the buyer"
    assert block.timestamp >= deadline, "too early"
    send(buyer, self.balance, gas=100_000)


@internal
@view
def _is_sealed(size: uint64, index: uint64, proof: DynArray[bytes32, 64]) -> bool:
    entry: Bytes[33] = concat(RECORD, commitment)
    return staticcall registry.includes(publisher, log_id, size, index, entry, proof)
