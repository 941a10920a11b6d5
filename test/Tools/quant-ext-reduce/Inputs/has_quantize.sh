#!/bin/sh
# Interesting is a module that quantizes: mlir-reduce asks for exit code 1.
if grep -q 'quant_ext\.quantize' "$1"; then exit 1; fi
exit 0
