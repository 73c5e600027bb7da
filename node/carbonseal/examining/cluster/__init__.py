"""One examination on many machines: an executor on dask.distributed (extra `cluster`). Private."""
