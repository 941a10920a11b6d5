//===- QuantExtAttributes.td - quant_ext attributes --------*- tablegen -*-===//

#ifndef QUANTEXT_IR_QUANTEXTATTRIBUTES_TD
#define QUANTEXT_IR_QUANTEXTATTRIBUTES_TD

include "QuantExt/IR/QuantExtBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class QuantExt_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<QuantExt_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def QuantExt_StorageAttr : QuantExt_Attr<"Storage", "storage"> {
  let summary = "The format that quantized values are stored in";
  let description = [{
    Signedness, width and range of quantized values, in the notation of
    upstream's quantized types, or a floating-point type:

    ```
    storage ::= `<` (integer | float) `>`
    integer ::= (`i` | `u`) width (`<` min `:` max `>`)?
    float   ::= `f8E4M3FN` | `f8E4M3FNUZ` | `f8E5M2` | `f8E5M2FNUZ` | `f4E2M1FN`
              | `f8E8M0FNU`
    ```

    Widths are 2 to 16, signed (`i`) or unsigned (`u`), and `i32` for biases and
    accumulators. The range defaults to everything the width can hold; a
    *narrow range* such as `i8<-127:127>` leaves values out. The tensors
    themselves have the signless element type `iN`: signedness lives here.

    The range must lie within the width, must not be empty, and its maximum
    must be positive. `i32` has no narrow range.

    The tensors of a *float storage* have the float type itself as their element
    type. Its range is that of its finite numbers (the largest are 448, 240,
    57344, 57344 and 6), and it has no zero point.

    `f8E8M0FNU` holds powers of two, 2^-127 to 2^127, and one NaN: no sign and
    no zero, so that only scales are stored in it. `choose_qparams` makes them,
    and `dequantize` is the only operation with this storage.

    Example:

    ```mlir
    #quant_ext.storage<i8>
    #quant_ext.storage<u4>
    #quant_ext.storage<i8<-127:127>>
    #quant_ext.storage<f8E4M3FN>
    ```
  }];
  let parameters = (ins "::mlir::Type":$elementType, "bool":$isSigned,
      "int64_t":$min, "int64_t":$max);
  let builders = [
    AttrBuilder<(ins "unsigned":$width, "bool":$isSigned)>,
  ];
  let extraClassDeclaration = [{
    /// The width in bits.
    unsigned getWidth() const {
      return getElementType().getIntOrFloatBitWidth();
    }
    /// True for a float storage: signed, with the range of its finite numbers;
    /// or unsigned, with the range of exponents, where it holds powers of two.
    bool isFloat() const {
      return ::mlir::isa<::mlir::FloatType>(getElementType());
    }
    /// True for f8E8M0FNU, a storage of scales alone.
    bool holdsPowersOfTwo() const {
      return ::mlir::isa<::mlir::Float8E8M0FNUType>(getElementType());
    }
    /// The float storage of `type`; null where there is none.
    static StorageAttr getFloat(::mlir::Type type);
    /// The range that a width and signedness can hold.
    static int64_t getDefaultMin(unsigned width, bool isSigned);
    static int64_t getDefaultMax(unsigned width, bool isSigned);
    /// True where the range leaves out values that the width can hold.
    bool isNarrow() const;
    /// What the verifier says of these parameters; empty where they are valid.
    static std::string findFault(::mlir::Type elementType, bool isSigned,
                                 int64_t min, int64_t max);
    /// Null where the parameters are not valid; emits no diagnostic.
    static StorageAttr getIfValid(::mlir::Type elementType, bool isSigned,
                                  int64_t min, int64_t max);
    /// The notation without the outer brackets, such as `i8<-127:127>`.
    std::string str() const;
  }];
  let skipDefaultBuilders = 0;
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

/// Every type that a tensor of some storage may have.
defvar QuantExt_StorageTypes = [
  AnySignlessInteger, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F4E2M1FN,
  F8E8M0FNU
];

/// Every type that scales may have where they are quantized themselves.
defvar QuantExt_ScaleStorageTypes = [F8E4M3FN, F8E8M0FNU];

def QuantExt_Rounding : I32EnumAttr<"Rounding",
    "How a quotient becomes an integer", [
      I32EnumAttrCase<"HalfEven", 0, "half_even">,
      I32EnumAttrCase<"HalfAway", 1, "half_away">,
      I32EnumAttrCase<"TowardZero", 2, "toward_zero">,
      I32EnumAttrCase<"Stochastic", 3, "stochastic">,
    ]> {
  let cppNamespace = "::mlir::quant_ext";
  let genSpecializedAttr = 0;
}

def QuantExt_RoundingAttr
    : EnumAttr<QuantExt_Dialect, QuantExt_Rounding, "rounding"> {
  let summary = "How a quotient becomes an integer";
  let description = [{
    | | rounds | -2.5 | -0.75 | 0.5 | 1.5 | 2.5 |
    |---|---|---|---|---|---|---|
    | `half_even` | to nearest, ties to the even integer, as IEEE 754 arithmetic, ONNX and PyTorch do | -2 | -1 | 0 | 2 | 2 |
    | `half_away` | to nearest, ties away from zero, as TFLite and C's `round` do | -3 | -1 | 1 | 2 | 3 |
    | `toward_zero` | to the next integer toward zero, as C's conversions do | -2 | 0 | 0 | 1 | 2 |

    `stochastic` takes the integer above with a probability that is the rest to
    the integer below, so that the mean of many results is the quotient:

    ```
    f = floor(v)
    R(v) = f + ((v - f) * 2^24 > (u >> 8))
    ```

    where `v - f` is rounded to the computing type, and u is the first word that
    Philox4x32-10 gives for the linear index of the element in its tensor as
    counter, and for the operand `seed` as key (low words first, the upper half
    of the counter 0). The result depends on nothing else: not on tiles, threads
    or the width of vectors. A seed of its own for each tensor keeps their errors
    independent.

    What is rounded is the quotient (for `requantize` the product) as it was
    rounded to the computing type, before the zero point is added. The zero
    point that `choose_qparams` computes is always rounded `half_even`. A float
    storage knows `half_even` only: its quotient becomes a float of fewer bits.

    Example:

    ```mlir
    %q = quant_ext.quantize %x, %scale storage = <i8> rounding = half_away
        : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
    ```
  }];
}

def QuantExt_Division : I32EnumAttr<"Division",
    "How a value is divided by its scale", [
      I32EnumAttrCase<"Exact", 0, "exact">,
      I32EnumAttrCase<"Reciprocal", 1, "reciprocal">,
    ]> {
  let cppNamespace = "::mlir::quant_ext";
  let genSpecializedAttr = 0;
}

def QuantExt_DivisionAttr
    : EnumAttr<QuantExt_Dialect, QuantExt_Division, "division"> {
  let summary = "How a value is divided by its scale";
  let description = [{
    `exact` is the correctly rounded quotient `x / s`, as ONNX defines
    quantization. `reciprocal` is `x * (1 / s)` with both operations rounded, as
    PyTorch, FBGEMM and XNNPACK compute it; where `1 / s` is not a finite normal
    number, the quotient. It is one meaning, not a permission: folded and
    compiled code follow it bit for bit.

    Example:

    ```mlir
    %q = quant_ext.quantize %x, %scale storage = <i8> division = reciprocal
        : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
    ```
  }];
}

def QuantExt_FixedPointRounding : I32EnumAttr<"FixedPointRounding",
    "How a product with a fixed-point multiplier is shifted", [
      I32EnumAttrCase<"SingleRound", 0, "single_round">,
      I32EnumAttrCase<"DoubleRound", 1, "double_round">,
    ]> {
  let cppNamespace = "::mlir::quant_ext";
  let genSpecializedAttr = 0;
}

def QuantExt_FixedPointRoundingAttr
    : EnumAttr<QuantExt_Dialect, QuantExt_FixedPointRounding, "rounding_mode"> {
  let summary = "How a product with a fixed-point multiplier is shifted";
  let description = [{
    `single_round` rounds the product to the nearest integer, ties up, as TOSA's
    `SINGLE_ROUND` and TFLite built with `TFLITE_SINGLE_ROUNDING` do.
    `double_round` rounds it twice where the shift is above 31: to a multiple of
    2^31, ties up, and then to an integer, ties away from zero, as TOSA's
    `DOUBLE_ROUND`, gemmlowp and TFLite do. TOSA's `INEXACT_ROUND`, which leaves
    the choice open, does not exist here.

    | `d` | multiplier, shift | exact | `single_round` | `double_round` |
    |---|---|---|---|---|
    | 5 | 2^30, 31 | 2.5 | 3 | 3 |
    | -5 | 2^30, 31 | -2.5 | -2 | -2 |
    | 5 | 2^30, 32 | 1.25 | 1 | 2 |
    | -10 | 2^30, 32 | -2.5 | -2 | -3 |

    Example:

    ```mlir
    %q = quant_ext.requantize_fixed_point %acc by(%m, %shift)
        storage_in = <i32> storage = <i8> rounding_mode = single_round
        : (tensor<4xi32>, tensor<i32>, tensor<i8>) -> tensor<4xi8>
    ```
  }];
}

/// A type that is narrower than every computing type.
def QuantExt_PrecisionAttr
    : TypeAttrBase<"::mlir::FloatType", "the type f16 or bf16",
                   Or<[F16.predicate, BF16.predicate]>>;

#endif // QUANTEXT_IR_QUANTEXTATTRIBUTES_TD
