//===- VectorPasses.td - Passes on vectors -----------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_VECTORPASSES_TD
#define QUANTEXT_CPU_VECTORPASSES_TD

include "QuantExt/CPU/PassOptions.td"

def QuantExtTileAndVectorize
    : Pass<"quant-ext-tile-and-vectorize", "::mlir::func::FuncOp"> {
  let summary = "Turn linalg operations on tensors into loops over vectors";
  let description = [{
    Rewrites linalg operations on tensors to loops whose innermost body works on
    one-dimensional vectors:

    1. Neighbouring dimensions that no operand tells apart become one, so that
       a per-tensor quantization has a single loop and a per-axis one two.
    2. One dimension becomes the vector's: a parallel one that is contiguous in
       the results and, where they depend on it, in the inputs; failing that, a
       contiguous reduction dimension whose combiner does not depend on the
       order of its operands (minima, maxima, integer sums). Floating-point sums
       keep their order.
    3. The main loop takes whole vectors. What remains is one masked iteration
       where the target has masks, and otherwise a loop over smaller vectors and
       at last over scalars.
    4. Accumulators of reductions live in vector registers, carried by the loops,
       and are combined across lanes once, after them.

    Rows that are shorter than a vector, or no multiple of one, lie side by side
    where all dimensions are parallel: vectors go on from one row to the next,
    over as many rows as fill whole vectors (64 rows of 3 elements are 3 vectors
    of 64), or leave few lanes of the last one idle. What depends on the column
    or on the row alone, such as the scales of channels, is read once for these
    rows and shuffled into place. Where the size of rows is known at run time
    only, what depends on the column is repeated in memory instead, and what
    depends on the row keeps rows apart.

    Failing that, a trailing dimension of 2 or 4 elements is unrolled and its
    vectors are interleaved: that is how packed sub-byte elements are taken
    apart.

    Where lanes divide by scales of their own, as those of channels along the
    innermost dimension are, vectors that lie below each other have the same
    scales: a strip as wide as a vector is taken down 128 rows before the next
    one, and what depends on the scales alone is computed once for them. What
    comes from memory rather than a cache is not (`strip-bytes`).

    Loop and vector are made together because the masked remainder and the
    carried accumulators then come out as such; tiling first and vectorizing
    afterwards would have to recover both.

    Operations that fit neither form stay as they are, for
    `convert-linalg-to-loops` after bufferization, and so do operations on
    elements that fill no whole bytes.

    Example: with `target=x86-64-v4`,

    ```mlir
    func.func @quantize(%x: tensor<128xf32>, %s: tensor<f32>,
                        %e: tensor<128xi8>) -> tensor<128xi8> {
      %q = linalg.generic {
          indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>,
                           affine_map<(d0) -> (d0)>],
          iterator_types = ["parallel"]}
          ins(%x, %s : tensor<128xf32>, tensor<f32>) outs(%e : tensor<128xi8>) {
      ^bb0(%a: f32, %b: f32, %out: i8):
        %v = quant_ext.apply_quantize %a, %b storage = <i8> : (f32, f32) -> i8
        linalg.yield %v : i8
      } -> tensor<128xi8>
      return %q : tensor<128xi8>
    }
    ```

    becomes

    ```mlir
    func.func @quantize(%x: tensor<128xf32>, %s: tensor<f32>,
                        %e: tensor<128xi8>) -> tensor<128xi8> {
      %c0 = arith.constant 0 : index
      %c128 = arith.constant 128 : index
      %c64 = arith.constant 64 : index
      %q = scf.for %i = %c0 to %c128 step %c64 iter_args(%t = %e)
          -> tensor<128xi8> {
        %p = arith.constant 0.0 : f32
        %a = vector.transfer_read %x[%i], %p {in_bounds = [true]}
            : tensor<128xf32>, vector<64xf32>
        %s0 = tensor.extract %s[] : tensor<f32>
        %b = vector.broadcast %s0 : f32 to vector<64xf32>
        %v = quant_ext.apply_quantize %a, %b storage = <i8>
            : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
        %w = vector.transfer_write %v, %t[%i] {in_bounds = [true]}
            : vector<64xi8>, tensor<128xi8>
        scf.yield %w : tensor<128xi8>
      }
      return %q : tensor<128xi8>
    }
    ```
  }];
  let options = targetOptions # [
    Option<"tileSize", "tile-size", "int64_t", "0",
           "Elements in a vector of the main loop; 0 takes the bytes of a "
           "vector register, so that 8-bit results fill one">,
    Option<"stripBytes", "strip-bytes", "int64_t", "0",
           "Bytes of what an operation reads and writes from which on it is not "
           "taken in strips; 0 takes those of the target's last-level cache, and "
           "below 0 nothing is">,
  ];
  let statistics = [
    Statistic<"numVectorized", "vectorized", "Operations vectorized">,
    Statistic<"numLeft", "left", "Operations left to scalar loops">,
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::mlir::vector::VectorDialect",
  ];
}

def QuantExtNarrowInterleaves : Pass<"quant-ext-narrow-interleaves"> {
  let summary = "Interleave vectors where their elements are narrow";
  let description = [{
    Moves `vector.interleave` before what computes its two halves alike, and
    `vector.deinterleave` after, as long as that makes the lanes that are
    shuffled no wider: a shuffle of i8 instead of four of f32. Where the two
    meet they cancel.

    `quant-ext-tile-and-vectorize` computes with each part of packed bytes by
    itself. After this pass the parts are put in order as bytes, and everything
    else reads and writes neighbours.

    Example:

    ```mlir
    func.func @f(%low: vector<32xi8>, %high: vector<32xi8>) -> vector<64xf32> {
      %a = arith.sitofp %low : vector<32xi8> to vector<32xf32>
      %b = arith.sitofp %high : vector<32xi8> to vector<32xf32>
      %r = vector.interleave %a, %b : vector<32xf32> -> vector<64xf32>
      return %r : vector<64xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%low: vector<32xi8>, %high: vector<32xi8>) -> vector<64xf32> {
      %a = vector.interleave %low, %high : vector<32xi8> -> vector<64xi8>
      %r = arith.sitofp %a : vector<64xi8> to vector<64xf32>
      return %r : vector<64xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::vector::VectorDialect",
  ];
}

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
    quotient too (see SharedScale.h for the proof and the scales it covers). A
    branch keeps to the division for all other scales.

    A dequantize of what a quantize of the same parameters gives, as
    `fake_quantize` becomes, is computed without the integer between them: the
    rounded quotient is a number of the computing type already.

    Of dequantize to bf16, the scale says whether a product can be a NaN or
    subnormal. A branch on that leaves out what a rounding does for them, and
    takes the instruction of AVX512_BF16, which flushes subnormal numbers, where
    there are none. Where lanes have scales of their own it is taken where none
    of them is such.

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

def QuantExtBatchParameters
    : Pass<"quant-ext-batch-parameters", "::mlir::func::FuncOp"> {
  let summary = "Compute what a loop makes of its parameters many at a time";
  let description = [{
    A row of a tensor is quantized by the reciprocal of its scale, and nothing of
    the row can be computed before: short rows and blocks wait for it longer than
    their elements take. This pass finds loops whose iterations read parameters
    one after the other from an array that the loop does not write, and takes
    128 of them at a time: first whatever depends on nothing but parameters, in
    vectors, into a buffer on the stack, and then the iterations, which read it
    from there. Loops of fewer than 8 iterations, and those that divide by no
    parameter, stay as they are.

    Where an iteration decides by its parameters between a fast way and a general
    one, as `quant-ext-lower-element-ops` makes it, there is a loop without
    decisions for batches that would take the fast way throughout.

    A vector of parameters of which each is for a register or more of lanes, as
    with blocks that are shorter than a vector, is not shuffled: each parameter is
    read into all lanes.

    Example: with `target=x86-64-v4`, the reciprocals of 128 rows are computed
    before these rows, 16 at a time,

    ```mlir
    func.func @divide(%x: memref<64x16xf32>, %s: memref<64xf32>,
                      %y: memref<64x16xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      %one = arith.constant 1.0 : f32
      scf.for %i = %c0 to %c64 step %c1 {
        %scale = memref.load %s[%i] : memref<64xf32>
        %inverse = arith.divf %one, %scale : f32
        %inverses = vector.broadcast %inverse : f32 to vector<16xf32>
        %row = vector.load %x[%i, %c0] : memref<64x16xf32>, vector<16xf32>
        %scaled = arith.mulf %row, %inverses : vector<16xf32>
        vector.store %scaled, %y[%i, %c0] : memref<64x16xf32>, vector<16xf32>
      }
      return
    }
    ```

    becomes

    ```mlir
    func.func @divide(%x: memref<64x16xf32>, %s: memref<64xf32>,
                      %y: memref<64x16xf32>) {
      %inverses = memref.alloca() {alignment = 64 : i64} : memref<128xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      %c128 = arith.constant 128 : index
      scf.for %begin = %c0 to %c64 step %c128 {
        %length = arith.constant 128 : index
        %next = arith.addi %begin, %length : index
        %end = arith.minsi %next, %c64 : index
        %count = arith.subi %end, %begin : index
        %lanes = arith.constant 16 : index
        %rest = arith.remui %count, %lanes : index
        %whole = arith.subi %count, %rest : index
        %true = arith.constant true
        %zero = arith.constant 0 : index
        %step = arith.constant 16 : index
        %all = scf.for %k = %zero to %whole step %step iter_args(%a = %true) -> (i1) {
          %one = arith.constant 1.0 : f32
          %ones = vector.broadcast %one : f32 to vector<16xf32>
          %at = arith.addi %begin, %k : index
          %scales = vector.load %s[%at] : memref<64xf32>, vector<16xf32>
          %i = arith.divf %ones, %scales : vector<16xf32>
          vector.store %i, %inverses[%k] : memref<128xf32>, vector<16xf32>
          scf.yield %a : i1
        }
        scf.for %i = %begin to %end step %c1 {
          %k = arith.subi %i, %begin : index
          %inverse = memref.load %inverses[%k] : memref<128xf32>
          %b = vector.broadcast %inverse : f32 to vector<16xf32>
          %row = vector.load %x[%i, %c0] : memref<64x16xf32>, vector<16xf32>
          %scaled = arith.mulf %row, %b : vector<16xf32>
          vector.store %scaled, %y[%i, %c0] : memref<64x16xf32>, vector<16xf32>
        }
      }
      return
    }
    ```
  }];
  let options = targetOptions;
  let statistics = [
    Statistic<"numBatched", "batched", "Parameters computed before their loop">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
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

#endif // QUANTEXT_CPU_VECTORPASSES_TD
