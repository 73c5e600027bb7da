"""The four policies that sigsum-go comes with (pkg/policy/builtin, as of 2026-05), in C2SP's form.

Sigsum writes public keys in hexadecimal. Here they are the verifier keys that its `sigsum-key to-vkey` gives: a log's name is
`sigsum.org/v1/tree/` and the SHA-256 of its key in hexadecimal, a witness's the name in the policy.
"""

from __future__ import annotations

import hashlib

from tests.vectors.making.notes import WITNESS, vkey

_LOGS = {
    "https://seasalp.glasklar.is": "0ec7e16843119b120377a73913ac6acbc2d03d82432e2c36b841b09a95841f25",
    "https://ginkgo.tlog.mullvad.net": "f00c159663d09bbda6131ee1816863b6adcacfe80b0b288000b11aba8fe38314",
    "https://test.sigsum.org/barreleye": "4644af2abd40f4895a003bca350f9d5912ab301a49c77f13e5b6d905c20a5fe6",
    "https://serviceberry.tlog.stagemole.eu": "47e481606d8acba747a6b053d6c2d191605fb122175d410a1202a91430abce39",
}
_WITNESSES = {
    "witness.glasklar.is": "b2106db9065ec97f25e09c18839216751a6e26d8ed8b41e485a563d3d1498536",
    "witness.mullvad.net": "15d6d0141543247b74bab3c1076372d9c894f619c376d64b29aa312cc00f61ad",
    "tillitis.se/tillitis-witness-1": "076be8c9ee7ea60916f0df3608c945d7730082ecb37749dad2c9ed339fea770c",
    "poc.sigsum.org/nisse": "1c25f8a44c635457e2e391d1efbca7d4c2951a0aef06225a881e46b98962ac6c",
    "rgdd.se/poc-witness": "28c92a5a3a054d317c86fc2eeb6a7ab2054d6217100d0be67ded5b74323c5806",
    "witness1.smartit.nu/witness1": "f4855a0f46e8a3e23bb40faf260ee57ab8a18249fa402f2ca2d28a60e1a3130e",
    "navigli.sunlight.geomys.org/dev": "b20196b937a30d19f0cb7dfa2d5388bc8ddde9cc3df4c24fcf63db27a573d3f2",
    "witness.navigli.sunlight.geomys.org": "dcbf728e02d479f5a7e20dc09adf525833ed6e797526517aeb07fc6854849fc6",
    "remora.n621.de": "ebcdeb78e7fdb2ef9227b2c1ef11e94600b55b4d6d9a57877e31ee89e59adc36",
    "witness.stagemole.eu": "4a921b7caef58ae670cdc11ef4184f1c058f7b9259a9107a969f69fa54aa496f",
    "tillitis.se/test-witness-1": "636582aec12f32c18a21733db9e3f718058ee7aaec6dbe4eb81781e0f4300c6e",
    "transparency.dev/DEV:witness-little-garden": "2b6eb0ec483503544cde4e8fc1ce6d1921db21dffccc186865f808f7625443cc",
}
_OLDER = {"tillitis.se/test-witness-1": "5c35281928e9da396beede5f22a2251a589e6ac6de52a4de85de8634ffccaf6d"}
_THREE = ["poc.sigsum.org/nisse", "rgdd.se/poc-witness", "witness1.smartit.nu/witness1"]


def _origin(public: bytes) -> str:
    return f"sigsum.org/v1/tree/{hashlib.sha256(public).hexdigest()}"


def _policy(
    name: str, urls: list[str], others: list[str], threshold: int, keys: dict[str, str] = _WITNESSES
) -> tuple[str, str, list[str], tuple[str, ...]]:
    """The name, the text without its first line, the witnesses and the origins; `others` are asked beside the group of three,
    which is a group of its own where there are more."""
    logs = {_origin(bytes.fromhex(_LOGS[url])): (bytes.fromhex(_LOGS[url]), url) for url in urls}
    grouped = "glasklar-test-witnesses" in others
    witnesses = [*_THREE, *others[1:]] if grouped else others
    lines = [f"log {vkey(origin, bytes([1]) + public)} {url}" for origin, (public, url) in logs.items()]
    lines += [f"witness {one} {vkey(one, bytes([WITNESS]) + bytes.fromhex(keys[one]))}" for one in witnesses]
    lines += [f"group glasklar-test-witnesses 2 {' '.join(_THREE)}"] if grouped else []
    lines += [f"group quorum-rule {threshold} {' '.join(others)}", "quorum quorum-rule"]
    return f"sigsum's {name}", "\n".join(lines) + "\n", witnesses, tuple(sorted(logs))


_TEST = "https://test.sigsum.org/barreleye"
SIGSUM = (
    _policy(
        "sigsum-generic-2025-1",
        ["https://seasalp.glasklar.is", "https://ginkgo.tlog.mullvad.net"],
        ["witness.glasklar.is", "witness.mullvad.net", "tillitis.se/tillitis-witness-1"],
        2,
    ),
    _policy("sigsum-test1-2025", [_TEST], _THREE, 2),
    _policy(
        "sigsum-test2-2025",
        [_TEST],
        [
            "glasklar-test-witnesses",
            "navigli.sunlight.geomys.org/dev",
            "remora.n621.de",
            "witness.stagemole.eu",
            "tillitis.se/test-witness-1",
        ],
        4,
        _WITNESSES | _OLDER,
    ),
    _policy(
        "sigsum-test-2025-3",
        [_TEST, "https://serviceberry.tlog.stagemole.eu"],
        [
            "glasklar-test-witnesses",
            "witness.navigli.sunlight.geomys.org",
            "remora.n621.de",
            "witness.stagemole.eu",
            "tillitis.se/test-witness-1",
            "transparency.dev/DEV:witness-little-garden",
        ],
        4,
    ),
)
