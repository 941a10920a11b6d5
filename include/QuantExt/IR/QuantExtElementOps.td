//===- QuantExtElementOps.td - Operations on elements ------*- tablegen -*-===//
//
// The operations that quant_ext on tensors lowers through. They are elementwise
// mappable, so that they can sit in the body of a linalg.generic and be carried
// whole to vectors by linalg's vectorizer.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_IR_QUANTEXTELEMENTOPS_TD
#define QUANTEXT_IR_QUANTEXTELEMENTOPS_TD

include "QuantExt/IR/QuantExtAttributes.td"
include "mlir/Interfaces/InferIntRangeInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/VectorInterfaces.td"

class QuantExt_ScalarOrVectorOf<list<Type> types, string description>
    : AnyTypeOf<[AnyTypeOf<types>, FixedVectorOfAnyRank<types>],
                description # " or fixed-length vector of it">;
def QuantExt_FloatLike : QuantExt_ScalarOrVectorOf<
    [F16, BF16, F32, F64], "f16, bf16, f32 or f64">;
def QuantExt_IntegerLike : QuantExt_ScalarOrVectorOf<
    [AnySignlessInteger], "signless integer">;
def QuantExt_StorageLike : QuantExt_ScalarOrVectorOf<
    QuantExt_StorageTypes, "signless integer or small float">;
def QuantExt_ScaleStorageLike : QuantExt_ScalarOrVectorOf<
    QuantExt_ScaleStorageTypes, "f8E4M3FN or f8E8M0FNU">;

def QuantExt_I64Like : QuantExt_ScalarOrVectorOf<[I64], "i64">;

def QuantExt_ElementOps : OpDocGroup {
  let summary = "Operations on elements";
  let description = [{
    What the operations on tensors lower through, on scalars and vectors.
  }];
}

class QuantExt_ElementOp<string mnemonic, list<Trait> traits = []>
    : Op<QuantExt_Dialect, mnemonic, !listconcat([Pure,
         DeclareOpInterfaceMethods<VectorUnrollOpInterface,
           ["getShapeForUnroll"]>], traits,
         ElementwiseMappable.traits)> {
  let hasVerifier = 1;
  let hasFolder = 1;
  let opDocGroup = QuantExt_ElementOps;
}

def QuantExt_ApplyQuantizeOp : QuantExt_ElementOp<"apply_quantize", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRangesFromOptional"]>]> {
  let summary = "Quantizes one value, or each lane of a vector";
  let description = [{
    The elementwise meaning of `quant_ext.quantize`; all operands and the result
    are scalars or vectors of one shape. Stochastic rounding, and no other, takes
    the seed, and as counter the index of each element in its whole tensor.

    Example:

    ```mlir
    %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
    %v = quant_ext.apply_quantize %y, %t, %z storage = <u8>
        : (vector<16xf16>, vector<16xf32>, vector<16xi8>) -> vector<16xi8>
    %f = quant_ext.apply_quantize %x, %s storage = <f8E4M3FN> saturate = false
        : (f32, f32) -> f8E4M3FN
    %r = quant_ext.apply_quantize %x, %s random(%seed, %index) storage = <i8>
        rounding = stochastic : (f32, f32, i64, i64) -> i8
    ```
  }];
  let arguments = (ins
    QuantExt_FloatLike:$input,
    QuantExt_FloatLike:$scale,
    Optional<QuantExt_IntegerLike>:$zero_point,
    Optional<QuantExt_I64Like>:$seed,
    Optional<QuantExt_I64Like>:$counter,
    QuantExt_StorageAttr:$storage,
    DefaultValuedAttr<QuantExt_RoundingAttr,
      "::mlir::quant_ext::Rounding::HalfEven">:$rounding,
    DefaultValuedAttr<QuantExt_DivisionAttr,
      "::mlir::quant_ext::Division::Exact">:$division,
    OptionalAttr<QuantExt_PrecisionAttr>:$precision,
    DefaultValuedAttr<BoolAttr, "true">:$saturate
  );
  let results = (outs QuantExt_StorageLike:$result);
  // Files that were written before some of the attributes and operands are still
  // read.
  let useCustomPropertiesEncoding = 1;
  let assemblyFormat = [{
    $input `,` $scale (`,` $zero_point^)?
    (`random` `(` $seed^ `,` $counter `)`)? `storage` `=` $storage
    (`rounding` `=` `` $rounding^)? (`division` `=` `` $division^)?
    (`precision` `=` $precision^)? (`saturate` `=` $saturate^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def QuantExt_ApplyDequantizeOp : QuantExt_ElementOp<"apply_dequantize"> {
  let summary = "Dequantizes one value, or each lane of a vector";
  let description = [{
    The elementwise meaning of `quant_ext.dequantize`.

    Example:

    ```mlir
    %x = quant_ext.apply_dequantize %q, %s, %z storage = <u8>
        : (i8, f32, i8) -> bf16
    ```
  }];
  let arguments = (ins
    QuantExt_StorageLike:$input,
    QuantExt_FloatLike:$scale,
    Optional<QuantExt_IntegerLike>:$zero_point,
    QuantExt_StorageAttr:$storage
  );
  let results = (outs QuantExt_FloatLike:$result);
  let assemblyFormat = [{
    $input `,` $scale (`,` $zero_point^)? `storage` `=` $storage
    attr-dict `:` functional-type(operands, results)
  }];
}

def QuantExt_ApplyMultiplierOp : QuantExt_ElementOp<"apply_multiplier"> {
  let summary = "Forms the multiplier of a requantization";
  let description = [{
    `min(scale_in / scale_out, largest finite)` in f32; a NaN stays. Where one of
    the scales is f64, the quotient is formed in f64 and then rounded to f32. It
    is apart from `quant_ext.apply_requantize` because there is one for each
    channel, not for each element.

    Example:

    ```mlir
    %m = quant_ext.apply_multiplier %s_in, %s_out : (f32, f16) -> f32
    ```
  }];
  let arguments = (ins
    QuantExt_FloatLike:$scale_in,
    QuantExt_FloatLike:$scale_out
  );
  let results = (outs QuantExt_FloatLike:$result);
  let assemblyFormat = [{
    $scale_in `,` $scale_out attr-dict `:` functional-type(operands, results)
  }];
}

def QuantExt_ApplyRequantizeOp : QuantExt_ElementOp<"apply_requantize", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRangesFromOptional"]>]> {
  let summary = "Requantizes one value, or each lane of a vector";
  let description = [{
    The elementwise meaning of `quant_ext.requantize`, with the multiplier of
    `quant_ext.apply_multiplier` in place of the two scales.

    Example:

    ```mlir
    %q = quant_ext.apply_requantize %a by %m out(%z) storage_in = <i32>
        storage = <u8> : (i32, f32, i8) -> i8
    %r = quant_ext.apply_requantize %b by %m in(%y) storage_in = <i8>
        storage = <i8> : (i8, f32, i8) -> i8
    ```
  }];
  let arguments = (ins
    QuantExt_StorageLike:$input,
    QuantExt_FloatLike:$multiplier,
    Optional<QuantExt_IntegerLike>:$zero_point_in,
    Optional<QuantExt_IntegerLike>:$zero_point_out,
    Optional<QuantExt_I64Like>:$seed,
    Optional<QuantExt_I64Like>:$counter,
    QuantExt_StorageAttr:$storage_in,
    QuantExt_StorageAttr:$storage,
    DefaultValuedAttr<QuantExt_RoundingAttr,
      "::mlir::quant_ext::Rounding::HalfEven">:$rounding
  );
  let results = (outs QuantExt_StorageLike:$result);
  let assemblyFormat = [{
    $input `by` $multiplier (`in` `(` $zero_point_in^ `)`)?
    (`out` `(` $zero_point_out^ `)`)?
    (`random` `(` $seed^ `,` $counter `)`)? `storage_in` `=` $storage_in
    `storage` `=` $storage (`rounding` `=` `` $rounding^)? attr-dict `:`
    functional-type(operands, results)
  }];
}

def QuantExt_ApplyRequantizeFixedPointOp : QuantExt_ElementOp<"apply_requantize_fixed_point", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRangesFromOptional"]>]> {
  let summary = "Requantizes one value, or each lane of a vector, by integer "
                "arithmetic";
  let description = [{
    The elementwise meaning of `quant_ext.requantize_fixed_point`.

    Example:

    ```mlir
    %q = quant_ext.apply_requantize_fixed_point %a by(%m, %shift) out(%z)
        storage_in = <i32> storage = <u8> : (i32, i32, i8, i8) -> i8
    ```
  }];
  let arguments = (ins
    QuantExt_StorageLike:$input,
    QuantExt_ScalarOrVectorOf<[I32], "i32">:$multiplier,
    QuantExt_ScalarOrVectorOf<[I8], "i8">:$shift,
    Optional<QuantExt_IntegerLike>:$zero_point_in,
    Optional<QuantExt_IntegerLike>:$zero_point_out,
    QuantExt_StorageAttr:$storage_in,
    QuantExt_StorageAttr:$storage,
    DefaultValuedAttr<QuantExt_FixedPointRoundingAttr,
      "::mlir::quant_ext::FixedPointRounding::DoubleRound">:$rounding_mode
  );
  let results = (outs QuantExt_StorageLike:$result);
  let assemblyFormat = [{
    $input `by` `(` $multiplier `,` $shift `)` (`in` `(` $zero_point_in^ `)`)?
    (`out` `(` $zero_point_out^ `)`)? `storage_in` `=` $storage_in
    `storage` `=` $storage (`rounding_mode` `=` `` $rounding_mode^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def QuantExt_ApplyChooseQParamsOp : QuantExt_ElementOp<"apply_choose_qparams"> {
  let summary = "Computes scale and zero point from a range";
  let description = [{
    The elementwise end of `quant_ext.choose_qparams`: from the range `[lo, hi]`
    of the finite elements, with `lo <= 0 <= hi`, to scale and zero point. A
    symmetric scheme has neither `lo` nor a zero point; its `hi` is max|x|.
    Range and scale have the computing type, f32 or f64.

    Example:

    ```mlir
    %s = quant_ext.apply_choose_qparams %max_abs storage = <i8> : (f32) -> f32
    %t, %z = quant_ext.apply_choose_qparams %hi lo(%lo) storage = <u8>
        : (f32, f32) -> (f32, i8)
    ```
  }];
  let arguments = (ins
    QuantExt_FloatLike:$hi,
    Optional<QuantExt_FloatLike>:$lo,
    QuantExt_StorageAttr:$storage
  );
  let results = (outs
    QuantExt_FloatLike:$scale,
    Optional<QuantExt_IntegerLike>:$zero_point
  );
  let assemblyFormat = [{
    $hi (`lo` `(` $lo^ `)`)? `storage` `=` $storage attr-dict `:`
    functional-type(operands, results)
  }];
}

def QuantExt_ApplyChooseScaleOp : QuantExt_ElementOp<"apply_choose_scale"> {
  let summary = "Computes a quantized scale from a range";
  let description = [{
    The elementwise end of a `quant_ext.choose_qparams` with `scale_storage`:
    from max|x| of the finite elements, f32 or f64, to the scale as it is
    stored. `scaled_by` has the type of max|x|.

    Example:

    ```mlir
    %e = quant_ext.apply_choose_scale %max_abs storage = <f8E5M2>
        scale_storage = <f8E8M0FNU> : (f32) -> f8E8M0FNU
    %s = quant_ext.apply_choose_scale %hi scaled_by(%lo) storage = <f4E2M1FN>
        scale_storage = <f8E4M3FN> : (f32, f32) -> f8E4M3FN
    ```
  }];
  let arguments = (ins
    QuantExt_FloatLike:$max_abs,
    Optional<QuantExt_FloatLike>:$scale_of_scales,
    QuantExt_StorageAttr:$storage,
    QuantExt_StorageAttr:$scale_storage
  );
  let results = (outs QuantExt_ScaleStorageLike:$scale);
  let assemblyFormat = [{
    $max_abs (`scaled_by` `(` $scale_of_scales^ `)`)? `storage` `=` $storage
    `scale_storage` `=` $scale_storage attr-dict `:`
    functional-type(operands, results)
  }];
}

#endif // QUANTEXT_IR_QUANTEXTELEMENTOPS_TD
