//===- WeightPasses.td - Passes on constants ---------------*- tablegen -*-===//

#ifndef QUANTEXT_TRANSFORMS_WEIGHTPASSES_TD
#define QUANTEXT_TRANSFORMS_WEIGHTPASSES_TD

include "QuantExt/Transforms/PassOptions.td"

def QuantizeWeights : Pass<"quant-ext-quantize-weights"> {
  let summary = "Quantize constant weights of linalg contractions and "
                "convolutions";
  let description = [{
    Puts `choose_qparams`, `quantize` and `dequantize` between a constant float
    weight and the operation that multiplies with it. `canonicalize` then turns
    the first two into constants; `dequantize` stays.

    **Which operations.** Every linalg operation on tensors that upstream's
    inference of contraction and convolution dimensions recognises: matmuls with
    any indexing maps, batched ones, `linalg.contract`, convolutions with groups
    and depthwise, generics. Its weights are the operands that a constant
    defines (dense or dense_resource, of f16, bf16, f32 or f64) and that the
    body multiplies with: lhs and rhs of a contraction, the filter of a
    convolution. A `linalg.transpose`, `tensor.cast` or `arith.extf` between the
    constant and the operation stays, on the dequantized constant. Nothing else
    is touched; neither is a weight that is under `dequantize` already.
    `location` and `ops` narrow the choice further: an operation must satisfy
    both.

    **Granularity.** Output channels are found from the indexing maps: the
    dimensions of a rhs that n loops run over, of a lhs the m loops, of a filter
    the output channel and group (depth) loops.

    - `per-axis` gives each output channel a scale: `axis = N`, or, where several
      dimensions are output channels (a grouped filter), `block_sizes` of 1 in
      these and -1 in all others. The batch dimension of a batched matmul is not
      an output channel: its entries share the scales.
    - `per-block` gives `block-size` neighbours along one reduction dimension a
      scale, and each index of all other dimensions one of its own. That
      dimension is the innermost of k or input channel that is longer than 1;
      where there is none, the innermost filter dimension.
    - `per-tensor` gives the weight one scale.

    **Block formats.** `block-format` names one of those in which the scales of
    blocks are themselves 8 bits wide: blocks lie along the dimension of
    `per-block`, and 32 (`mxfp8`, `mxfp8-e5m2`, `mxfp4`) or 16 (`nvfp4`) elements
    share a scale. `choose_qparams` then makes scales of f8E8M0FNU or f8E4M3FN, and
    a `dequantize` of their own turns them into the numbers that `quantize` and
    the other `dequantize` use.

    A weight that is a resource whose blob is missing or of the wrong size is an
    error. A constant that several operations use with one granularity is
    quantized once; equal constants that are distinct operations are left to CSE.

    **Remarks**, of the category `quant-ext-quantize-weights`: for each
    contraction or convolution `quantized`, and how, or `left-in-float`, and
    why; a last one, `summary`, counts both. To see them:
    `--remarks-filter=quant-ext-quantize-weights`.

    Example:

    ```mlir
    func.func @layer(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>)
        -> tensor<2x3xf32> {
      %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2],
          [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32>
      %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>)
          outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    }
    ```

    becomes

    ```mlir
    func.func @layer(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>)
        -> tensor<2x3xf32> {
      %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2],
          [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32>
      %scale = quant_ext.choose_qparams %w axis = 1 storage = <i8>
          : (tensor<4x3xf32>) -> tensor<3xf32>
      %q = quant_ext.quantize %w, %scale axis = 1 storage = <i8>
          : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xi8>
      %dq = quant_ext.dequantize %q, %scale axis = 1 storage = <i8>
          : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
      %y = linalg.matmul ins(%x, %dq : tensor<2x4xf32>, tensor<4x3xf32>)
          outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    }
    ```
  }];
  let options = !listconcat(schemeOptions, selectionOptions, [
    Option<"granularity", "granularity", "::mlir::quant_ext::WeightGranularity",
           /*default=*/"::mlir::quant_ext::WeightGranularity::PerAxis",
           "Which elements share a scale; per-axis by default",
           [{::llvm::cl::values(
             clEnumValN(::mlir::quant_ext::WeightGranularity::PerTensor,
                        "per-tensor", "All of a weight"),
             clEnumValN(::mlir::quant_ext::WeightGranularity::PerAxis,
                        "per-axis", "Those of an output channel"),
             clEnumValN(::mlir::quant_ext::WeightGranularity::PerBlock,
                        "per-block",
                        "'block-size' neighbours along the reduction"))}]>,
    Option<"blockSize", "block-size", "int64_t", /*default=*/"32",
           "Elements that share a scale where granularity is per-block; 32 by "
           "default">,
    Option<"contractionsOnly", "contractions-only", "bool", /*default=*/"false",
           "Leave the weights of convolutions in float">,
    Option<"errorIfNone", "error-if-none", "bool", /*default=*/"false",
           "Fail where no weight was quantized">,
  ]);
  let statistics = [
    Statistic<"numQuantized", "tensors-quantized",
              "Number of weight tensors quantized">,
    Statistic<"bytesSaved", "bytes-saved",
              "Bytes of the float weights beyond those of packed integers and "
              "parameters">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::quant_ext::QuantExtDialect"];
}

def CheckParams : Pass<"quant-ext-check-params"> {
  let summary = "Report constant parameters and resources that cannot be "
                "computed with";
  let description = [{
    The verifier does not look at the values of parameters, because constant
    propagation may produce bad ones in code that never runs. This pass does,
    and fails after it has reported every

    - scale that is zero, negative, NaN or infinite, where it is a constant or a
      `dequantize` of constants,
    - constant zero point outside the range of its storage,
    - constant shift of a fixed-point multiplier outside [1, 62],
    - constant whose `dense_resource` has no blob, or one of the wrong size
      (the parser lets both pass).

    A message names the first bad element of a constant by its index; for
    per-axis parameters that is the channel. Parameters that are not constant
    are not looked at. The IR is not changed.

    A bias that is too large for its scale is no error: it saturates. A remark of
    the category `quant-ext-check-params` counts the elements of 32-bit storage
    that are at its bounds, in a `quantize` of constants, and after folding in
    the constant input of a `dequantize`.

    Example:

    ```mlir
    func.func @bad_channel(%x: tensor<3x4xf32>) -> tensor<3x4xi8> {
      %scale = arith.constant dense<[0.5, 0.0, 0.25]> : tensor<3xf32>
      %q = quant_ext.quantize %x, %scale axis = 0 storage = <i8>
          : (tensor<3x4xf32>, tensor<3xf32>) -> tensor<3x4xi8>
      return %q : tensor<3x4xi8>
    }
    ```

    gives

    ```
    error: 'quant_ext.quantize' op scale must be positive and finite, found 0 at index 1
    ```
  }];
  let statistics = [
    Statistic<"numChecked", "ops-checked", "Number of operations looked at">,
  ];
  let dependentDialects = ["::mlir::quant_ext::QuantExtDialect"];
}

def DropUnusedResources
    : Pass<"quant-ext-drop-unused-resources", "::mlir::ModuleOp"> {
  let summary = "Free the blobs of resources that no operation uses";
  let description = [{
    After weights have become integers, the float originals still occupy the
    context: a `dense_resource` belongs to no operation. This pass finds the keys
    that the module names anywhere (attributes at any depth, types, locations)
    and frees the blobs of all other keys of the builtin dialect.

    **Safe** where the context holds this module and nothing else that is still
    to be used, as in `quant-opt`. Constants that no operation uses must be gone
    first: run `canonicalize` before it.

    **Not safe** where the same context holds other modules, detached operations
    or attributes that name a resource and will be read later: MLIR's resource
    manager does not know who uses a key, so neither does this pass. Such a
    reader finds an empty blob, which `quant-ext-check-params` reports. A nested
    module is refused for this reason.

    Keys stay known to the context; only their memory is freed. A remark of the
    category `quant-ext-drop-unused-resources` counts blobs and bytes.

    Example: for

    ```mlir
    func.func @used() -> tensor<2xf32> {
      %0 = arith.constant dense_resource<kept> : tensor<2xf32>
      return %0 : tensor<2xf32>
    }
    {-#
      dialect_resources: {
        builtin: {
          kept: "0x040000000000803F00000040",
          dropped: "0x040000000000404000008040"
        }
      }
    #-}
    ```

    it frees the 8 bytes of `dropped` and remarks

    ```
    remark: [Analysis] dropped | Category:quant-ext-drop-unused-resources | Blobs=1, Bytes=8, Remark="blobs that no operation uses"
    ```
  }];
  let statistics = [
    Statistic<"numDropped", "blobs-dropped", "Number of blobs freed">,
    Statistic<"bytesDropped", "bytes-dropped", "Bytes of the freed blobs">,
  ];
}

def EvaluateConstants : Pass<"quant-ext-evaluate-constants"> {
  let summary = "Evaluate dequantize and fake_quantize of constants";
  let description = [{
    Replaces `dequantize` and `fake_quantize` whose operands are all constant by
    their values. `canonicalize` never does this, because it would turn integer
    weights back into floats; this pass is for what wants the floats: a
    reference, or a backend without integers.

    Dense constants stay dense, splats stay splats, and where an operand is a
    resource the result is one too. An operation whose parameters cannot be
    computed with (see `quant-ext-check-params`) is left as it is. Constants that
    nothing uses any more are left to `canonicalize`.

    Example:

    ```mlir
    func.func @weights() -> tensor<3xf32> {
      %q = arith.constant dense<[64, 127, -64]> : tensor<3xi8>
      %scale = arith.constant dense<0.5> : tensor<f32>
      %x = quant_ext.dequantize %q, %scale storage = <i8>
          : (tensor<3xi8>, tensor<f32>) -> tensor<3xf32>
      return %x : tensor<3xf32>
    }
    ```

    becomes

    ```mlir
    func.func @weights() -> tensor<3xf32> {
      %q = arith.constant dense<[64, 127, -64]> : tensor<3xi8>
      %scale = arith.constant dense<0.5> : tensor<f32>
      %x = arith.constant dense<[32.0, 63.5, -32.0]> : tensor<3xf32>
      return %x : tensor<3xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numEvaluated", "ops-evaluated",
              "Number of operations replaced by constants">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::quant_ext::QuantExtDialect"];
}

def Report : Pass<"quant-ext-report"> {
  let summary = "Report what quantizing the weights costs and saves";
  let description = [{
    Quantizes every weight that `quant-ext-quantize-weights` would find, each
    constant once, without changing the IR, and reports per-tensor beside
    per-axis (and per-block where `block-size` is given):

    - SQNR in dB, `10 log10(sum x^2 / sum (x - x')^2)` with
      `x' = dequantize(quantize(x))` in the weight's own float type, and sums in
      f64; infinite (null in JSON) where the error is 0, and none (- in the
      table, null in JSON) where the sums overflow;
    - largest and mean absolute error;
    - bytes of the float original, of the integers (packed, where they are
      narrower than a byte) and of the parameters (scales and zero points).

    With `block-format` the per-block columns are of that format, its scales of a
    byte each; the other columns are of its elements with scales of f32.

    For the network it gives the median SQNR (of an even count, the mean of the
    middle two), the minimum, the pooled one (both sums over all tensors), and
    total bytes. A weight without an output channel has no per-axis column and
    is not in that column's totals. Elements that are not finite are left out,
    with a warning.

    The report goes to standard error, because the module usually goes to
    standard output; `output=-` sends it there, which goes together with
    `-o FILE`. A file is replaced only by a complete report.

    A weight is called by the name in its constant's location or its
    operation's, by the key of its resource, or by its number.

    Example: for

    ```mlir
    func.func @layer(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>)
        -> tensor<2x3xf32> {
      %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2],
          [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32> loc("w")
      %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>)
          outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    }
    ```

    the last lines are

    ```
                weights  median dB  minimum dB  pooled dB  max error  float bytes  integer bytes  param bytes  total bytes  ratio
    per-tensor        1      45.89       45.89      45.89  1.102e-02           48             12            4           16   3.00
    per-axis          1      49.56       49.56      49.56  7.874e-03           48             12           12           24   2.00
    ```
  }];
  let options = !listconcat(schemeOptions, [
    Option<"blockSize", "block-size", "int64_t", /*default=*/"0",
           "Elements that share a scale in the per-block columns; 0 for no such "
           "columns">,
    Option<"format", "format", "::mlir::quant_ext::ReportFormat",
           /*default=*/"::mlir::quant_ext::ReportFormat::Table",
           "How the report is written; a table by default",
           [{::llvm::cl::values(
             clEnumValN(::mlir::quant_ext::ReportFormat::Table, "table",
                        "Aligned columns to read"),
             clEnumValN(::mlir::quant_ext::ReportFormat::Json, "json",
                        "One JSON object"))}]>,
    Option<"output", "output", "std::string", /*default=*/"",
           "Path of the report; '-' for standard output, empty for standard "
           "error">,
  ]);
  let statistics = [
    Statistic<"numReported", "tensors-reported",
              "Number of weight tensors in the report">,
  ];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::quant_ext::QuantExtDialect"];
}

#endif // QUANTEXT_TRANSFORMS_WEIGHTPASSES_TD
