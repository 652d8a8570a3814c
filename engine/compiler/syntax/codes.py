"""Every code that the lexer and the parser report, with a short title.

A code keeps its meaning for ever: tools, documentation and suppressions refer to it.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "E0001": "character without meaning",
    "E0002": "string not closed",
    "E0003": "comment not closed",
    "E0004": "not a number",
    "E0005": "not an escape",
    "E0006": "brace in an f-string",
    "E0007": "operator of another language",
    "E0010": "bracket not closed",
    "E0011": "bracket closes nothing",
    "E0012": "opening brace is missing",
    "E0020": "something else is expected here",
    "E0021": "value is missing",
    "E0022": "type is missing or malformed",
    "E0023": "pattern is missing or malformed",
    "E0024": "name is missing or taken by the language",
    "E0025": "end of the statement is missing",
    "E0026": "`=` where `==` is meant",
    "E0027": "comparisons do not chain",
    "E0028": "range out of place",
    "E0029": "cannot be given a value",
    "E0030": "dict or set where a brace opens a block",
    "E0031": "wrong separator",
    "E0032": "word of another language",
    "E0040": "nested too deeply or too long",
    "E0050": "declaration out of place",
    "E0051": "only the library may write this",
    "E0052": "model out of place",
    "E0099": "more mistakes than are told",
}
