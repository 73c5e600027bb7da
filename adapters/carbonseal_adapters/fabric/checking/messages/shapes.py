"""Fabric's messages, as far as verification reads them (github.com/hyperledger/fabric-protos: common, msp, peer, orderer, ledger).

Fields that Fabric reserved or never sets are left out on purpose: what carries them is not understood.
"""

from __future__ import annotations

from carbonseal_adapters.fabric.checking.messages.protobuf import Shape

# common: blocks and envelopes
BLOCK = Shape.of("block", "1b 2b 3b")
BLOCK_HEADER = Shape.of("block header", "1n 2b 3b")
BLOCK_DATA = Shape.of("block data", "1b*")
BLOCK_METADATA = Shape.of("block metadata", "1b*")
METADATA = Shape.of("signatures metadata", "1b 2b*")
METADATA_SIGNATURE = Shape.of("block signature", "1b 2b 3b")
IDENTIFIER_HEADER = Shape.of("identifier header", "1n 2b")
ORDERER_BLOCK_METADATA = Shape.of("orderer block metadata", "1b 2b")
LAST_CONFIG = Shape.of("last config", "1n")
ENVELOPE = Shape.of("envelope", "1b 2b")
PAYLOAD = Shape.of("payload", "1b 2b")
HEADER = Shape.of("header", "1b 2b")
CHANNEL_HEADER = Shape.of("channel header", "1n 2n 3b 4t 5t 6n 7b 8b")
SIGNATURE_HEADER = Shape.of("signature header", "1b 2b")
TIMESTAMP = Shape.of("timestamp", "1n 2n")

# msp: identities
SERIALIZED_IDENTITY = Shape.of("identity", "1t 2b")
MSP_CONFIG = Shape.of("MSP", "1n 2b")
FABRIC_MSP_CONFIG = Shape.of("MSP definition", "1t 2b* 3b* 4b* 5b* 6b 7b* 8b 9b* 10b* 11b")
NODE_OUS = Shape.of("node OUs", "1n 2b 3b 4b 5b")
OU_IDENTIFIER = Shape.of("OU identifier", "1b 2t")
PRINCIPAL = Shape.of("principal", "1n 2b")
ROLE = Shape.of("role", "1t 2n")
ORGANIZATION_UNIT = Shape.of("organization unit", "1t 2t 3b")

# common: configuration and policies
CONFIG_ENVELOPE = Shape.of("configuration envelope", "1b 2b")
CONFIG = Shape.of("configuration", "1n 2b")
CONFIG_GROUP = Shape.of("configuration group", "1n 2b* 3b* 4b* 5t")
MAP_ENTRY = Shape.of("map entry", "1t 2b")
CONFIG_VALUE = Shape.of("configuration value", "1n 2b 3t")
CONFIG_POLICY = Shape.of("configuration policy", "1n 2b 3t")
POLICY = Shape.of("policy", "1n 2b")
SIGNATURE_POLICY_ENVELOPE = Shape.of("signature policy envelope", "1n 2b 3b*")
SIGNATURE_POLICY = Shape.of("signature policy", "1n 2b")
N_OUT_OF = Shape.of("n out of", "1n 2b*")
IMPLICIT_META_POLICY = Shape.of("implicit meta policy", "1t 2n")
HASHING_ALGORITHM = Shape.of("hashing algorithm", "1t")
HASHING_STRUCTURE = Shape.of("block data hashing structure", "1n")
CAPABILITIES = Shape.of("capabilities", "1b*")
CONSENSUS_TYPE = Shape.of("consensus type", "1t 2b 3n")
ORDERERS = Shape.of("orderers", "1b*")
CONSENTER = Shape.of("consenter", "1n 2t 3n 4t 5b 6b 7b")

# peer: transactions, proposals and their answers
TRANSACTION = Shape.of("transaction", "1b*")
TRANSACTION_ACTION = Shape.of("transaction action", "1b 2b")
CHAINCODE_ACTION_PAYLOAD = Shape.of("chaincode action payload", "1b 2b")
ENDORSED_ACTION = Shape.of("endorsed action", "1b 2b*")
ENDORSEMENT = Shape.of("endorsement", "1b 2b")
CHAINCODE_HEADER_EXTENSION = Shape.of("chaincode header extension", "2b")
CHAINCODE_ID = Shape.of("chaincode id", "1t 2t 3t")
PROPOSAL = Shape.of("proposal", "1b 2b 3b")
PROPOSAL_PAYLOAD = Shape.of("proposal payload", "1b")  # a transient map is not for others to see
INVOCATION = Shape.of("chaincode invocation", "1b")
CHAINCODE_SPEC = Shape.of("chaincode call", "1n 2b 3b 4n")
CHAINCODE_INPUT = Shape.of("chaincode input", "1b* 2b* 3n")
PROPOSAL_RESPONSE = Shape.of("proposal response", "1n 2b 4b 5b 6b 7b")
PROPOSAL_RESPONSE_PAYLOAD = Shape.of("proposal response payload", "1b 2b")
CHAINCODE_ACTION = Shape.of("chaincode action", "1b 2b 3b 4b")
RESPONSE = Shape.of("response", "1n 2t 3b")

# ledger: read/write sets
RWSET = Shape.of("read/write set", "1n 2b*")
NAMESPACE_RWSET = Shape.of("namespace's read/write set", "1t 2b 3b*")
KV_RWSET = Shape.of("keys read and written", "1b* 2b* 3b* 4b*")
KV_READ = Shape.of("read", "1t 2b")
KV_WRITE = Shape.of("write", "1t 2n 3b")
VERSION = Shape.of("version", "1n 2n")
