"""The options of an Ethereum ledger in `node.toml`, read strictly. Amounts per gas are in gwei, others in the chain's coin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.sending.fees import GWEI, PERCENTILE, Caps

COIN = 10**18  # wei
DECIMALS = 18
DEVELOPMENT = (1337, 31337)  # chain ids that nobody pays for: there, one block is enough unless it is said otherwise

OPTIONS = (
    "key",
    "confirmations",
    "finality",
    "since",
    "max-fee",
    "max-tip",
    "max-cost",
    "fee-percentile",
    "replace-after",
    "low-balance",
    "coin",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to send and to follow."""

    confirmations: int | None  # None: where nothing is said
    finalized: bool  # the chain's own finalized block decides
    since: int  # the block from which on events are looked for
    caps: Caps
    percentile: float
    replace_after: float  # seconds
    low_balance: int | None  # wei; None: what fifty anchors cost
    coin: str

    @staticmethod
    def read(options: Mapping[str, str]) -> Settings:
        """Raises `Refused`, placed at the option. Options of other names are not looked at."""
        confirmations, finalized = _finality(options)
        low = options.get("low-balance")
        return Settings(
            confirmations,
            finalized,
            since=int(_number(options, "since", "0", "a block's number", whole=True)),
            caps=Caps(
                fee=int(_number(options, "max-fee", "200", "an amount in gwei") * GWEI),
                tip=int(_number(options, "max-tip", "50", "an amount in gwei") * GWEI),
                anchor=int(_number(options, "max-cost", "0.02", "an amount in the chain's coin") * COIN),
            ),
            percentile=float(
                _number(options, "fee-percentile", str(PERCENTILE), "a percentage up to 100", most=Decimal(100))
            ),
            replace_after=float(_number(options, "replace-after", "90", "a number of seconds")),
            low_balance=None if low is None else int(_number(options, "low-balance", low, "an amount") * COIN),
            coin=options.get("coin", "ETH"),
        )


def _finality(options: Mapping[str, str]) -> tuple[int | None, bool]:
    if "finality" in options:
        if options["finality"] != "finalized" or "confirmations" in options:
            raise Refused(codes.FINALITY_MALFORMED("finality", value=options["finality"]))
        return None, True
    count = options.get("confirmations")
    if count is not None and not re.fullmatch("[1-9][0-9]{0,5}", count, re.ASCII):
        raise Refused(codes.CONFIRMATIONS_MALFORMED("confirmations", value=count))
    return None if count is None else int(count), False


def _number(
    options: Mapping[str, str],
    name: str,
    default: str,
    expected: str,
    *,
    whole: bool = False,
    most: Decimal = Decimal(10**12),
) -> Decimal:
    text = options.get(name, default)
    form = "[0-9]{1,12}" if whole else r"[0-9]{1,12}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?"
    if not re.fullmatch(form, text, re.ASCII) or Decimal(text) > most:
        raise Refused(codes.SETTING_MALFORMED(name, value=text, expected=expected))
    return Decimal(text)
