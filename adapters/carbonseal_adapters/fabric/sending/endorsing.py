"""Endorsements of the organisations that `endorse` names, asked of their peers directly.

Without that option the Gateway asks as many as the chaincode's policy wants, which may be fewer than verifiers want.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from fabric_protos.peer import proposal_response_pb2

from carbonseal_adapters.fabric.checking.evidence import Organisations
from carbonseal_adapters.fabric.sending.peers import Connections, Declined, Failed
from carbonseal_adapters.fabric.sending.profiles import Peer
from carbonseal_adapters.fabric.sending.proposals import Proposal, assemble
from carbonseal_adapters.fabric.sending.signers import Client


class NotEndorsed(Exception):
    """Too few organisations gave the same answer."""

    def __init__(self, text: str, declined: tuple[int, str] | None) -> None:
        super().__init__(text)
        self.declined = declined  # the status and text of a chaincode that declined, as in `peers.Failed`


class Endorsers:
    """The organisations that are asked to endorse, and their peers."""

    def __init__(self, connections: Connections, peers: Mapping[str, Sequence[Peer]], wanted: Organisations) -> None:
        self._connections = connections
        self._peers = peers
        self._wanted = wanted

    async def endorse(self, client: Client, proposal: Proposal) -> bytes:
        """The envelope, not yet signed, with every endorsement of the answer that most gave. Raises `NotEndorsed`."""
        asked = sorted(self._wanted.ids)
        answers = await asyncio.gather(*(self._ask(msp, client, proposal) for msp in asked))
        agreed: dict[bytes, list[bytes]] = defaultdict(list)
        for answer in answers:
            if isinstance(answer, bytes):
                agreed[proposal_response_pb2.ProposalResponse.FromString(answer).payload].append(answer)
        most = max(agreed.values(), key=len, default=[])
        if len(most) < self._wanted.count:
            problems = [
                f"{msp} at {one}" for msp, one in zip(asked, answers, strict=True) if not isinstance(one, bytes)
            ]
            declined = next(((one.status, one.text) for one in answers if isinstance(one, Declined)), None)
            differ = f"; {len(agreed)} different answers" if len(agreed) > 1 else ""
            text = f"{len(most)} organisations endorse, and {self._wanted} are wanted{differ}: {'; '.join(problems)}"
            raise NotEndorsed(text, declined)
        return assemble(proposal, most)

    async def _ask(self, msp: str, client: Client, proposal: Proposal) -> bytes | Failed | Declined:
        """What the first of an organisation's peers that can be reached answers, or why none does."""
        try:
            answer = await self._connections.first(self._peers[msp], lambda peer: peer.ask(client, proposal))
        except (Failed, Declined) as error:
            return error
        return answer.response
