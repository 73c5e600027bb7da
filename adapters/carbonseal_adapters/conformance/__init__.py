"""Conformance kit: what every ledger adapter must do, as checks that run against the real ledger.

Describe the adapter as a `Subject` and run each of `CHECKS` on it, with pytest for example::

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_conforms(check):
        async def run():
            async with my_subject() as subject:
                await check(subject)
        asyncio.run(run())

A check raises AssertionError with the rule that was broken. Each may run on a ledger that has seen the others, as long as
`Subject.anchor` never makes the same size twice. What an adapter declares (`Ledger.capabilities`) is checked both ways: a
capability that is declared must be there, and one that is not must not.

`sending` has the checks of preparing, sending and following, `proving` those of evidence, `declared` those of capabilities.
"""

from carbonseal_adapters.conformance import declared, proving, sending
from carbonseal_adapters.conformance.subject import Check, Stranger, Subject

CHECKS: tuple[Check, ...] = (*sending.CHECKS, *proving.CHECKS, *declared.CHECKS)

__all__ = ["CHECKS", "Check", "Stranger", "Subject"]
