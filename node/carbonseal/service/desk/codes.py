"""Findings of the verification desk."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

DESK_NO_FILES = undetermined(
    "desk.no-files", "no file came with the request", "choose passports, an archive or a folder of them, and send again"
)
DESK_OTHER_PAGE = rejected(
    "desk.other-page",
    "the request comes from a page of {origin}, which is not this desk",
    "use the desk's own page; a proxy before it has to keep the header Host",
)
DESK_TOO_MANY_FILES = undetermined(
    "desk.too-many-files", "more than {most} files came with the request", "put them into an archive, or send fewer"
)
DESK_TWO_TABLES = rejected("desk.two-tables", "the form has the table {name} twice", "give it once")
DESK_PACKING_ALONE = rejected(
    "desk.packing-alone", "the form has a packing list without its declaration", "give the declaration, too"
)
DESK_UNKNOWN_FIELD = rejected(
    "desk.unknown-field",
    "the form has a field {name}, which means nothing here",
    "send passports as files, and tables as declaration and packing",
)
