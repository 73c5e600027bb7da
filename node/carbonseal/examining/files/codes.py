"""Why a file that is examined could not be read. It has no verdict then."""

from __future__ import annotations

from carbonseal.findings import undetermined

_AGAIN = "ask whoever sent it for it again"
_OTHER_NAMES = "ask whoever sent the archive for one without such names"
_UNPACK = "unpack it, and verify what is in it"

UNREAD_FAILED = undetermined(
    "unread.failed", "reading it failed: {reason}", "is it there, and may it be read? If so, try again later"
)
UNREAD_NOT_REGULAR = undetermined(
    "unread.not-regular", "not a regular file", "give the file itself; - reads standard input"
)
UNREAD_FOLDER_LINK = undetermined(
    "unread.folder-link", "a link to a folder is not followed", "name the folder that it leads to"
)
UNREAD_NO_PLACE = undetermined(
    "unread.no-place",
    "it is not on the machine that was to read it",
    "name a path that leads to the same file on every machine",
)
UNREAD_AMBIGUOUS = undetermined(
    "unread.ambiguous", "its name is that of something in the file before it", "name it otherwise"
)
UNREAD_MEMORY = undetermined(
    "unread.memory", "there is not enough memory to read it", "verify it on a machine that has more"
)
UNREAD_LOST = undetermined(
    "unread.lost", "the process that read it died, twice ({reason})", "is there too little memory?"
)
UNREAD_RATIO = undetermined(
    "unread.ratio", "more than {most} times its size comes out of this archive: it is not read on", _UNPACK
)
UNREAD_MANY = undetermined("unread.many", "this archive has more than {most} files: it is not read on", _UNPACK)
UNREAD_DEEP = undetermined("unread.deep", "an archive in archives, more than {most} deep", _UNPACK)
UNREAD_LONG = undetermined("unread.long", "more than {most} bytes in an archive", _UNPACK)
UNREAD_DAMAGED = undetermined("unread.damaged", "this archive is damaged, or ends early: {reason}", _AGAIN)
UNREAD_DAMAGED_INSIDE = undetermined("unread.damaged-inside", "damaged in its archive: {reason}", _AGAIN)
UNREAD_ENCRYPTED = undetermined("unread.encrypted", "encrypted in its archive", _UNPACK)
UNREAD_METHOD = undetermined("unread.method", "packed by a method that is not read here", _UNPACK)
UNREAD_LINK = undetermined(
    "unread.link", "a link in an archive is not followed", "put the file that it leads to in its place"
)
UNREAD_LEADS_OUT = undetermined("unread.leads-out", "its name leads out of the archive", _OTHER_NAMES)
UNREAD_LONG_NAME = undetermined("unread.long-name", "its name has more than {most} bytes", _OTHER_NAMES)
