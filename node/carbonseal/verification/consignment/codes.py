"""Findings on consignments. Nothing of a declaration rejects: declarant and maker classify and count apart, in good faith."""

from __future__ import annotations

from carbonseal.findings import Code, noted, rejected, shown, undetermined

# --- a declaration that is not used -------------------------------------------------------------------------------

CONSIGNMENT_COLUMN_MISSING = rejected(
    "consignment.column-missing", "no column {column}", "add it; a column may be called {names}"
)
CONSIGNMENT_COLUMN_TWICE = rejected(
    "consignment.column-twice", "the columns {one} and {other} both have {what}", "keep one of them"
)
CONSIGNMENT_MALFORMED = rejected("consignment.malformed", "{found} is not {expected}", "correct the cell: {remedy}")
CONSIGNMENT_LINE_TWICE = rejected(
    "consignment.line-twice",
    "item {item} of {mrn} is there twice in version {version}",
    "write all its documents into one cell, with blanks between; an amendment has a higher version",
)

# --- what agrees --------------------------------------------------------------------------------------------------

CONSIGNMENT_PASSPORT = shown("consignment.passport", "{reference} is the passport of {name}, which verified")
CONSIGNMENT_CODE = shown("consignment.code", "{declared} is what the passport states")
CONSIGNMENT_QUANTITY = shown("consignment.quantity", "{declared} of a lot that yielded {stated}")
CONSIGNMENT_SERIALS = shown("consignment.serials", "serial numbers that the passport lists: {count}")

# --- what differs -------------------------------------------------------------------------------------------------

CONSIGNMENT_CODE_DIFFERS = undetermined(
    "consignment.code-differs",
    "the line declares {declared}, the passport states {stated}",
    "decide the classification, and ask declarant or maker to correct theirs",
)
CONSIGNMENT_QUANTITY_DIFFERS = undetermined(
    "consignment.quantity-exceeds",
    "the line declares {declared}, and the lot of its passport yielded {stated}",
    "ask which passport covers the rest",
)
CONSIGNMENT_OVER_PRESENTED = undetermined(
    "consignment.over-presented",
    "{presented} of the lot were presented in {items} goods items, and it yielded {stated}",
    "compare the items with the offices that observed them: goods that were merely presented are a finding, and no proof",
)
CONSIGNMENT_PACKING_DIFFERS = undetermined(
    "consignment.packing-differs",
    "the line declares {declared}, its packing list has {listed}",
    "ask the declarant for the list of this item",
)
CONSIGNMENT_LOT_UNKNOWN = undetermined(
    "consignment.lot-unknown",
    "the packing list has lot {listed}, the passports of the line have {stated}",
    "ask for the passport of that lot",
)
CONSIGNMENT_SERIAL_UNKNOWN = undetermined(
    "consignment.serial-unknown",
    "the packing list has serial number {listed}, which is none of the {count} that the passport lists",
    "look at the label, and ask for the passport of that piece",
)
CONSIGNMENT_SERIAL_TWICE = undetermined(
    "consignment.serial-twice",
    "serial number {serial} stands in {places}",
    "look at the labels: one piece was presented twice, or a number was copied",
)

# --- what cannot be compared --------------------------------------------------------------------------------------

CONSIGNMENT_NO_REFERENCE = undetermined(
    "consignment.no-reference",
    "the line names no passport: its documents are {documents}",
    "ask the declarant for the registration id or the digest of the passport, in 12 03",
)
CONSIGNMENT_NOT_BROUGHT = undetermined(
    "consignment.not-brought",
    "none of the files is the passport {reference}",
    "ask the declarant for it, or fetch it: carbonseal fetch",
)
CONSIGNMENT_NOT_VERIFIED = undetermined(
    "consignment.not-verified",
    "the passport {reference} is {verdict}",
    "see what was found on that file",
)
CONSIGNMENT_NO_CODE = undetermined(
    "consignment.no-code",
    "the line declares {declared}, the passport states {stated}",
    "compare the description by eye, or ask the maker to state an HS code with its edition",
)
CONSIGNMENT_OTHER_EDITION = undetermined(
    "consignment.other-edition",
    "the line declares {declared}, the passport states {stated}: editions of the HS are not compared",
    "compare by the correlation tables of the WCO",
)
CONSIGNMENT_UNIT = undetermined(
    "consignment.unit",
    "the line declares {declared}, the lot yielded {stated}: nothing there is in {unit}",
    "name the unit of the supplementary units in a column `unit`, or bring a packing list; nothing is converted by guess",
)
CONSIGNMENT_WHICH_LOT = undetermined(
    "consignment.which-lot",
    "the line declares {declared}, and leads to {count} passports: how much is of which lot is not said",
    "bring the packing list: --packing",
)
CONSIGNMENT_PROCEDURE = undetermined(
    "consignment.procedure-unknown",
    "the procedure {procedure} is none that is known: whether the goods enter is open, and nothing was counted",
    "name the procedure of 11 09, such as 4000",
)

# --- remarks ------------------------------------------------------------------------------------------------------

CONSIGNMENT_FINER_DIFFERS = noted(
    "consignment.finer-differs", "six digits agree; the line declares {declared}, the passport states {stated}"
)
CONSIGNMENT_CHECK_DIGIT = noted(
    "consignment.check-digit",
    "the MRN ends in {found}, and its check digit would be {expected}",
    "compare it with the document; training systems print MRNs without",
)
CONSIGNMENT_NOT_COUNTED = noted(
    "consignment.not-counted", "procedure {procedure}, {what}: nothing of the lot is counted as used up"
)
CONSIGNMENT_EVERY_PIECE = noted(
    "consignment.every-piece", "the line declares {declared}; the passport is about every piece, and limits no quantity"
)
CONSIGNMENT_SERIALS_NOT_LISTED = noted(
    "consignment.serials-not-listed", "the packing list has {count} serial numbers, the passport lists none"
)
CONSIGNMENT_INVALIDATED = noted("consignment.invalidated", "version {version} was invalidated")

MISMATCHES: frozenset[Code] = frozenset(
    {
        CONSIGNMENT_CODE_DIFFERS,
        CONSIGNMENT_QUANTITY_DIFFERS,
        CONSIGNMENT_OVER_PRESENTED,
        CONSIGNMENT_PACKING_DIFFERS,
        CONSIGNMENT_LOT_UNKNOWN,
        CONSIGNMENT_SERIAL_UNKNOWN,
        CONSIGNMENT_SERIAL_TWICE,
    }
)
