# pragma version 0.4.3
# pragma evm-version london
"""
@title AnchorRegistry
@license Apache-2.0
@notice Keeps one anchor digest per publisher, log and size. Nobody owns it, nothing in it can be changed or removed.
@dev The digest of (log id, size, root) is SHA-256("carbonseal/anchor/v1" ‖ 0x00 ‖ log id ‖ size as u64 big-endian ‖ root).
     `anchors` must stay the first storage variable, at slot 1: verifiers prove its slots with EIP-1186.
     Compiled for London, without PUSH0 (EIP-3855): it runs on chains before Shanghai too, as consortia have them.
"""

DOMAIN: constant(bytes21) = 0x636172626f6e7365616c2f616e63686f722f763100  # carbonseal/anchor/v1 and a zero byte
LEAF: constant(bytes1) = 0x00
NODE: constant(bytes1) = 0x01

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
    digest: bytes32 = self._digest(log_id, size, root)
    known: bytes32 = self.anchors[msg.sender][log_id][size]
    if known == digest:
        return
    assert known == empty(bytes32), "another root"
    self.anchors[msg.sender][log_id][size] = digest
    log Anchored(publisher=msg.sender, log_id=log_id, size=size, root=root, digest=digest)


@external
@view
def includes(
    publisher: address, log_id: bytes32, size: uint64, index: uint64, entry: Bytes[256], proof: DynArray[bytes32, 64]
) -> bool:
    """
    @notice Whether `entry` is the one at `index` under the head of that size that `publisher` anchored.
    @dev False whatever is wrong: no such anchor, an index beyond the size, a proof too short, too long or of something
         else. The root need not be told: the proof leads to one, and the anchor says whether it is the one.
    """
    root: bytes32 = self._root(size, index, entry, proof)
    return root != empty(bytes32) and self.anchors[publisher][log_id][size] == self._digest(log_id, size, root)


@external
@pure
def root_from_inclusion(size: uint64, index: uint64, entry: Bytes[256], proof: DynArray[bytes32, 64]) -> bytes32:
    """
    @notice The root that the proof leads to, for those who know by other means which root is the log's.
    @dev Reverts unless the proof has exactly the hashes that index and size ask for.
    """
    root: bytes32 = self._root(size, index, entry, proof)
    assert root != empty(bytes32), "no such proof"
    return root


@internal
@pure
def _root(size: uint64, index: uint64, entry: Bytes[256], proof: DynArray[bytes32, 64]) -> bytes32:
    """
    @dev RFC 9162, section 2.1.3.2; zero where the index or the proof's length is wrong. The entry is hashed here, as a leaf,
         so that no inner node can pass for one.
    """
    if index >= size:
        return empty(bytes32)
    node: bytes32 = sha256(concat(LEAF, entry))
    at: uint256 = convert(index, uint256)
    last: uint256 = convert(unsafe_sub(size, 1), uint256)
    for sibling: bytes32 in proof:
        if last == 0:
            return empty(bytes32)  # too long
        if at == last:
            # The tree's right edge: from here on all siblings are on the left, one for each bit that is set.
            node = sha256(concat(NODE, sibling, node))
            at &= unsafe_sub(at, 1)
            last = at
        else:
            if at & 1 == 1:
                node = sha256(concat(NODE, sibling, node))
            else:
                node = sha256(concat(NODE, node, sibling))
            at >>= 1
            last >>= 1
    return node if last == 0 else empty(bytes32)  # too short


@internal
@pure
def _digest(log_id: bytes32, size: uint64, root: bytes32) -> bytes32:
    return sha256(concat(DOMAIN, log_id, convert(size, bytes8), root))
