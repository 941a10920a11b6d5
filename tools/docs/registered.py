"""What quant-opt registers of its own, read from its --help."""

import collections
import re
import subprocess

Entry = collections.namedtuple("Entry", "name summary options")
Registered = collections.namedtuple("Registered", "passes pipelines")

# An entry is indented by six, an option of it by eight; the values that an
# option may take start with "=" and are left out.
_LINE = re.compile(r"^(?P<indent> {6}| {8})--?(?P<name>[\w-]+)(?:[= ]<[^>]*>)?"
                   r"\s+-\s+(?P<summary>.*)$")


def read(quant_opt):
    """Passes and pipelines of quant-opt that are not upstream's."""
    text = subprocess.run([quant_opt, "--help"], check=True,
                          capture_output=True, text=True).stdout
    sections = {"    Passes:": [], "    Pass Pipelines:": []}
    entries = None
    for line in text[:text.index("OVERVIEW:")].splitlines():
        match = _LINE.match(line)
        if line in sections:
            entries = sections[line]
        elif match and entries is not None:
            options = entries[-1].options if match["indent"] == " " * 8 else entries
            options.append(Entry(match["name"], match["summary"], []))
    return Registered(*sections.values())
