"""Findings on tables. All name the cell, the line or the sheet in their place."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

TABLE_TOO_LARGE = rejected("table.too-large", "{size} {what}; at most {limit}", "split the table into several")
TABLE_TOO_WRONG = rejected(
    "table.too-wrong", "more than {limit} errors; the first: {first}", "correct the columns that are wrong throughout"
)
TABLE_ENCODING = rejected(
    "table.encoding", "a text that is not UTF-8", "save it as CSV UTF-8: every spreadsheet program offers that"
)
TABLE_HEADER = rejected("table.header", "{problem}", "the first line names the columns, each once")
TABLE_CSV = rejected(
    "table.csv", "not CSV: {problem}", "export it again, with quotation marks around cells that hold them"
)
TABLE_RAGGED = rejected(
    "table.ragged",
    "{found} cells, and the header has {expected} columns",
    "put quotation marks around cells with the separator in them; numbers have a decimal point, as 12.4",
)
TABLE_DECIMAL_COMMA = rejected("table.decimal-comma", "{found} has a decimal comma", "write {remedy}, with a point")
TABLE_WORKBOOK = rejected(
    "table.workbook",
    "a workbook that cannot be read: {problem}",
    "save it as .xlsx without a password, or as CSV UTF-8",
)
TABLE_NO_WORKBOOKS = undetermined(
    "table.no-workbooks",
    "this node reads no workbooks: it lacks the package openpyxl",
    "send the table as CSV; whoever runs the node installs carbonseal[tables]",
)
TABLE_FORMULA = rejected(
    "table.formula",
    "a formula, {found}: what it comes to depends on the program that opens it",
    "copy the column and paste it as values",
)
TABLE_MERGED = rejected(
    "table.merged",
    "merged cells: all but the first of them are empty",
    "undo the merge, and write the text into each cell that it belongs to",
)
TABLE_NUMBER_CELL = rejected(
    "table.number-cell",
    "the number {found}, where a text is expected: leading zeros and digits beyond the fifteenth are lost in numbers",
    "make the column text, and enter the codes again",
)
TABLE_CELL_TYPE = rejected(
    "table.cell-type", "{found}, where {expected} is expected", "make the column text, and enter it again"
)
TABLE_GZIP = rejected("table.gzip", "gzip that cannot be unpacked: {problem}", "pack it again, or hand it in as it is")
TABLE_JSON = rejected(
    "table.json", "expected a list of objects whose members are texts, found {found}", "write one object for each line"
)

TABLE_UNKNOWN_COLUMN = rejected(
    "table.unknown-column",
    "no column is called {name}",
    "{meant}names that begin with # are your own, and are not read",
)
TABLE_MISSING_COLUMN = rejected(
    "table.missing-column", "columns are missing: {names}", "add them: carbonseal records template writes all of them"
)
TABLE_EMPTY = rejected("table.empty", "the cell is empty", "fill it in: {means}; {expected}")
TABLE_VALUE = rejected("table.value", "{found} is not valid here; expected {expected}", "{means}")
TABLE_TWICE = rejected("table.twice", "{line} has the same id", "give each footprint an id of its own, or none")
TABLE_NO_COPY = rejected(
    "table.no-copy",
    "of a table in JSON there is no copy with errors",
    "hand it in as CSV or as a workbook, or do without",
)
TABLE_PROFILE = rejected(
    "table.profile",
    "the rows of a table are footprints of {wanted}, not records of {profile}",
    "name the profile {wanted}",
)
