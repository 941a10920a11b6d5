//===- Passes.td - Conversions of quant_ext ----------------*- tablegen -*-===//

#ifndef QUANTEXT_CONVERSION_PASSES_TD
#define QUANTEXT_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertLinalgToQuantExt : Pass<"convert-linalg-to-quant-ext"> {
  let summary = "Recognize quantize and dequantize in loops of linalg";
  let description = [{
    Importers such as torch-mlir write QuantizeLinear and DequantizeLinear of ONNX,
    and their likes, as `linalg.generic` with arithmetic. Of it, this makes
    `quantize` and `dequantize` again, for `quant-ext-qdq-to-integer` and all else
    that knows them:

    | for each element | becomes |
    |---|---|
    | to_integer(clamp(round(x / scale) + z)) | `quantize` |
    | to_float(extend(q) - extend(z)) * scale | `dequantize` |

    `math.roundeven`, `round` and `trunc` are the roundings; a minimum of a maximum
    or the other way round is the clamp, whose bounds are those of the storage. Scale
    and zero point are constants, scalars, or tensors that are read along one
    dimension or none; the zero point may be missing.

    The values stay the same; only where the loop makes poison of a NaN is it now
    the lowest integer. A loop that does anything else besides stays, and so does
    one whose clamp would give a NaN another value.

    Example:

    ```mlir
    #id = affine_map<(d0, d1) -> (d0, d1)>
    #row = affine_map<(d0, d1) -> (d0)>
    func.func @dequantize(%q: tensor<4x8xi8>, %scale: tensor<4xf32>)
        -> tensor<4x8xf32> {
      %init = tensor.empty() : tensor<4x8xf32>
      %x = linalg.generic {indexing_maps = [#id, #row, #id],
                           iterator_types = ["parallel", "parallel"]}
          ins(%q, %scale : tensor<4x8xi8>, tensor<4xf32>)
          outs(%init : tensor<4x8xf32>) {
      ^bb0(%in: i8, %s: f32, %out: f32):
        %0 = arith.sitofp %in : i8 to f32
        %1 = arith.mulf %0, %s : f32
        linalg.yield %1 : f32
      } -> tensor<4x8xf32>
      return %x : tensor<4x8xf32>
    }
    ```

    becomes

    ```mlir
    func.func @dequantize(%q: tensor<4x8xi8>, %scale: tensor<4xf32>)
        -> tensor<4x8xf32> {
      %init = tensor.empty() : tensor<4x8xf32>
      %x = quant_ext.dequantize %q, %scale axis = 0 storage = <i8>
          : (tensor<4x8xi8>, tensor<4xf32>) -> tensor<4x8xf32>
      return %x : tensor<4x8xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::quant_ext::QuantExtDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def ConvertQuantExtToLinalg : Pass<"convert-quant-ext-to-linalg"> {
  let summary = "Lower quant_ext operations on tensors to linalg.generic";
  let description = [{
    Turns each operation on tensors into `linalg.generic` operations whose
    bodies hold the operations on elements (`quant_ext.apply_*`), and whose
    indexing maps broadcast scale and zero point.

    A dimension cut into blocks is reshaped into (blocks, block), because
    vectorization knows no `floordiv`; what does not fill a block is lowered
    apart, under a branch where only run time knows whether there is any. All
    parts write into slices of one tensor. `choose_qparams` becomes a reduction to the range of each group and
    a second operation that computes the parameters from it. `requantize` forms
    its multipliers, one for each channel, apart from the elements.

    Example:

    ```mlir
    func.func @quantize(%x: tensor<4x8xf32>, %scale: tensor<4xf32>)
        -> tensor<4x8xi8> {
      %q = quant_ext.quantize %x, %scale axis = 0 storage = <i8>
          : (tensor<4x8xf32>, tensor<4xf32>) -> tensor<4x8xi8>
      return %q : tensor<4x8xi8>
    }
    ```

    becomes

    ```mlir
    func.func @quantize(%x: tensor<4x8xf32>, %scale: tensor<4xf32>)
        -> tensor<4x8xi8> {
      %init = tensor.empty() : tensor<4x8xi8>
      %q = linalg.generic {
          indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
                           affine_map<(d0, d1) -> (d0)>,
                           affine_map<(d0, d1) -> (d0, d1)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%x, %scale : tensor<4x8xf32>, tensor<4xf32>)
          outs(%init : tensor<4x8xi8>) {
      ^bb0(%in: f32, %s: f32, %out: i8):
        %v = quant_ext.apply_quantize %in, %s storage = <i8> : (f32, f32) -> i8
        linalg.yield %v : i8
      } -> tensor<4x8xi8>
      return %q : tensor<4x8xi8>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"
  ];
}

def ConvertQuantExtToArith : Pass<"convert-quant-ext-to-arith"> {
  let summary = "Expand quant_ext operations on elements to arithmetic";
  let description = [{
    Expands the `quant_ext.apply_*` operations, on scalars and on vectors of any
    rank, to `arith` and `math`. This is the portable recipe: no target feature,
    no libm call, no fast-math flag, and the same bits as the constant folder.

    Rounding to nearest even adds 1.5 * 2^23 (f32) or 1.5 * 2^52 (f64) to a value
    that was clamped before, which leaves the integer in the low bits of the
    sum. The other roundings convert it by truncation; `half_away` first adds
    the largest number below 1/2, with the sign of the value. The default
    floating-point environment is assumed.

    Of quantize and dequantize by the same parameters, where nobody else uses
    the integer between them, there is none: the rounded quotient is multiplied
    by the scale.

    Example:

    ```mlir
    func.func @quantize(%x: f32, %s: f32) -> i8 {
      %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
      return %q : i8
    }
    ```

    becomes

    ```mlir
    func.func @quantize(%x: f32, %s: f32) -> i8 {
      %v = arith.divf %x, %s : f32
      %qmin = arith.constant -128.0 : f32
      %qmax = arith.constant 127.0 : f32
      %0 = arith.cmpf ogt, %v, %qmin : f32
      %1 = arith.select %0, %v, %qmin : f32
      %2 = arith.cmpf olt, %1, %qmax : f32
      %3 = arith.select %2, %1, %qmax : f32
      %magic = arith.constant 12582912.0 : f32
      %4 = arith.addf %3, %magic : f32
      %5 = arith.bitcast %4 : f32 to i32
      %magic_bits = arith.constant 0x4B400000 : i32
      %6 = arith.subi %5, %magic_bits : i32
      %q = arith.trunci %6 : i32 to i8
      return %q : i8
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"
  ];
}

def ConvertQuantToQuantExt
    : Pass<"convert-quant-to-quant-ext", "::mlir::ModuleOp"> {
  let summary = "Convert upstream's quant dialect to quant_ext";
  let description = [{
    Turns `quant.qcast` into `quantize` and `quant.dcast` into `dequantize`,
    whose parameters are constants with the numbers of the quantized type, and
    values of quantized types into those of the types that store them: through
    functions, calls, the operations of `scf` and `cf` and their blocks; those of
    `tensor`; and those of `tosa` that move integers, or compute on them with zero
    points and multipliers as operands, such as `tosa.conv2d` (with a sign) and
    `tosa.rescale`. `quant.scast` then has nothing to do. What other operations have
    of quantized types stays, with a `quant.scast` before or behind it.

    | `!quant.uniform` | here |
    |---|---|
    | `<i8:f32, 0.5:10>` | per-tensor |
    | `<i8:f32:1, {0.5, 0.25}>` | `axis = 1` |
    | `<i8:f32:{0:2, 1:4}, {{...}}>` | `block_sizes = [2, 4]`, -1 for other dimensions |
    | `<i8<-127:127>:f32, ...>` | `storage = <i8<-127:127>>` |
    | `<u8:f32, ...>` | `storage = <u8>`, always with zero points |

    A scale becomes the nearest number of the expressed type, in which upstream
    computes too. `quant.qcast` leaves open how it rounds; `quantize` rounds to
    nearest even, and saturates.

    What has no such form stays, and a warning at the cast, or at the operation of
    `tosa`, says why: types without a scale (`!quant.any`, `!quant.calibrated`),
    tensors without a rank, storages that quant_ext does not have.

    Example:

    ```mlir
    !q = !quant.uniform<u8:f32, 0.5:128>
    func.func @quantize(%x: tensor<4xf32>) -> tensor<4x!q> {
      %q = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
      return %q : tensor<4x!q>
    }
    ```

    becomes

    ```mlir
    func.func @quantize(%x: tensor<4xf32>) -> tensor<4xi8> {
      %scale = arith.constant dense<0.5> : tensor<f32>
      %zero = arith.constant dense<-128> : tensor<i8>
      %q = quant_ext.quantize %x, %scale, %zero storage = <u8>
          : (tensor<4xf32>, tensor<f32>, tensor<i8>) -> tensor<4xi8>
      return %q : tensor<4xi8>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::quant::QuantDialect",
    "::mlir::quant_ext::QuantExtDialect", "::mlir::tensor::TensorDialect"
  ];
}

def ConvertQuantExtToQuant : Pass<"convert-quant-ext-to-quant"> {
  let summary = "Convert quant_ext to upstream's quant dialect";
  let description = [{
    Turns `quantize` into `quant.qcast` and `quant.scast`, and `dequantize` into
    `quant.scast` and `quant.dcast`, for passes that know quantized types. The
    integers between keep their types.

    This is done where `convert-quant-to-quant-ext` gives the same operation
    again: scale and zero point are constants (no resources), the scale is a
    number of the type of the values, rounding is to nearest even, division
    exact, blocks divide the tensor. All other operations stay. What upstream
    makes of its casts need not be what quant_ext computes: `lower-quant-ops`
    truncates, and wraps what is out of range.

    Example:

    ```mlir
    func.func @dequantize(%q: tensor<2x4xi8>) -> tensor<2x4xf32> {
      %scale = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
      %x = quant_ext.dequantize %q, %scale axis = 0 storage = <i8>
          : (tensor<2x4xi8>, tensor<2xf32>) -> tensor<2x4xf32>
      return %x : tensor<2x4xf32>
    }
    ```

    becomes

    ```mlir
    func.func @dequantize(%q: tensor<2x4xi8>) -> tensor<2x4xf32> {
      %scale = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
      %0 = quant.scast %q : tensor<2x4xi8>
          to tensor<2x4x!quant.uniform<i8:f32:0, {0.5, 0.25}>>
      %x = quant.dcast %0 : tensor<2x4x!quant.uniform<i8:f32:0, {0.5, 0.25}>>
          to tensor<2x4xf32>
      return %x : tensor<2x4xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect"];
}

#endif // QUANTEXT_CONVERSION_PASSES_TD
