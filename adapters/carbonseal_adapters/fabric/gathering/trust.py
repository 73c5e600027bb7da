"""A channel's configuration block as a verifier gets it: as a file from the channel's operator, never from an endpoint.

peer channel fetch oldest config.block ...
carbonseal trust pin fabric:<genesis block's hash> config.block --source "..." -o trust.json
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Refused
from carbonseal.gathering import GatherRequest, GatherResult, TrustReview
from carbonseal.inputs.regular_files import read_regular
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.pinning import CONFIG_BLOCK, item_value


class FabricGatherer:
    """See `carbonseal.ledger.TrustGatherer`."""

    def wanted(self, ledger: str) -> str:
        return f"carbonseal trust pin {ledger} FILE --source ... with the file of a configuration block"

    def source(self, endpoint: str) -> str:
        del endpoint
        raise Refused(codes.NO_ENDPOINT(ledger="LEDGER"))

    def gather(self, ledger: str, request: GatherRequest, endpoint: str, step: Callable[[], None]) -> GatherResult:
        del request, endpoint, step
        raise Refused(codes.NO_ENDPOINT(ledger=ledger))

    def pin(self, ledger: str, words: Sequence[str]) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """From the path of a file that holds a configuration block."""
        if len(words) != 1:
            raise Refused(codes.FILE_UNREADABLE(problem=f"{len(words)} are named"))
        try:
            raw = read_regular(Path(words[0]))
        except OSError as error:
            raise Refused(codes.FILE_UNREADABLE(problem=error)) from error
        return [(CONFIG_BLOCK, item_value(ledger, raw))]

    def review(self, ledger: str, request: GatherRequest, agree: int | None) -> TrustReview:
        """Nothing to agree on: the policy pins the block's hash."""
        del ledger, request, agree
        return TrustReview()


GATHERER = FabricGatherer()


if TYPE_CHECKING:
    from carbonseal.gathering import TrustGatherer

    _: TrustGatherer = GATHERER
