# pragma version 0.4.3
# pragma evm-version prague
"""
@title AnchorRegistry
@license Apache-2.0
@notice Keeps one anchor digest per publisher, log and size. Nobody owns it, nothing in it can be changed or removed.
@dev The digest of (log id, size, root) is SHA-256("carbonseal/anchor/v1" ‖ 0x00 ‖ log id ‖ size as u64 big-endian ‖ root).
     `anchors` must stay the first storage variable: verifiers prove its slots with EIP-1186.
"""

DOMAIN: constant(Bytes[21]) = b"carbonseal/anchor/v1\x00"

event Anchored:
    publisher: indexed(address)
    log_id: indexed(bytes32)
    size: indexed(uint64)
    root: bytes32
    digest: bytes32

# publisher -> log id -> size -> digest
anchors: public(HashMap[address, HashMap[bytes32, HashMap[uint64, bytes32]]])


@external
def anchor(log_id: bytes32, size: uint64, root: bytes32):
    """
    @notice Anchor the root that the log `log_id` had at `size`, under the sender's name.
    @dev The same anchor again succeeds and changes nothing. Another root for the same size is refused: a tripwire.
    """
    assert size != 0, "size zero"
    digest: bytes32 = sha256(concat(DOMAIN, log_id, convert(size, bytes8), root))
    known: bytes32 = self.anchors[msg.sender][log_id][size]
    if known == digest:
        return
    assert known == empty(bytes32), "another root"
    self.anchors[msg.sender][log_id][size] = digest
    log Anchored(publisher=msg.sender, log_id=log_id, size=size, root=root, digest=digest)
