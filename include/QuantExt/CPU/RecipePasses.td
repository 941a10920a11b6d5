//===- RecipePasses.td - Passes to instructions ------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_RECIPEPASSES_TD
#define QUANTEXT_CPU_RECIPEPASSES_TD

include "QuantExt/CPU/PassOptions.td"

def QuantExtLowerElementOps : Pass<"quant-ext-lower-element-ops"> {
  let summary = "Expand quant_ext operations on elements for a target";
  let description = [{
    Expands the `quant_ext.apply_*` operations: with a recipe of the target
    where it has one for an operation on its vectors, and with the portable
    arithmetic of `convert-quant-ext-to-arith` everywhere else. Both give the
    same bits.

    `quantize` and `requantize`, computed in f32, to 8 bits or fewer, and to 16
    or fewer without a zero point, are saturating conversions and packs where
    the results fill whole registers of SSE2, AVX2, AVX-512 (F, BW) or NEON.

    Where lanes share a scale, or the iterations of a loop the scales of all
    lanes, there is one division for all of them: the reciprocal serves
    `division = reciprocal`, and, on targets with fused multiply-adds, an exact
    quotient too (see SharedScale.h for why it is exact, and for which scales). A
    branch keeps to the division for all other scales.

    A dequantize of what a quantize of the same parameters gives, as
    `fake_quantize` becomes, is computed without the integer between them: the
    rounded quotient is a number of the computing type already.

    Dequantize to bf16 takes the instruction of AVX512_BF16, which flushes
    subnormal numbers, behind a branch that is taken where no scale makes any.
    Without it, where integers of 8 bits (or signed ones of 16 without a zero
    point) share scales, lanes with even and with odd numbers are rounded by a
    product and a difference in f32, behind a branch for scales from 2^-90 to
    2^90. Others are rounded in 16 bits.

    On x86, elements of 32 bits or more are stored a register at a time, the
    lowest address first, and what is narrowed from f32 to f16 as the conversions
    give it, half a register at a time.

    On AVX-512, what lanes of 4 bits are dequantized to is looked up in a register
    that has all 16 results, in f32 16 lanes at a time (`vpermd`), in f16 and bf16
    32 (`vpermw`); in f32 that which their own scales multiply, too. SSSE3, AVX2
    and NEON look the lower and the upper bytes of f16 and bf16 up in a register
    each (`pshufb`, `tbl`).

    On AVX-512, neighbours of 4 bits in bytes are joined by the product with 1 and
    16 (`vpmaddubsw`), and two registers of those packed to one.

    On AVX2, packed lanes of 4 bits become words by shifts that differ from lane
    to lane (`vpsllvd`), of words that are broadcast from memory.

    On Zen 4, the largest magnitude of what is finite, as in the symmetric range
    of `choose_qparams`, is taken by `vfixupimmps` and `vrangeps`, where a loop
    carries it in a register.

    On Arm, signaling NaNs are made quiet before they are quantized: its maximum
    and minimum tell the two apart, and the upper bound would come out of them.

    A maximum or minimum of f32 or f64 that is never of a NaN, as in the range
    of `choose_qparams`, becomes LLVM's intrinsic: one instruction on every
    target, where `arith-expand` would make three.

    Bufferization refuses the intrinsics of a recipe, so that this pass comes
    after it.

    Example: with `target=x86-64-v3`,

    ```mlir
    func.func @dequantize(%a: vector<16xi8>, %s: vector<16xf32>)
        -> vector<16xf32> {
      %x = quant_ext.apply_dequantize %a, %s storage = <i8>
          : (vector<16xi8>, vector<16xf32>) -> vector<16xf32>
      return %x : vector<16xf32>
    }
    ```

    becomes

    ```mlir
    func.func @dequantize(%a: vector<16xi8>, %s: vector<16xf32>)
        -> vector<16xf32> {
      %w = arith.extsi %a : vector<16xi8> to vector<16xi32>
      %f = arith.sitofp %w : vector<16xi32> to vector<16xf32>
      %x = arith.mulf %f, %s : vector<16xf32>
      return %x : vector<16xf32>
    }
    ```
  }];
  let options = targetOptions;
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect",
  ];
}

def QuantExtExpandPowers : Pass<"quant-ext-expand-powers"> {
  let summary = "Multiply out integer powers of constant exponents";
  let description = [{
    Turns `math.fpowi` of a constant exponent, or a vector of one, into
    multiplications, as importers write the square of a layer normalization: LLVM
    has its intrinsic for scalars alone. It is upstream's expansion, which would
    round exponents of run time to floats; those stay, for `convert-math-to-funcs`.

    Example:

    ```mlir
    func.func @square(%x: vector<16xf32>) -> vector<16xf32> {
      %two = arith.constant dense<2> : vector<16xi64>
      %y = math.fpowi %x, %two : vector<16xf32>, vector<16xi64>
      return %y : vector<16xf32>
    }
    ```

    becomes

    ```mlir
    func.func @square(%x: vector<16xf32>) -> vector<16xf32> {
      %two = arith.constant dense<2> : vector<16xi64>
      %y = arith.mulf %x, %x : vector<16xf32>
      return %y : vector<16xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::vector::VectorDialect",
  ];
}

def QuantExtApproximateMath
    : Pass<"quant-ext-approximate-math", "::mlir::func::FuncOp"> {
  let summary = "Compute erf, exp and tanh by polynomials";
  let description = [{
    Rewrites `math.erf`, `math.exp` and `math.tanh` to the polynomials of
    upstream's `populateMathPolynomialApproximationPatterns`, on scalars and
    vectors alike, so that the activation in front of a quantize is computed in
    vectors too: what remains is a call of the function in libm for each lane.
    f16 and bf16 are computed in f32 and rounded once more; f64 stays.

    Results differ from libm's in their last bits, which is why the pipeline
    does this only where asked to (`approximate-math`). The largest errors that
    were found at every 101st number of f32 (42.5 million), beside libm's
    functions of f64:

    | | largest error | but |
    |---|---|---|
    | `erf` | 4.4 ulp, 2.6e-7 | |
    | `tanh` | 4.3 ulp, 2.6e-7 | |
    | `exp` | 5.3 ulp | 0 where it is below 2^-126 |

    NaN stays NaN, and infinities give what they should. A quantum of the
    integer behind it is missed only where the result lies that close to a tie.

    The polynomials are of fused multiply-adds: where the target has none, each
    would be a call again, and nothing is rewritten.

    Example: with `target=x86-64-v3`,

    ```mlir
    func.func @tanh(%x: vector<8xf32>) -> vector<8xf32> {
      %y = math.tanh %x : vector<8xf32>
      return %y : vector<8xf32>
    }
    ```

    becomes

    ```mlir
    func.func @tanh(%arg0: vector<8xf32>) -> vector<8xf32> {
      %cst = arith.constant dense<1.19825836E-6> : vector<8xf32>
      %cst_0 = arith.constant dense<1.18534706E-4> : vector<8xf32>
      %cst_1 = arith.constant dense<0.00226843474> : vector<8xf32>
      %cst_2 = arith.constant dense<0.00489352504> : vector<8xf32>
      %cst_3 = arith.constant dense<-2.76076837E-16> : vector<8xf32>
      %cst_4 = arith.constant dense<2.00018794E-13> : vector<8xf32>
      %cst_5 = arith.constant dense<-8.60467184E-11> : vector<8xf32>
      %cst_6 = arith.constant dense<5.12229725E-8> : vector<8xf32>
      %cst_7 = arith.constant dense<1.48572235E-5> : vector<8xf32>
      %cst_8 = arith.constant dense<6.37261954E-4> : vector<8xf32>
      %cst_9 = arith.constant dense<0.00489352457> : vector<8xf32>
      %cst_10 = arith.constant dense<4.000000e-04> : vector<8xf32>
      %cst_11 = arith.constant dense<-7.99881172> : vector<8xf32>
      %cst_12 = arith.constant dense<7.99881172> : vector<8xf32>
      %0 = arith.cmpf ult, %arg0, %cst_12 : vector<8xf32>
      %1 = arith.select %0, %arg0, %cst_12 : vector<8xi1>, vector<8xf32>
      %2 = arith.cmpf ugt, %1, %cst_11 : vector<8xf32>
      %3 = arith.select %2, %1, %cst_11 : vector<8xi1>, vector<8xf32>
      %4 = math.absf %arg0 : vector<8xf32>
      %5 = arith.cmpf olt, %4, %cst_10 : vector<8xf32>
      %6 = arith.mulf %3, %3 : vector<8xf32>
      %7 = math.fma %6, %cst_3, %cst_4 : vector<8xf32>
      %8 = math.fma %6, %7, %cst_5 : vector<8xf32>
      %9 = math.fma %6, %8, %cst_6 : vector<8xf32>
      %10 = math.fma %6, %9, %cst_7 : vector<8xf32>
      %11 = math.fma %6, %10, %cst_8 : vector<8xf32>
      %12 = math.fma %6, %11, %cst_9 : vector<8xf32>
      %13 = arith.mulf %3, %12 : vector<8xf32>
      %14 = math.fma %6, %cst, %cst_0 : vector<8xf32>
      %15 = math.fma %6, %14, %cst_1 : vector<8xf32>
      %16 = math.fma %6, %15, %cst_2 : vector<8xf32>
      %17 = arith.divf %13, %16 : vector<8xf32>
      %18 = arith.select %5, %3, %17 : vector<8xi1>, vector<8xf32>
      return %18 : vector<8xf32>
    }
    ```
  }];
  let options = targetOptions;
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::vector::VectorDialect",
  ];
}

def QuantExtExpandSmallFloats : Pass<"quant-ext-expand-small-floats"> {
  let summary = "Convert f16 and bf16 by integer arithmetic";
  let description = [{
    Rewrites `arith.extf` and `arith.truncf` between f16 or bf16 and f32 or f64,
    on scalars and vectors, to arithmetic on their bits. The results are those
    of IEEE 754: to nearest, ties to even, with subnormals, overflow to
    infinity, and NaN kept a (quiet) NaN.

    - bf16 always: LLVM calls a function for each lane where the target has no
      instruction, and the instruction that AVX512_BF16 has flushes subnormals.
    - f16 between f32 where the target has no F16C.
    - f64 to f16 and bf16 always, because two roundings would differ from one:
      f64 goes to f32 rounded *to odd* (the inexact result whose last bit is 1
      remembers on which side of a tie it was), then to nearest even.

    Vectors of bf16 are deinterleaved as integers.

    What the name of a linalg operation implies, such as the extensions of a
    `linalg.matmul` of bf16 to f32, stays: make loops of it, or a
    `linalg.generic`, first.

    Fast-math flags of conversions are dropped: upstream's
    `arith-emulate-unsupported-floats` sets one that lets a rounding to f16 and
    the extension after it cancel each other. But `nnan` stays, and saves a
    rounding to bf16 the test for NaN.

    Example:

    ```mlir
    func.func @extend(%x: vector<8xbf16>) -> vector<8xf32> {
      %y = arith.extf %x : vector<8xbf16> to vector<8xf32>
      return %y : vector<8xf32>
    }
    ```

    becomes

    ```mlir
    func.func @extend(%x: vector<8xbf16>) -> vector<8xf32> {
      %c16 = arith.constant dense<16> : vector<8xi32>
      %bits = arith.bitcast %x : vector<8xbf16> to vector<8xi16>
      %wide = arith.extui %bits : vector<8xi16> to vector<8xi32>
      %high = arith.shli %wide, %c16 : vector<8xi32>
      %y = arith.bitcast %high : vector<8xi32> to vector<8xf32>
      return %y : vector<8xf32>
    }
    ```
  }];
  let options = targetOptions;
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::vector::VectorDialect"];
}

#endif // QUANTEXT_CPU_RECIPEPASSES_TD
