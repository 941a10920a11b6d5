"""Reads the Markdown that mlir-tblgen and pipelines.py generate."""

import collections
import glob
import os
import re

# The entry of an operation, attribute, pass or pipeline: all the text up to the
# next entry.
Entry = collections.namedtuple("Entry", "name lines")
# A fenced block, and the prose between it and the block or "Example" before it.
Block = collections.namedtuple("Block", "language text prose")

_HEADING = re.compile(r"^#{3,4} (?:`-?(?P<code>[\w.-]+)`.*|(?P<plain>\w+Attr))$")


def read(directory, pattern):
    """The entries of the files of a directory that match a pattern, by name."""
    entries = {}
    for path in sorted(glob.glob(os.path.join(directory, pattern))):
        lines = None
        with open(path) as markdown:
            for line in markdown.read().splitlines():
                heading = _HEADING.match(line)
                if heading:
                    name = heading["code"] or heading["plain"]
                    lines = []
                    entries[name] = Entry(name, lines)
                elif line.startswith("## "):
                    lines = None
                elif lines is not None:
                    lines.append(line)
    return entries


def is_described(entry):
    """Whether there is prose beyond summary, syntax and example."""
    is_fenced = False
    for line in entry.lines:
        if line.startswith("```"):
            is_fenced = not is_fenced
        elif is_fenced or not line or line == "Syntax:" or line[0] == "_":
            continue
        else:
            return not line.startswith(("Example", "#", "Traits:"))
    return False


def examples(entry):
    """Each "Example" of an entry, as a list of blocks."""
    found = []
    prose, language, text = [], None, []
    for line in entry.lines:
        if language is not None:
            if line != "```":
                text.append(line)
                continue
            if found:
                found[-1].append(Block(language, "\n".join(text) + "\n",
                                       " ".join(prose)))
            prose, language, text = [], None, []
        elif line.startswith("```"):
            language = line[3:]
        elif line.startswith("#"):
            break
        else:
            if line.startswith("Example"):
                found.append([])
                prose = []
            prose.append(line)
    return found
