"""Checks that all that quant-opt registers of its own has an entry in the docs.

usage: check_entries.py QUANT_OPT DOCS_DIRECTORY INCLUDE_DIRECTORY

Operations and attributes are those of the generated headers below
INCLUDE_DIRECTORY: the dialect registers them from the same records.
"""

import glob
import os
import re
import sys

import generated_docs
import registered


def declared(include_directory):
    """Names of the operations and classes of the attributes in the headers."""
    text = ""
    pattern = os.path.join(include_directory, "**", "*.h.inc")
    for path in glob.glob(pattern, recursive=True):
        with open(path) as header:
            text += header.read()
    operations = re.findall(r'StringLiteral\("(quant_ext\.\w+)"\)', text)
    attributes = re.findall(r"^class (\w+Attr) : public ::mlir::Attribute", text,
                            re.MULTILINE)
    return operations, attributes


def check(kind, names, entries, needs_description=True):
    """Prints what is missing, and returns how much."""
    problems = []
    if not names:
        problems.append("expected to find at least one %s" % kind)
    for name in names:
        if name not in entries:
            problems.append("%s %s has no entry" % (kind, name))
        elif needs_description:
            if not generated_docs.is_described(entries[name]):
                problems.append("%s %s has no description" % (kind, name))
            if not any(generated_docs.examples(entries[name])):
                problems.append("%s %s has no example" % (kind, name))
    for problem in problems:
        print("error:", problem)
    print("found %d of kind %s" % (len(names), kind))
    return len(problems)


def main():
    quant_opt, docs, include = sys.argv[1:]
    passes, pipelines = registered.read(quant_opt)
    operations, attributes = declared(include)
    dialect_docs = generated_docs.read(docs, "*Dialect.md")
    pass_docs = generated_docs.read(docs, "*Passes.md")
    pipeline_docs = generated_docs.read(docs, "*Pipelines.md")

    problems = check("operation", operations, dialect_docs)
    problems += check("attribute", attributes, dialect_docs)
    problems += check("pass", [entry.name for entry in passes], pass_docs)
    problems += check("pipeline", [entry.name for entry in pipelines],
                      pipeline_docs, needs_description=False)
    for stale in set(pass_docs) - {entry.name for entry in passes}:
        print("error: the documented pass %s is not registered" % stale)
        problems += 1
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
