"""Parses and verifies the examples of operations and attributes.

usage: run_dialect_examples.py QUANT_OPT DOCS_DIRECTORY

An example of an operation is a list of operations whose types are written as a
function's; values that none of them defines become arguments. An example of an
attribute is such a list, or a list of attributes, one a line.
"""

import re
import sys

import examples
import generated_docs
from examples import ExampleError

_OPERATION = re.compile(r"^(?:(?P<results>%[\w, %]+) = )?"
                        r"(?P<name>quant_ext\.\w+) (?P<operands>.*) "
                        r": \((?P<types>.*?)\) -> .*$")


def split_types(text):
    """Splits at the commas that no bracket surrounds."""
    types, depth = [""], 0
    for character in text:
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            types.append("")
        else:
            types[-1] += character
    return [text.strip() for text in types]


def statements(text):
    """The operations of an example, each on one line."""
    lines = [line for line in text.splitlines() if not line.startswith("//")]
    joined = []
    for line in lines:
        if line.startswith(" "):
            joined[-1] += " " + line.strip()
        else:
            joined.append(line.strip())
    return joined


def wrap_operations(operations, name):
    """A function around an example."""
    defined, arguments, names = set(), {}, set()
    for text in operations:
        match = _OPERATION.match(text)
        if not match:
            raise ExampleError("cannot be read: " + text)
        operands = re.findall(r"%\w+", match["operands"])
        types = split_types(match["types"])
        if len(operands) != len(types):
            raise ExampleError("has %d operands and %d types: %s"
                               % (len(operands), len(types), text))
        for operand, operand_type in zip(operands, types):
            if operand in defined:
                continue
            if arguments.setdefault(operand, operand_type) != operand_type:
                raise ExampleError("gives %s two types: %s and %s" % (
                    operand, arguments[operand], operand_type))
        defined.update(re.findall(r"%\w+", match["results"] or ""))
        names.add(match["name"])
    if name.startswith("quant_ext.") and name not in names:
        raise ExampleError("does not show the operation")
    signature = ", ".join("%s: %s" % argument for argument in arguments.items())
    return "func.func @example(%s) {\n%s\n  return\n}\n" % (
        signature, "\n".join(operations))


def wrap_attributes(attributes):
    """Functions that carry the attributes of an example."""
    return "".join(
        "func.func private @example%d() attributes {example = %s}\n" % attribute
        for attribute in enumerate(attributes))


def run_entry(quant_opt, entry):
    """Parses the examples of an entry, and returns how many there are."""
    blocks = [block for blocks in generated_docs.examples(entry)
              for block in blocks if block.language == "mlir"]
    if not blocks:
        raise ExampleError("there is none")
    for block in blocks:
        lines = statements(block.text)
        is_attributes = lines[0].startswith("#")
        text = (wrap_attributes(lines) if is_attributes
                else wrap_operations(lines, entry.name))
        examples.reprint(quant_opt, text)
    return len(blocks)


def main():
    quant_opt, docs = sys.argv[1:]
    entries = list(generated_docs.read(docs, "*Dialect.md").values())
    examples.run_all(entries, lambda entry: run_entry(quant_opt, entry))


if __name__ == "__main__":
    main()
