"""What every ledger adapter must do, as checks that run against the real thing.

Describe the adapter as a `Subject` and run each of `CHECKS` on it, with pytest for example:

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_conforms(check):
        async def run():
            async with my_subject() as subject:
                await check(subject)
        asyncio.run(run())

A check raises AssertionError, with the rule that was broken. Each may run on a ledger that has seen the others, as long as
`Subject.anchor` never makes the same size twice.
"""

from carbonseal_adapters.conformance.checks import CHECKS
from carbonseal_adapters.conformance.subject import Check, Subject

__all__ = ["CHECKS", "Check", "Subject"]
