"""Findings about jobs."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

JOB_UNKNOWN = undetermined("job.unknown", "there is no job {id} here", "see with `carbonseal job list` which there are")
JOB_TOO_MANY = undetermined(
    "job.too-many",
    "this tenant has {live} jobs that are not at their end, and its jobs take {size} bytes of the disk",
    "wait until some are done, or cancel them; what has ended is removed after {days} days",
)
JOB_EMPTY = rejected("job.empty", "the job has nothing to do", "send at least one line, or name at least one passport")
JOB_NONE_ISSUED = undetermined(
    "job.none-issued",
    "no passport of those that the request asks for was issued here",
    "see with `carbonseal passport list` what was issued",
)
JOB_TOO_LARGE = undetermined(
    "job.too-large", "the job has more than {most} {what}", "divide it: a tenant may have several jobs at one time"
)
JOB_NO_ROOM = undetermined(
    "job.no-room",
    "the node's disk has {free} bytes left, and records need them",
    "send it again later; the operator has to make room",
)
JOB_DISK_FAILED = undetermined(
    "job.disk-failed", "the disk takes no more results: {reason}", "it goes on by itself once there is room"
)
JOB_LINE_TOO_LONG = undetermined(
    "job.line-too-long", "the line has more than {most} bytes", 'withhold records: "disclose": false'
)
JOB_FILES_MISSING = undetermined(
    "job.files-missing",
    "the files of the job are not in the node's directory",
    "see with `carbonseal passport list` what was issued, and send the rest again",
)
JOB_ENDED = rejected("job.ended", "the job has ended: it is {state}", "nothing is left of it to cancel")
