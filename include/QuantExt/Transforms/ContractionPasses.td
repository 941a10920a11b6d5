//===- ContractionPasses.td - Passes on compute ------------*- tablegen -*-===//

#ifndef QUANTEXT_TRANSFORMS_CONTRACTIONPASSES_TD
#define QUANTEXT_TRANSFORMS_CONTRACTIONPASSES_TD

include "QuantExt/Transforms/PassOptions.td"

def CollapseRows : Pass<"quant-ext-collapse-rows"> {
  let summary = "Batch and row dimensions of activations to one";
  let description = [{
    Where an operand from a `dequantize` has no batch dimension, the batches of
    the other operand of a contraction are rows like its rows: neighbouring
    dimensions that only that operand and the result have become one, by
    `tensor.collapse_shape` and `tensor.expand_shape` around the contraction. Each
    row then has its scale along one axis when `quant-ext-quantize-activations`
    comes after this, and loops over rows are as long as they can be.

    Example:

    ```mlir
    func.func @linear(%x: tensor<2x8x4xf32>, %q: tensor<4x3xi8>,
                      %s: tensor<3xf32>, %init: tensor<2x8x3xf32>)
        -> tensor<2x8x3xf32> {
      %w = quant_ext.dequantize %q, %s axis = 1 storage = <i8>
          : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
      %y = linalg.contract
          indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>,
                           affine_map<(b, m, n, k) -> (k, n)>,
                           affine_map<(b, m, n, k) -> (b, m, n)>]
          ins(%x, %w : tensor<2x8x4xf32>, tensor<4x3xf32>)
          outs(%init : tensor<2x8x3xf32>) -> tensor<2x8x3xf32>
      return %y : tensor<2x8x3xf32>
    }
    ```

    becomes

    ```mlir
    #map = affine_map<(d0, d1, d2) -> (d0, d2)>
    #map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
    #map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
    func.func @linear(%x: tensor<2x8x4xf32>, %q: tensor<4x3xi8>,
                      %s: tensor<3xf32>, %init: tensor<2x8x3xf32>)
        -> tensor<2x8x3xf32> {
      %w = quant_ext.dequantize %q, %s axis = 1 storage = <i8>
          : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
      %rows = tensor.collapse_shape %x [[0, 1], [2]]
          : tensor<2x8x4xf32> into tensor<16x4xf32>
      %dest = tensor.collapse_shape %init [[0, 1], [2]]
          : tensor<2x8x3xf32> into tensor<16x3xf32>
      %y = linalg.generic {indexing_maps = [#map, #map1, #map2],
          iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%rows, %w : tensor<16x4xf32>, tensor<4x3xf32>)
          outs(%dest : tensor<16x3xf32>) {
      ^bb0(%a: f32, %b: f32, %sum: f32):
        %product = arith.mulf %a, %b : f32
        %next = arith.addf %sum, %product : f32
        linalg.yield %next : f32
      } -> tensor<16x3xf32>
      %batches = tensor.expand_shape %y [[0, 1], [2]] output_shape [2, 8, 3]
          : tensor<16x3xf32> into tensor<2x8x3xf32>
      return %batches : tensor<2x8x3xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numCollapsed", "contractions-collapsed",
              "Number of contractions whose rows became one dimension">,
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantizeActivations : Pass<"quant-ext-quantize-activations"> {
  let summary = "Quantize activations of contractions with quantized weights";
  let description = [{
    Puts `quantize` and `dequantize` in front of a contraction that multiplies
    floats with the result of a `dequantize`, by parameters that `choose_qparams`
    chooses at run time or that follow from a given range, so that
    `quant-ext-qdq-to-integer` finds both operands quantized.

    **Which operations.** Those of `quant-ext-qdq-to-integer` with one operand from
    a `dequantize` (perhaps transposed) and the other neither that nor constant,
    if their sums are sure to fit 32 bits then: otherwise quantizing would cost
    accuracy and save nothing. `location` and `ops` narrow the choice further.
    A value that several operations use is quantized once.

    **How.** By default to u8 with a zero point: it is what instructions multiply
    with the signed integers of weights, activations behind a relu use all of its
    range, and the zero point only meets the columns' sums of the weights, which
    are constants.

    - `per-row` gives each index of the loops that are not reduced a scale: `axis`
      of a matmul's rows, `block_sizes` of 1 for batch and row where both are
      there. Rows then do not depend on each other.
    - `per-tensor` gives the value one scale.

    **Given ranges.** Where an attribute `quant_ext.range = array<f64: min, max>` is
    on what makes the activation, on the argument of the function that it is, or on
    what reshapes, transposes, broadcasts, slices and casts make it of, parameters are
    constants: those that `choose_qparams` has for a tensor of these two numbers, in
    f32, or f64 for f64. The value then has one scale, whatever `granularity` says,
    and numbers outside the range saturate. In the example below,
    `%x: tensor<?x4xf32> {quant_ext.range = array<f64: -1.0, 254.0>}` would give the
    scale 1 and the zero point 1.

    **Remarks**, of the category `quant-ext-quantize-activations`: for each
    contraction `quantized`, and how, or `left-in-float`, and why.

    Example:

    ```mlir
    func.func @layer(%x: tensor<?x4xf32>, %q: tensor<4x3xi8>,
                     %s: tensor<3xf32>, %init: tensor<?x3xf32>)
        -> tensor<?x3xf32> {
      %w = quant_ext.dequantize %q, %s axis = 1 storage = <i8>
          : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
      %y = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x3xf32>)
          outs(%init : tensor<?x3xf32>) -> tensor<?x3xf32>
      return %y : tensor<?x3xf32>
    }
    ```

    becomes

    ```mlir
    func.func @layer(%arg0: tensor<?x4xf32>, %arg1: tensor<4x3xi8>, %arg2:
        tensor<3xf32>, %arg3: tensor<?x3xf32>) -> tensor<?x3xf32> {
      %scale, %zero_point = quant_ext.choose_qparams %arg0 axis = 0 storage = <u8>
          : (tensor<?x4xf32>) -> (tensor<?xf32>, tensor<?xi8>)
      %q = quant_ext.quantize %arg0, %scale, %zero_point axis = 0 storage = <u8>
          : (tensor<?x4xf32>, tensor<?xf32>, tensor<?xi8>) -> tensor<?x4xi8>
      %dq = quant_ext.dequantize %q, %scale, %zero_point axis = 0 storage = <u8>
          : (tensor<?x4xi8>, tensor<?xf32>, tensor<?xi8>) -> tensor<?x4xf32>
      %dq_0 = quant_ext.dequantize %arg1, %arg2 axis = 1 storage = <i8>
          : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
      %0 = linalg.matmul ins(%dq, %dq_0 : tensor<?x4xf32>, tensor<4x3xf32>)
          outs(%arg3 : tensor<?x3xf32>) -> tensor<?x3xf32>
      return %0 : tensor<?x3xf32>
    }
    ```
  }];
  let options = !listconcat(selectionOptions, [
    Option<"granularity", "granularity",
           "::mlir::quant_ext::ActivationGranularity",
           /*default=*/"::mlir::quant_ext::ActivationGranularity::PerRow",
           "Which elements share a scale; per-row by default",
           [{::llvm::cl::values(
             clEnumValN(::mlir::quant_ext::ActivationGranularity::PerTensor,
                        "per-tensor", "All of an activation"),
             clEnumValN(::mlir::quant_ext::ActivationGranularity::PerRow,
                        "per-row", "Those that are summed up together"))}]>,
    Option<"bits", "bits", "int64_t", /*default=*/"8",
           "Width of the integers, 2 to 16 bits; 8 by default">,
    Option<"symmetric", "symmetric", "bool", /*default=*/"false",
           "Quantize without a zero point; needs signed integers">,
    Option<"isSigned", "signed", "bool", /*default=*/"false",
           "Quantize to signed integers">,
    Option<"narrowRange", "narrow-range", "bool", /*default=*/"false",
           "Leave out the lowest integer, as i8<-127:127> does">,
  ]);
  let statistics = [
    Statistic<"numQuantized", "tensors-quantized",
              "Number of activation tensors quantized">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::quant_ext::QuantExtDialect"];
}

def MoveQDQ : Pass<"quant-ext-move-qdq"> {
  let summary = "Move quantize and dequantize across data movement";
  let description = [{
    Front ends put reshapes and transposes between a `dequantize` and the
    operation that computes with its result, or between that and a `quantize`.
    This pass moves `dequantize` behind them and `quantize` before them, so that
    both meet the operation and integers are what is moved. Every element keeps
    its bits.

    | across | dequantize moves down | quantize moves up |
    |---|---|---|
    | `tensor.cast`, `collapse_shape`, `expand_shape`, `linalg.transpose` | yes | yes |
    | `tensor.reshape` | per-tensor | per-tensor |
    | `linalg.broadcast` | to a contraction | yes, unless the axis is new |
    | `tensor.extract_slice` | yes | no: the source may be much larger |
    | `tensor.pad` with zero | where one integer is zero | where one integer is zero |
    | `tensor.concat` | of parts that share their parameters, or along the axis | per-tensor or along another axis |
    | `tensor.insert_slice` | per-tensor, of one quantization | per-tensor |

    The axis follows its dimension, unless that is of size 1, which needs no axis;
    `block_sizes` that say no more than an axis or nothing become that, and others
    move across a transpose only. A reshape is
    crossed where the axis keeps its indices: all that it is merged with, or
    split into, is of size 1. Scale and zero point of a slice are sliced with it.

    Padding is crossed where scales are known to be positive and finite (constants
    or chosen), and the zero point to be in its range, because only then is zero
    the zero point. `quantize` moves only where nothing else uses the floats, and
    not with a seed, since its random numbers depend on the place. Nothing moves
    into or out of a loop.

    Example:

    ```mlir
    func.func @linear(%x: tensor<2x4xf32>, %q: tensor<3x4xi8>,
                      %s: tensor<3xf32>, %init: tensor<2x3xf32>)
        -> tensor<2x3xf32> {
      %w = quant_ext.dequantize %q, %s axis = 0 storage = <i8>
          : (tensor<3x4xi8>, tensor<3xf32>) -> tensor<3x4xf32>
      %empty = tensor.empty() : tensor<4x3xf32>
      %t = linalg.transpose ins(%w : tensor<3x4xf32>)
          outs(%empty : tensor<4x3xf32>) permutation = [1, 0]
      %y = linalg.matmul ins(%x, %t : tensor<2x4xf32>, tensor<4x3xf32>)
          outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    }
    ```

    becomes

    ```mlir
    func.func @linear(%arg0: tensor<2x4xf32>, %arg1: tensor<3x4xi8>, %arg2:
        tensor<3xf32>, %arg3: tensor<2x3xf32>) -> tensor<2x3xf32> {
      %0 = tensor.empty() : tensor<4x3xi8>
      %transposed = linalg.transpose ins(%arg1 : tensor<3x4xi8>) outs(%0
          : tensor<4x3xi8>) permutation = [1, 0] 
      %dq = quant_ext.dequantize %transposed, %arg2 axis = 1 storage = <i8>
          : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
      %1 = linalg.matmul ins(%arg0, %dq : tensor<2x4xf32>, tensor<4x3xf32>)
          outs(%arg3 : tensor<2x3xf32>) -> tensor<2x3xf32>
      return %1 : tensor<2x3xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::quant_ext::QuantExtDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QDQToInteger : Pass<"quant-ext-qdq-to-integer"> {
  let summary = "Compute contractions of dequantized operands in integers";
  let description = [{
    Turns a contraction of two operands that come from `dequantize` into one of
    their integers, with sums of 32 bits:

    ```
    sum_k s_a (a - z_a) s_w (w - z_w)
        = s_a s_w (sum_k a w - z_a sum_k (w - z_w) - z_w sum_k a)
    ```

    **Which operations.** Every linalg operation on tensors that sums products of
    two float operands, each indexed by plain loops: `matmul` with any maps,
    `batch_matmul`, `matvec`, `vecmat`, `batch_matvec`, `dot`, `contract`,
    generics. A `linalg.transpose` between operand and `dequantize`, or before
    it, becomes part of the indexing map. Storages are integers of at most 16
    bits, parameters per-tensor or along loops that are not reduced, `block_sizes`
    of 1 and -1 included.

    **When.** Iff no sum can leave 32 bits, whatever the integers are: the size of
    the reduction times the largest `|a - z_a|` and `|w - z_w|` of the storages
    (for a constant operand the largest sum of its magnitudes instead of the
    product with the size), plus the largest `|bias|`, is below 2^31. The scales
    must be numbers to compute with where they are constant, and so must their
    product: a normal number.

    **What it becomes.** The named operation again, or `linalg.contract`, where
    both operands are extended alike (with `cast_unsigned` where both are
    unsigned); a `linalg.generic` with `extui` and `extsi` where they are not.
    Integers narrower than a byte are extended to one first. One generic behind
    it adds what zero points make; sums over constants are constants. Then

    - `requantize` where a `quantize` is the only user and has no `division`,
      `precision` or seed that `requantize` lacks, the product of the scales
      follows one loop at most, and all is in f32. A relu between them becomes a
      lower bound of the integers, the zero point, where scales are known to be
      positive and finite (constants or chosen) and the zero point to be in its
      range;
    - `dequantize` by the product of the scales where that is per-tensor or
      per-axis;
    - a generic that multiplies by both scales where each follows a loop of its
      own (a scale for each row and one for each column).

    **Bias.** An init operand that is not zero is added behind the `dequantize`.
    A constant of i32 under a `dequantize` whose scale is the product of the
    scales, number for number, is added to the integers instead: as init operand
    or behind the contraction, broadcast or not.

    **Rounding.** T is f32, or f64 where a scale or the result is f64. The sums
    are exact; what follows rounds the sum to T, the product of the scales to T,
    the product of both to T, and the result to its own type. The relative error
    of a normal f32 is therefore at most (1 + 2^-24)^3 - 1, where the float form
    has one that grows with the terms it cancels. `requantize` rounds as it says. A
    product of scales that is not constant stays finite, as the multiplier of
    `requantize` does.

    `linalg.quantized_matmul` and `linalg.quantized_batch_matmul` become integer
    matmuls too, their zero points what is added behind.

    **Remarks**, of the category `quant-ext-qdq-to-integer`: for each contraction
    `integer`, and how, or `left-in-float`, and why.

    Example:

    ```mlir
    func.func @layer(%x: tensor<2x4xi8>) -> tensor<2x3xf32> {
      %zero = arith.constant dense<0.0> : tensor<2x3xf32>
      %s = arith.constant dense<0.5> : tensor<f32>
      %z = arith.constant dense<-10> : tensor<i8>
      %w = arith.constant dense<[[4, 10, -11], [127, -127, 127], [2, 5, -5],
          [-42, 25, 21]]> : tensor<4x3xi8>
      %sw = arith.constant dense<[0.5, 0.25, 0.125]> : tensor<3xf32>
      %a = quant_ext.dequantize %x, %s, %z storage = <i8>
          : (tensor<2x4xi8>, tensor<f32>, tensor<i8>) -> tensor<2x4xf32>
      %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8>
          : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
      %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>)
          outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    }
    ```

    becomes

    ```mlir
    #map = affine_map<(d0, d1) -> (d0, d1)>
    #map1 = affine_map<(d0, d1) -> (d1)>
    func.func @layer(%arg0: tensor<2x4xi8>) -> tensor<2x3xf32> {
      %cst = arith.constant dense<[[4, 10, -11], [127, -127, 127], [2, 5, -5], [-42,
          25, 21]]> : tensor<4x3xi8>
      %0 = tensor.empty() : tensor<2x3xi32>
      %c0_i32 = arith.constant 0 : i32
      %1 = linalg.fill ins(%c0_i32 : i32) outs(%0 : tensor<2x3xi32>)
          -> tensor<2x3xi32>
      %2 = linalg.matmul ins(%arg0, %cst : tensor<2x4xi8>, tensor<4x3xi8>) outs(%1
          : tensor<2x3xi32>) -> tensor<2x3xi32>
      %cst_0 = arith.constant dense<[910, -870, 1320]> : tensor<3xi32>
      %3 = tensor.empty() : tensor<2x3xi32>
      %4 = linalg.generic {indexing_maps = [#map, #map1, #map],
          iterator_types = ["parallel", "parallel"]} ins(%2, %cst_0
          : tensor<2x3xi32>, tensor<3xi32>) outs(%3 : tensor<2x3xi32>) {
      ^bb0(%in: i32, %in_2: i32, %out: i32):
        %5 = arith.addi %in, %in_2 : i32
        linalg.yield %5 : i32
      } -> tensor<2x3xi32>
      %cst_1 = arith.constant dense<[2.500000e-01, 1.250000e-01, 6.250000e-02]>
          : tensor<3xf32>
      %dq = quant_ext.dequantize %4, %cst_1 axis = 1 storage = <i32>
          : (tensor<2x3xi32>, tensor<3xf32>) -> tensor<2x3xf32>
      return %dq : tensor<2x3xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numRewritten", "contractions-in-integers",
              "Number of contractions computed in integers">,
    Statistic<"numLeft", "contractions-in-float",
              "Number of contractions left in floating point">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::quant_ext::QuantExtDialect",
                           "::mlir::tensor::TensorDialect"];
}

def RequantizeToFixedPoint : Pass<"quant-ext-requantize-to-fixed-point"> {
  let summary = "Requantize by constant fixed-point multipliers and shifts";
  let description = [{
    Makes a `requantize_fixed_point` of every `requantize` whose scales are
    constant (per-tensor or per-axis, dense or resources, of any float type), as
    TFLite's converter and kernels do. The factor is
    `double(scale_in) / double(scale_out)`; to have it formed from the exact
    product of two f32 scales, as TFLite does for a matmul or convolution, let
    `scale_in` be the f64 constant of that product. It becomes multiplier and
    shift by the rule of TFLite's `QuantizeMultiplier`:

    ```
    factor = fraction * 2^exponent                0.5 <= fraction < 1
    multiplier = half_away(fraction * 2^31)       2^31 becomes 2^30, exponent + 1
    shift = 31 - exponent                         in [1, 62]
    ```

    A factor below 2^-32 gives multiplier 0 (and shift 31), one that has an
    exponent above 30 the largest number, multiplier 2^31 - 1 and shift 1.

    **This changes results**: a requantize multiplies in f32 and rounds by its
    `rounding`, here `rounding-mode` says how ties are rounded. Both are to
    nearest only where `rounding` is `half_even` or `half_away`; others are left
    as they are. So are a 32-bit `storage_in` with a zero point, and scales that
    are not constant or cannot be computed with (see `quant-ext-check-params`).
    A remark `left-in-float` of the category
    `quant-ext-requantize-to-fixed-point` says why.

    Example:

    ```mlir
    func.func @scale_down(%acc: tensor<4x2xi32>) -> tensor<4x2xi8> {
      %s_in = arith.constant dense<[0.75, 0.03125]> : tensor<2xf32>
      %s_out = arith.constant dense<64.0> : tensor<f32>
      %q = quant_ext.requantize %acc in(%s_in) out(%s_out) axis = 1
          storage_in = <i32> storage = <i8>
          : (tensor<4x2xi32>, tensor<2xf32>, tensor<f32>) -> tensor<4x2xi8>
      return %q : tensor<4x2xi8>
    }
    ```

    becomes, but for constants that `canonicalize` removes,

    ```mlir
    func.func @scale_down(%acc: tensor<4x2xi32>) -> tensor<4x2xi8> {
      %s_in = arith.constant dense<[0.75, 0.03125]> : tensor<2xf32>
      %s_out = arith.constant dense<64.0> : tensor<f32>
      %multiplier = arith.constant dense<[1610612736, 1073741824]> : tensor<2xi32>
      %shift = arith.constant dense<[37, 41]> : tensor<2xi8>
      %q = quant_ext.requantize_fixed_point %acc by(%multiplier, %shift) axis = 1
          storage_in = <i32> storage = <i8>
          : (tensor<4x2xi32>, tensor<2xi32>, tensor<2xi8>) -> tensor<4x2xi8>
      return %q : tensor<4x2xi8>
    }
    ```
  }];
  let options = [
    Option<"roundingMode", "rounding-mode",
           "::mlir::quant_ext::FixedPointRounding",
           /*default=*/"::mlir::quant_ext::FixedPointRounding::DoubleRound",
           "How products are rounded; double_round by default",
           [{::llvm::cl::values(
             clEnumValN(::mlir::quant_ext::FixedPointRounding::SingleRound,
                        "single_round",
                        "Once, as TOSA's SINGLE_ROUND and TFLite built with "
                        "TFLITE_SINGLE_ROUNDING"),
             clEnumValN(::mlir::quant_ext::FixedPointRounding::DoubleRound,
                        "double_round",
                        "Twice, as TOSA's DOUBLE_ROUND, gemmlowp and TFLite"))}]>,
  ];
  let statistics = [
    Statistic<"numConverted", "ops-converted",
              "Number of operations given a fixed-point multiplier">,
    Statistic<"numLeft", "ops-left",
              "Number of requantize operations left as they are">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::quant_ext::QuantExtDialect"];
}

#endif // QUANTEXT_TRANSFORMS_CONTRACTIONPASSES_TD
