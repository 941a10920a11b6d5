//===- QuantExtBase.td - The quant_ext dialect -------------*- tablegen -*-===//
//
// The dialect itself; attributes and operations live in files of their own.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_IR_QUANTEXTBASE_TD
#define QUANTEXT_IR_QUANTEXTBASE_TD

include "mlir/IR/OpBase.td"

def QuantExt_Dialect : Dialect {
  let name = "quant_ext";
  let cppNamespace = "::mlir::quant_ext";
  let summary = "Quantization with parameters as SSA values";
  let description = [{
    The `quant_ext` dialect quantizes floating-point tensors to small integers
    and back:

    ```
    q = clamp(round(x / scale), qmin - zero_point, qmax - zero_point) + zero_point
    x' = (q - zero_point) * scale
    ```

    Scales and zero points are SSA values, so that they can be computed at run
    time, folded at compile time, and shared between operations. What is known
    when the program is written (the storage format, the rounding rule, which
    elements share a scale) is an attribute.

    **Float storages** (f8E4M3FN, f8E4M3FNUZ, f8E5M2, f8E5M2FNUZ, f4E2M1FN) hold
    `x / scale` as the nearest number of a small float format, without a zero
    point.

    **Granularity** says which elements share a scale, and follows from the
    operands:

    | granularity | scale | attribute |
    |---|---|---|
    | per-tensor | rank 0 | none |
    | per-axis (per-channel) | rank 1, one for each index of a dimension | `axis = N` |
    | per-block (sub-channel, group) | rank of the input, `ceil(dim / block)` in each dimension | `block_sizes = [...]` |

    A block size of 1 gives every index of its dimension a scale of its own, -1
    makes one block of the whole dimension; 2147483647 is the largest other. The
    last block of a dimension may be
    ragged.

    **Symmetric** schemes have no zero point operand and no code for one.
    **Asymmetric** schemes carry a zero point of the scale's shape, whose
    elements have the storage type and are extended by its signedness.

    **Arithmetic.** The computing type T is f32, or f64 where the value or the
    scale is f64. Inputs widen exactly to T; each division, product and
    subtraction rounds once to T and is never contracted; one conversion
    (to nearest even) gives the result type. NaN quantizes to qmin, infinities
    to the bounds. The constant folder, the portable lowering and every
    target's vector code give the same bits:
    `include/QuantExt/Numerics/README.md` states the contract, every edge of
    it, and how other systems differ.

    Operations on tensors (`quantize`, `dequantize`, `requantize`,
    `fake_quantize`, `choose_qparams`) are what programs are written in; the
    `apply_*` operations on scalars and vectors are what they lower through:
    they sit in the body of a `linalg.generic` and are expanded to arithmetic in
    one place.

    **Known ranges.** The attribute `quant_ext.range = array<f64: min, max>`, on an
    operation with one result or on the argument of a function, states the smallest
    and the largest number that this tensor of floats holds, as calibration found
    them: both finite, the smaller first. `quant-ext-quantize-activations` makes
    constant parameters of it. It changes no value: numbers outside saturate once they
    are quantized. Like every attribute that an operation does not know, it may be
    lost in a rewrite.
  }];
  // Constants are arith's; the methods of interfaces create the others', and
  // passes that call them do not know to load these.
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::cf::ControlFlowDialect", "::mlir::tensor::TensorDialect"
  ];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let extraClassDeclaration = [{
    /// The range of a tensor of floats: two numbers, the smaller first.
    static StringRef getRangeAttrName() { return "quant_ext.range"; }
    /// Adds the attributes of the dialect.
    void registerAttributes();
    /// Adds the interfaces of the dialect (bytecode, inliner).
    void registerInterfaces();
  }];
}

#endif // QUANTEXT_IR_QUANTEXTBASE_TD
