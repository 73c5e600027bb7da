"""Findings on clusters: addresses of schedulers, workers, and what became of them."""

from __future__ import annotations

from carbonseal.findings import undetermined

CLUSTER_ADDRESS = undetermined(
    "cluster.address",
    "{address} is no address of a scheduler",
    "write tls://host:port, or tcp://127.0.0.1:port for one on this machine",
)
CLUSTER_NOT_ENCRYPTED = undetermined(
    "cluster.not-encrypted",
    "{address} is not encrypted, and another machine: whoever reads or changes what is sent runs programs here and there",
    "start scheduler and workers with certificates, and write tls://: docs/cluster.md",
)
CLUSTER_NO_CERTIFICATES = undetermined(
    "cluster.no-certificates",
    "{address} is spoken to with certificates, and dask's configuration lacks {missing}",
    "set these in ~/.config/dask/distributed.yaml: docs/cluster.md",
)
CLUSTER_UNREACHABLE = undetermined(
    "cluster.unreachable",
    "the scheduler at {address} is not reached: {reason}",
    "is it running, with a certificate of the same authority? Start it, then do the same again",
)
CLUSTER_NO_WORKERS = undetermined(
    "cluster.no-workers",
    "the scheduler at {address} has had no worker for {seconds} seconds",
    "start workers (dask worker, with its nanny, which starts them again), then do the same again",
)
CLUSTER_LOST = undetermined(
    "cluster.lost",
    "the scheduler at {address} no longer has what it was given: {reason}",
    "was it started again? Then do the same again, with --resume where results are a file",
)
CLUSTER_OTHER_CODE = undetermined(
    "cluster.other-code",
    "the worker {worker} runs other code of carbonseal or its plug-ins (digest {there}) than this machine ({here})",
    "install the same versions on all machines, and start the workers again",
)
CLUSTER_OTHER_POLICY = undetermined(
    "cluster.other-policy",
    "the worker {worker} got another policy than was sent",
    "somebody else writes to this cluster: stop it",
)
