"""What the scripts that run documented examples share."""

import difflib
import subprocess
import sys


class ExampleError(Exception):
    """An example that is not what it says it is, or says nothing."""


def run_quant_opt(quant_opt, text, *arguments):
    """Gives a module to quant-opt, as a finished process."""
    return subprocess.run([quant_opt, "-", *arguments], input=text,
                          capture_output=True, text=True)


def reprint(quant_opt, text):
    """The text as the printer writes it, or an error where it is not valid."""
    process = run_quant_opt(quant_opt, text)
    if process.returncode:
        raise ExampleError("the documented IR is not valid:\n" + process.stderr)
    return process.stdout


def difference(documented, found):
    """A diff of two texts."""
    return "\n".join(difflib.unified_diff(
        documented.splitlines(), found.splitlines(), "documented", "found",
        lineterm=""))


def run_all(entries, run_entry):
    """Runs the examples of each entry; reports failures and exits on any."""
    count = failed = 0
    for entry in entries:
        try:
            count += run_entry(entry)
        except ExampleError as error:
            print("error: the example of %s: %s" % (entry.name, error))
            failed += 1
    print("ran %d examples of %d entries, %d failed"
          % (count, len(entries), failed))
    sys.exit(1 if failed or not count else 0)
