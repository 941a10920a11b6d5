//===- QuantExtOps.td - quant_ext operations on tensors ----*- tablegen -*-===//

#ifndef QUANTEXT_IR_QUANTEXTOPS_TD
#define QUANTEXT_IR_QUANTEXTOPS_TD

include "QuantExt/IR/QuantExtAttributes.td"
include "QuantExt/IR/QuantExtElementOps.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/InferIntRangeInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/RuntimeVerifiableOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/TilingInterface.td"
include "mlir/Interfaces/ValueBoundsOpInterface.td"

def QuantExt_FloatTensor : RankedTensorOf<[F16, BF16, F32, F64]>;
def QuantExt_ScaleTensor : RankedTensorOf<[F16, BF16, F32, F64]>;
def QuantExt_ChosenScaleTensor : RankedTensorOf<
    !listconcat([F32, F64], QuantExt_ScaleStorageTypes)>;
def QuantExt_IntegerTensor : RankedTensorOf<[AnySignlessInteger]>;
def QuantExt_StorageTensor : RankedTensorOf<QuantExt_StorageTypes>;

def QuantExt_SeedTensor : 0DTensorOf<[I64]>;

def QuantExt_TensorOps : OpDocGroup {
  let summary = "Operations on tensors";
  let description = "What programs are written in.";
}

/// What the five operations on tensors share. They may be hoisted past a branch
/// only where the shapes of input and parameters are known to agree.
class QuantExt_TensorOp<string mnemonic, list<Trait> traits = []>
    : Op<QuantExt_Dialect, mnemonic,
         !listconcat([NoMemoryEffect,
           DeclareOpInterfaceMethods<ConditionallySpeculatable>,
           DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>,
           DeclareOpInterfaceMethods<RuntimeVerifiableOpInterface>,
           DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
             ["reifyResultShapes"]>,
           DeclareOpInterfaceMethods<ValueBoundsOpInterface,
             ["populateBoundsForShapedValueDim"]>,
           DeclareOpInterfaceMethods<TilingInterface,
             ["getLoopIteratorTypes", "getIterationDomain",
              "getTiledImplementation", "getResultTilePosition",
              "generateResultTileValue"]>], traits)> {
  let hasVerifier = 1;
  let opDocGroup = QuantExt_TensorOps;
}

//===----------------------------------------------------------------------===//
// choose_qparams
//===----------------------------------------------------------------------===//

def QuantExt_ChooseQParamsOp : QuantExt_TensorOp<"choose_qparams"> {
  let summary = "Computes scale and zero point from the range of a tensor";
  let description = [{
    Chooses, for each group of elements that share parameters (the whole tensor,
    each index of `axis`, or each block), a scale and, for an asymmetric scheme,
    a zero point such that the finite elements of the group fit the storage.

    Without a `zero_point` result the scheme is symmetric:

    ```
    scale = N(max|x| / qmax)
    ```

    With it, the scheme is asymmetric, and zero is always representable:

    ```
    lo = min(x, 0); hi = max(x, 0)
    scale = N((hi - lo) / (qmax - qmin))
    zero_point = clamp(half_even(qmin - lo / scale), qmin, qmax)
    ```

    `hi - lo` that overflows is computed from halves. N rounds to the scale's
    type and clamps to [smallest normal, largest finite]. NaN and infinities are
    left out of the range; a group without a finite nonzero element has scale 1.

    The scale is f64 for an f64 input and f32 for any other. Symmetric schemes
    need a signed storage whose range holds 0, or a float storage (qmax is its
    largest finite number); asymmetric ones integers of at most 16 bits.

    With `scale_storage` the scales of a float storage are quantized themselves,
    and a `dequantize` makes the numbers of them that `quantize` divides by:

    - `f8E8M0FNU`: a power of two, as the MX formats of OCP have it,

      ```
      scale = 2^clamp(floor(log2 max|x|) - floor(log2 qmax), -127, 127)
      ```

      and 2^-127 for a group without a finite nonzero element.
    - `f8E4M3FN`: a number of that format in proportion to `scaled_by`, one scale
      for all scales, as NVFP4 has it. Both quotients are rounded to T, f32 or
      f64, and the conversion is to nearest even and saturates. The smallest
      number, 2^-9, takes the place of anything below it, and of a NaN:

      ```
      scale = f8E4M3FN(max((max|x| / qmax) / scale_of_scales, 2^-9))
      ```

    Example:

    ```mlir
    // Symmetric, one scale for each row.
    %scale = quant_ext.choose_qparams %w axis = 0 storage = <i8>
        : (tensor<4x3xf32>) -> tensor<4xf32>
    // Asymmetric, one scale and zero point for the tensor.
    %s, %z = quant_ext.choose_qparams %x storage = <u8>
        : (tensor<?x64xf32>) -> (tensor<f32>, tensor<i8>)
    // Symmetric, one scale for 32 neighbours in a row.
    %sb = quant_ext.choose_qparams %v block_sizes = [1, 32] storage = <i4>
        : (tensor<8x80xf32>) -> tensor<8x3xf32>
    // MXFP4: a power of two for 32 neighbours in a row; %one is 1.
    %e = quant_ext.choose_qparams %v block_sizes = [1, 32] storage = <f4E2M1FN>
        scale_storage = <f8E8M0FNU> : (tensor<8x80xf32>) -> tensor<8x3xf8E8M0FNU>
    %se = quant_ext.dequantize %e, %one storage = <f8E8M0FNU>
        : (tensor<8x3xf8E8M0FNU>, tensor<f32>) -> tensor<8x3xf32>
    %q = quant_ext.quantize %v, %se block_sizes = [1, 32] storage = <f4E2M1FN>
        : (tensor<8x80xf32>, tensor<8x3xf32>) -> tensor<8x80xf4E2M1FN>
    // NVFP4: the largest scale is 448, and so the largest number 448 * 6.
    %s2 = quant_ext.choose_qparams %v storage = <i16<-2688:2688>>
        : (tensor<8x80xf32>) -> tensor<f32>
    %s1 = quant_ext.choose_qparams %v scaled_by(%s2) block_sizes = [1, 16]
        storage = <f4E2M1FN> scale_storage = <f8E4M3FN>
        : (tensor<8x80xf32>, tensor<f32>) -> tensor<8x5xf8E4M3FN>
    ```
  }];
  let arguments = (ins
    QuantExt_FloatTensor:$input,
    Optional<QuantExt_ScaleTensor>:$scale_of_scales,
    OptionalAttr<I64Attr>:$axis,
    OptionalAttr<DenseI64ArrayAttr>:$block_sizes,
    QuantExt_StorageAttr:$storage,
    OptionalAttr<QuantExt_StorageAttr>:$scale_storage
  );
  let results = (outs
    QuantExt_ChosenScaleTensor:$scale,
    Optional<QuantExt_IntegerTensor>:$zero_point
  );
  // Files that were written before `scale_storage` are still read.
  let useCustomPropertiesEncoding = 1;
  let assemblyFormat = [{
    $input (`scaled_by` `(` $scale_of_scales^ `)`)? (`axis` `=` $axis^)?
    (`block_sizes` `=` $block_sizes^)? `storage` `=` $storage
    (`scale_storage` `=` $scale_storage^)? attr-dict `:`
    functional-type(operands, results)
  }];
  let builders = [
    // Infers the result types; `symmetric` leaves out the zero point.
    OpBuilder<(ins "::mlir::Value":$input, "const Granularity &":$granularity,
                   "StorageAttr":$storage, "bool":$symmetric)>,
    // Scales that are quantized themselves; `scaleOfScales` may be null.
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$scaleOfScales,
                   "const Granularity &":$granularity, "StorageAttr":$storage,
                   "StorageAttr":$scaleStorage)>
  ];
  let extraClassDeclaration = [{
    /// True where the scheme has no zero point.
    bool isSymmetric() { return !getZeroPoint(); }
    /// What ranges and scales are computed in: f64 for an f64 input, or f32.
    ::mlir::FloatType getComputingType();
    Granularity getGranularity() {
      return Granularity::get(getAxis(), getBlockSizes());
    }
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

//===----------------------------------------------------------------------===//
// quantize
//===----------------------------------------------------------------------===//

def QuantExt_QuantizeOp : QuantExt_TensorOp<"quantize", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRangesFromOptional"]>]> {
  let summary = "Quantizes a floating-point tensor";
  let description = [{
    Each element becomes

    ```
    q = clamp(R(x / scale), qmin - zero_point, qmax - zero_point) + zero_point
    ```

    with the quotient rounded to T (f32, or f64 where input or scale is f64), R
    the `rounding` attribute, and exact integers from there on. With `precision`,
    the quotient is rounded once more, to f16 or bf16, before R: that is how ONNX
    divides where the scale or its own `precision` has such a type. Infinities
    give the bounds, NaN gives qmin; a scale that is zero, negative, subnormal,
    infinite or NaN follows the same formula in IEEE arithmetic.

    The zero point, where there is one, has the scale's shape and the storage's
    element type. Storage `i32` has none.

    A float storage has no zero point either, and the quotient becomes the
    nearest number of its format, the even one at a tie. What lies beyond the
    largest finite number becomes that number where `saturate` is true (the
    default), infinities included; where it is false, an infinity, or NaN in a
    format without. NaN becomes the format's NaN, the positive and quiet one.
    f4E2M1FN always saturates and makes +0 of NaN; the formats of FNUZ have no
    negative zero and make +0 of it.

    Stochastic rounding, for integer storages only, and no other rounding takes a
    seed. Where the input is a tile of a larger tensor, `position` tells the index
    that its elements have there: the index of the first, and for each dimension
    what the next one adds. Tiling makes these operands; without them the input is
    the whole, in row-major order.

    Example:

    ```mlir
    %q = quant_ext.quantize %x, %scale storage = <i8>
        : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xi8>
    %r = quant_ext.quantize %y, %s, %z axis = 1 storage = <u8>
        division = reciprocal
        : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xi8>) -> tensor<?x3xi8>
    %h = quant_ext.quantize %t, %u storage = <i8> precision = f16
        : (tensor<8xf16>, tensor<f16>) -> tensor<8xi8>
    %f = quant_ext.quantize %x, %scale storage = <f8E5M2> saturate = false
        : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf8E5M2>
    %w = quant_ext.quantize %x, %scale random(%seed) storage = <i8>
        rounding = stochastic
        : (tensor<4x3xf32>, tensor<f32>, tensor<i64>) -> tensor<4x3xi8>
    ```
  }];
  let arguments = (ins
    QuantExt_FloatTensor:$input,
    QuantExt_ScaleTensor:$scale,
    Optional<QuantExt_IntegerTensor>:$zero_point,
    Optional<QuantExt_SeedTensor>:$seed,
    Variadic<Index>:$position,
    OptionalAttr<I64Attr>:$axis,
    OptionalAttr<DenseI64ArrayAttr>:$block_sizes,
    QuantExt_StorageAttr:$storage,
    DefaultValuedAttr<QuantExt_RoundingAttr,
      "::mlir::quant_ext::Rounding::HalfEven">:$rounding,
    DefaultValuedAttr<QuantExt_DivisionAttr,
      "::mlir::quant_ext::Division::Exact">:$division,
    OptionalAttr<QuantExt_PrecisionAttr>:$precision,
    DefaultValuedAttr<BoolAttr, "true">:$saturate
  );
  let results = (outs QuantExt_StorageTensor:$result);
  // Files that were written before some of the attributes and operands are still
  // read.
  let useCustomPropertiesEncoding = 1;
  let assemblyFormat = [{
    $input `,` $scale (`,` $zero_point^)?
    (`random` `(` $seed^ (`at` $position^)? `)`)? (`axis` `=` $axis^)?
    (`block_sizes` `=` $block_sizes^)? `storage` `=` $storage
    (`rounding` `=` `` $rounding^)? (`division` `=` `` $division^)?
    (`precision` `=` $precision^)? (`saturate` `=` $saturate^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let builders = [
    // Infers the result type; `zeroPoint` may be null.
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$scale,
                   "::mlir::Value":$zeroPoint,
                   "const Granularity &":$granularity, "StorageAttr":$storage,
                   CArg<"Division", "Division::Exact">:$division)>
  ];
  let extraClassDeclaration = [{
    Granularity getGranularity() {
      return Granularity::get(getAxis(), getBlockSizes());
    }
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

//===----------------------------------------------------------------------===//
// dequantize
//===----------------------------------------------------------------------===//

def QuantExt_DequantizeOp : QuantExt_TensorOp<"dequantize"> {
  let summary = "Turns quantized values back into floating point";
  let description = [{
    Each element becomes

    ```
    x = T(q - zero_point) * scale
    ```

    with `q - zero_point` exact (it never wraps in the storage type), the
    product rounded to T (f32, or f64 where result or scale is f64), and one
    conversion to the result type. A value outside a narrow range is used as it
    is; the number of a float storage widens exactly to T. The result type is
    written, not inferred.

    With storage f8E8M0FNU the input is scales that were quantized themselves;
    2^-127, which is subnormal in f32, is exact too.

    `canonicalize` never evaluates this operation on constants: it would turn
    integer weights back into floating point before anything used them. A
    `quantize` of a constant whose scale is a `dequantize` of constants is
    evaluated all the same.

    Example:

    ```mlir
    %x = quant_ext.dequantize %q, %scale axis = 0 storage = <i8>
        : (tensor<4x3xi8>, tensor<4xf32>) -> tensor<4x3xf32>
    ```
  }];
  let arguments = (ins
    QuantExt_StorageTensor:$input,
    QuantExt_ScaleTensor:$scale,
    Optional<QuantExt_IntegerTensor>:$zero_point,
    OptionalAttr<I64Attr>:$axis,
    OptionalAttr<DenseI64ArrayAttr>:$block_sizes,
    QuantExt_StorageAttr:$storage
  );
  let results = (outs QuantExt_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $scale (`,` $zero_point^)? (`axis` `=` $axis^)?
    (`block_sizes` `=` $block_sizes^)? `storage` `=` $storage
    attr-dict `:` functional-type(operands, results)
  }];
  let builders = [
    // The result has the shape of `input` and elements of `elementType`.
    OpBuilder<(ins "::mlir::Type":$elementType, "::mlir::Value":$input,
                   "::mlir::Value":$scale, "::mlir::Value":$zeroPoint,
                   "const Granularity &":$granularity, "StorageAttr":$storage)>
  ];
  let extraClassDeclaration = [{
    Granularity getGranularity() {
      return Granularity::get(getAxis(), getBlockSizes());
    }
  }];
}

//===----------------------------------------------------------------------===//
// requantize
//===----------------------------------------------------------------------===//

def QuantExt_RequantizeOp : QuantExt_TensorOp<"requantize", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRangesFromOptional"]>]> {
  let summary = "Changes the scale of quantized values";
  let description = [{
    Takes integers of one scale (usually the i32 accumulators of an integer
    matmul) to integers of another:

    ```
    d = f32(a - zero_point_in)                        a - zero_point_in exact
    m = min(scale_in / scale_out, largest finite)     in f32
    q = clamp(R(d * m), qmin - zero_point_out, qmax - zero_point_out)
        + zero_point_out
    ```

    `scale_in` is per-tensor or per-axis; `scale_out` is per-tensor or has the
    same axis. A zero point has the shape of its scale; `zero_point_in` is
    extended by the signedness of `storage_in`. Where one of the scales is f64
    (the product of two f32 scales fits in one), their quotient is formed in f64
    and then rounded to f32.

    Both storages are of integers: `dequantize` and `quantize` do this for float
    storages, in floating point either way. `quant_ext.requantize_fixed_point`
    does it without floating point. Seed and position are those of `quantize`.

    Example:

    ```mlir
    %q = quant_ext.requantize %acc in(%s_in) out(%s_out, %z_out) axis = 1
        storage_in = <i32> storage = <u8>
        : (tensor<4x8xi32>, tensor<8xf32>, tensor<f32>, tensor<i8>)
          -> tensor<4x8xi8>
    %r = quant_ext.requantize %acc in(%s_in) out(%s_out) random(%seed) axis = 1
        storage_in = <i32> storage = <i8> rounding = stochastic
        : (tensor<4x8xi32>, tensor<8xf32>, tensor<f32>, tensor<i64>)
          -> tensor<4x8xi8>
    ```
  }];
  let arguments = (ins
    QuantExt_StorageTensor:$input,
    QuantExt_ScaleTensor:$scale_in,
    Optional<QuantExt_IntegerTensor>:$zero_point_in,
    QuantExt_ScaleTensor:$scale_out,
    Optional<QuantExt_IntegerTensor>:$zero_point_out,
    Optional<QuantExt_SeedTensor>:$seed,
    Variadic<Index>:$position,
    OptionalAttr<I64Attr>:$axis,
    QuantExt_StorageAttr:$storage_in,
    QuantExt_StorageAttr:$storage,
    DefaultValuedAttr<QuantExt_RoundingAttr,
      "::mlir::quant_ext::Rounding::HalfEven">:$rounding
  );
  let results = (outs QuantExt_StorageTensor:$result);
  let assemblyFormat = [{
    $input `in` `(` $scale_in (`,` $zero_point_in^)? `)`
    `out` `(` $scale_out (`,` $zero_point_out^)? `)`
    (`random` `(` $seed^ (`at` $position^)? `)`)? (`axis` `=` $axis^)?
    `storage_in` `=` $storage_in `storage` `=` $storage
    (`rounding` `=` `` $rounding^)? attr-dict `:`
    functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    /// The granularity of a scale of this operation: per-tensor where its rank
    /// is 0, per-axis where it is 1.
    Granularity getGranularityOf(::mlir::Value scale);
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

//===----------------------------------------------------------------------===//
// requantize_fixed_point
//===----------------------------------------------------------------------===//

def QuantExt_RequantizeFixedPointOp : QuantExt_TensorOp<"requantize_fixed_point", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRangesFromOptional"]>]> {
  let summary = "Changes the scale of quantized values by integer arithmetic";
  let description = [{
    `quant_ext.requantize` as TFLite, gemmlowp and TOSA do it: the quotient of
    the scales is the fixed-point number `multiplier * 2^-shift`, and everything
    is exact integer arithmetic but the shift:

    ```
    d = a - zero_point_in
    p = d * multiplier
    y = (p + 2^(shift-1)) >> shift                                 single_round
    y = (p + 2^(shift-1) + (p >= 0 ? 2^30 : -2^30)) >> shift       double_round
                                       where shift > 31, single_round elsewhere
    q = clamp(y, qmin - zero_point_out, qmax - zero_point_out) + zero_point_out
    ```

    with a `>>` that rounds down.

    `rounding_mode` chooses; `double_round`, the default, is what TFLite's
    default build computes, bit for bit, and `single_round` what it computes when
    built with `TFLITE_SINGLE_ROUNDING`. `shift` counts as TOSA's does: it is 31
    minus the shift of TFLite, and in [1, 62]. One outside is taken as the nearer
    of the two bounds at run time, and reported by `quant-ext-check-params` where
    it is constant. Where those libraries have no result, because 32 bits
    overflow, this operation saturates.

    `multiplier` and `shift` have one shape: both are per-tensor, or per-axis
    with `axis`. Each zero point is one or the other, independent of them;
    `zero_point_in` is extended by the signedness of `storage_in`. Storage `i32`
    has none, on either side.

    `quant-ext-requantize-to-fixed-point` makes this operation of a `requantize`
    with constant scales.

    Example:

    ```mlir
    %q = quant_ext.requantize_fixed_point %acc by(%multiplier, %shift)
        out(%z_out) axis = 1 storage_in = <i32> storage = <u8>
        : (tensor<4x8xi32>, tensor<8xi32>, tensor<8xi8>, tensor<i8>)
          -> tensor<4x8xi8>
    %r = quant_ext.requantize_fixed_point %q by(%m, %n) in(%z_out)
        storage_in = <u8> storage = <i16> rounding_mode = single_round
        : (tensor<4x8xi8>, tensor<i32>, tensor<i8>, tensor<i8>)
          -> tensor<4x8xi16>
    ```
  }];
  let arguments = (ins
    QuantExt_StorageTensor:$input,
    RankedTensorOf<[I32]>:$multiplier,
    RankedTensorOf<[I8]>:$shift,
    Optional<QuantExt_IntegerTensor>:$zero_point_in,
    Optional<QuantExt_IntegerTensor>:$zero_point_out,
    OptionalAttr<I64Attr>:$axis,
    QuantExt_StorageAttr:$storage_in,
    QuantExt_StorageAttr:$storage,
    DefaultValuedAttr<QuantExt_FixedPointRoundingAttr,
      "::mlir::quant_ext::FixedPointRounding::DoubleRound">:$rounding_mode
  );
  let results = (outs QuantExt_StorageTensor:$result);
  let assemblyFormat = [{
    $input `by` `(` $multiplier `,` $shift `)` (`in` `(` $zero_point_in^ `)`)?
    (`out` `(` $zero_point_out^ `)`)? (`axis` `=` $axis^)?
    `storage_in` `=` $storage_in `storage` `=` $storage
    (`rounding_mode` `=` `` $rounding_mode^)? attr-dict `:`
    functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    /// The granularity of a parameter of this operation: per-tensor where its
    /// rank is 0, per-axis where it is 1.
    Granularity getGranularityOf(::mlir::Value parameter);
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

//===----------------------------------------------------------------------===//
// fake_quantize
//===----------------------------------------------------------------------===//

def QuantExt_FakeQuantizeOp : QuantExt_TensorOp<"fake_quantize", [
    AttrSizedOperandSegments]> {
  let summary = "Models the error of quantization in floating point";
  let description = [{
    `dequantize(quantize(x))`, bit for bit, in one operation, so that nothing
    cancels the pair by accident. The result has the type of the input. Seed and
    position are those of `quantize`.

    Example:

    ```mlir
    %y = quant_ext.fake_quantize %x, %scale storage = <i8<-127:127>>
        : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
    %r = quant_ext.fake_quantize %tile, %scale
        random(%seed at %first, %row, %column) storage = <i4> rounding = stochastic
        : (tensor<8x16xf32>, tensor<f32>, tensor<i64>, index, index, index)
          -> tensor<8x16xf32>
    ```
  }];
  let arguments = (ins
    QuantExt_FloatTensor:$input,
    QuantExt_ScaleTensor:$scale,
    Optional<QuantExt_IntegerTensor>:$zero_point,
    Optional<QuantExt_SeedTensor>:$seed,
    Variadic<Index>:$position,
    OptionalAttr<I64Attr>:$axis,
    OptionalAttr<DenseI64ArrayAttr>:$block_sizes,
    QuantExt_StorageAttr:$storage,
    DefaultValuedAttr<QuantExt_RoundingAttr,
      "::mlir::quant_ext::Rounding::HalfEven">:$rounding,
    DefaultValuedAttr<QuantExt_DivisionAttr,
      "::mlir::quant_ext::Division::Exact">:$division,
    OptionalAttr<QuantExt_PrecisionAttr>:$precision,
    DefaultValuedAttr<BoolAttr, "true">:$saturate
  );
  let results = (outs QuantExt_FloatTensor:$result);
  // Files that were written before some of the attributes and operands are still
  // read.
  let useCustomPropertiesEncoding = 1;
  let assemblyFormat = [{
    $input `,` $scale (`,` $zero_point^)?
    (`random` `(` $seed^ (`at` $position^)? `)`)? (`axis` `=` $axis^)?
    (`block_sizes` `=` $block_sizes^)? `storage` `=` $storage
    (`rounding` `=` `` $rounding^)? (`division` `=` `` $division^)?
    (`precision` `=` $precision^)? (`saturate` `=` $saturate^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    Granularity getGranularity() {
      return Granularity::get(getAxis(), getBlockSizes());
    }
  }];
}

#endif // QUANTEXT_IR_QUANTEXTOPS_TD
