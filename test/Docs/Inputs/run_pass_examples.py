"""Runs the example of each pass's description.

usage: run_pass_examples.py QUANT_OPT DOCS_DIRECTORY

An example is the word "Example" at the start of a line, options of the pass in
backquotes after "with" if it takes any, a block of IR, and a second block:

- IR, which the pass must make of the first. Both are printed by quant-opt
  before they are compared. The string "+..." in a list of strings stands for
  any number of strings.
- Diagnostics, which must be all that the pass emits, without their locations.
- Any other text, which must be the end of what the pass writes to standard
  error.
"""

import re
import sys

import examples
import generated_docs
import registered
from examples import ExampleError

_DIAGNOSTIC = re.compile(r"^(?:\S+: )?((?:error|warning|remark): .*)$",
                         re.MULTILINE)


def run_pass(quant_opt, name, options, text):
    """Runs a pass on the operation that it works on, with its remarks on."""
    pipeline = "%s{%s}" % (name, options)
    remarks = "--remarks-filter=" + name
    process = examples.run_quant_opt(
        quant_opt, text, "--pass-pipeline=builtin.module(%s)" % pipeline, remarks)
    anchor = re.search(r"restricted to '([\w.]+)'", process.stderr)
    if not anchor:
        return process
    return examples.run_quant_opt(
        quant_opt, text, "--pass-pipeline=builtin.module(%s(%s))"
        % (anchor[1], pipeline), remarks)


def compare_ir(quant_opt, documented, process):
    """Fails unless the pass succeeded and made the documented IR."""
    if process.returncode:
        raise ExampleError("the pass failed:\n" + process.stderr)
    expected = examples.reprint(quant_opt, documented)
    any_strings = r'(?:"[^"]*"(?:, (?="))?)*'
    pattern = re.escape(expected)
    pattern = re.sub(r'"\\\+\\\.\\\.\\\."(?:,\\ )?', lambda _: any_strings, pattern)
    if not re.fullmatch(pattern, process.stdout):
        raise ExampleError("the pass gives other IR:\n"
                           + examples.difference(expected, process.stdout))


def compare_messages(documented, process):
    """Fails unless the pass wrote what is documented."""
    if _DIAGNOSTIC.match(documented):
        found = _DIAGNOSTIC.findall(process.stderr)
        expected = documented.splitlines()
    else:
        expected = [line.rstrip() for line in documented.splitlines()]
        found = [line.rstrip() for line in process.stderr.splitlines()]
        found = found[-len(expected):]
    if expected != found:
        raise ExampleError("the pass writes something else:\n" + examples.difference(
            "\n".join(expected), "\n".join(found)))
    is_error = any(line.startswith("error:") for line in expected)
    if is_error != (process.returncode != 0):
        raise ExampleError("the pass ended with status %d" % process.returncode)


def run_entry(quant_opt, entry):
    """Runs the examples of a pass, and returns how many there are."""
    found = generated_docs.examples(entry)
    if not found:
        raise ExampleError("there is none")
    for blocks in found:
        if len(blocks) != 2 or blocks[0].language != "mlir":
            raise ExampleError("expected a block of IR and one of what the pass "
                               "makes of it, found %d blocks" % len(blocks))
        before, after = blocks
        options = re.search(r"with `([^`]*)`", before.prose)
        process = run_pass(quant_opt, entry.name, options[1] if options else "",
                           before.text)
        if after.language == "mlir":
            compare_ir(quant_opt, after.text, process)
        else:
            compare_messages(after.text, process)
    return len(found)


def main():
    quant_opt, docs = sys.argv[1:]
    documented = generated_docs.read(docs, "*Passes.md")
    entries = [documented.get(entry.name, generated_docs.Entry(entry.name, []))
               for entry in registered.read(quant_opt).passes]
    examples.run_all(entries, lambda entry: run_entry(quant_opt, entry))


if __name__ == "__main__":
    main()
