"""To whom work is not sent, and who does not do it."""

from __future__ import annotations

import sys
from pathlib import Path

import dask.config
import pytest

from carbonseal.cli.formatting.results import Results, Style
from carbonseal.examining.cluster import tasks
from carbonseal.examining.cluster.executor import on_cluster
from carbonseal.examining.files.items import Item
from carbonseal.examining.judging import VerifyJob, verifying
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.examining.parts import ItemsPart
from carbonseal.findings import BrokenOff, Refused
from tests.cli.conftest import AT as INSTANT
from tests.cli.conftest import Run, run
from tests.examining.cluster.authority import configuration
from tests.examining.cluster.conftest import Cluster, Delivery
from tests.examining.cluster.works import acting_in
from tests.world import AT

__all__ = ["run"]
PART = ItemsPart((Item("1"),))


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("tcp://10.0.0.1:8786", "cluster.not-encrypted"),
        ("tcp://scheduler.example:8786", "cluster.not-encrypted"),
        ("tcp://127.0.0.1.evil.example:8786", "cluster.not-encrypted"),
        ("tcp://0.0.0.0:8786", "cluster.not-encrypted"),
        ("tcp://user@127.0.0.1:8786", "cluster.address"),
        ("ws://127.0.0.1:8786", "cluster.address"),
        ("inproc://127.0.0.1/1/1", "cluster.address"),
        ("127.0.0.1:8786", "cluster.address"),
        ("tls://scheduler.example", "cluster.address"),
        ("tls://scheduler.example:x", "cluster.address"),
        ("tls://[::1:8786", "cluster.address"),
        ("tls://scheduler.example:8786/else", "cluster.address"),
        ("TLS://scheduler.example:8786", "cluster.address"),
        ("tcp://127.0.0.1:8786?x", "cluster.address"),
        ("tcp://127.0.0.1:8786#x", "cluster.address"),
        (" tcp://127.0.0.1:8786", "cluster.address"),
        ("", "cluster.address"),
    ],
)
def test_addresses_that_nothing_is_sent_to(address: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        on_cluster(address)
    assert refused.value.finding.code.name == code
    assert refused.value.finding.remedy


def test_tls_needs_certificates() -> None:
    """What lacks is named as dask's configuration calls it."""
    lacking = dict.fromkeys(("distributed.comm.tls.client.cert", "distributed.comm.tls.client.key"))
    with dask.config.set({"distributed.comm.tls.ca-file": "ca.pem", **lacking}), pytest.raises(Refused) as refused:
        on_cluster("tls://scheduler.example:8786")
    assert refused.value.finding.code.name == "cluster.no-certificates"
    assert refused.value.finding.facts["missing"] == ", ".join(lacking)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://localhost:1", "tcp://[::1]:1"])
def test_loopback_needs_no_certificate(address: str) -> None:
    on_cluster(address)


def test_a_scheduler_of_another_authority_is_not_spoken_to(cluster: Cluster, tmp_path: Path) -> None:
    """Nor one without TLS."""
    with dask.config.set(configuration(tmp_path)), pytest.raises(BrokenOff) as refused:
        next(iter(on_cluster(cluster.idle)(acting_in(tmp_path), [PART])))
    assert refused.value.finding.code.name == "cluster.unreachable"
    assert "TLS certificate does not match" in refused.value.finding.message
    plain = cluster.idle.replace("tls:", "tcp:")
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), pytest.raises(BrokenOff) as refused:
        next(iter(on_cluster(plain)(acting_in(tmp_path), [PART])))
    assert refused.value.finding.code.name == "cluster.unreachable"


@pytest.mark.parametrize(
    ("changed", "code"), [("code_digest", "cluster.other-code"), ("_policy_digest", "cluster.other-policy")]
)
def test_a_worker_that_differs_does_nothing(
    changed: str, code: str, cluster: Cluster, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here it is the client that differs."""
    address = cluster.scale(1)
    monkeypatch.setattr(tasks, changed, lambda *_: "0" * 64)
    work = verifying(VerifyJob(NamedBytes.read(delivery.policy), (), Results(Style.BRIEF, AT)))
    with pytest.raises(Refused) as refused:
        next(iter(on_cluster(address)(work, [PART])))
    assert refused.value.finding.code.name == code
    assert "the worker tls://127.0.0.1:" in refused.value.finding.message


def test_what_an_examination_on_a_cluster_cannot_have(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"")
    address = "https://id.example/p/" + "5f" * 32
    refused = {
        ("-",): "exclude - and addresses",
        (address,): "exclude - and addresses",
        ("memory://a/b",): "in the memory of one process",
        ("zip://a.json::s3://b/c.zip",): "one address in another",
        ("unheard://a/b",): "files cannot be read from there",
        (tmp_path, "--jobs", 2): "--cluster excludes --jobs",
        (tmp_path, "--expect-digest", "5f" * 32): "--expect-digest is for one passport",
    }
    for arguments, words in refused.items():
        result = run("verify", *arguments, "--cluster", "tcp://127.0.0.1:1")
        assert result.exit_code == 2, result.output
        assert words in result.output


def test_without_the_extra_files_are_verified_and_clusters_are_not(
    run: Run, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("carbonseal.examining.cluster")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("dask", "distributed", "fsspec", "fsspec.core"):
        monkeypatch.setitem(sys.modules, name, None)
    asked = ("--policy", delivery.policy, "--trust", delivery.trust, "--at", INSTANT)
    assert run("verify", delivery.folder / "a" / "first.json", *asked).exit_code == 0
    for arguments in ((delivery.folder, "--cluster", "tcp://127.0.0.1:1"), ("s3://passports/2026",)):
        result = run("verify", *arguments, *asked)
        assert result.exit_code == 2
        assert "pip install 'carbonseal[cluster]'" in result.output
