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

    1. Neighbouring dimensions that no operand tells apart become one, but for
       those whose index the body asks for, so that a per-tensor quantization has a single loop and a per-axis one two.
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

    A trailing dimension of 2 or 4 elements that gets no vector is unrolled, and
    its vectors are interleaved: that is how packed sub-byte elements are taken
    apart and joined. Where it is a reduction, as it is to join them, rows before
    it lie side by side too, and AVX-512 takes twice as many elements at a time,
    which fill a register once they are joined.

    Where lanes divide by scales of their own, as those of channels along the
    innermost dimension are, vectors that lie below each other have the same
    scales: a strip as wide as a vector is taken down 128 rows, or 32 of those that
    several short ones of run-time sizes make up, before the next one, and what
    depends on the scales alone is computed once for them. What comes from memory
    rather than a cache is not (`strip-bytes`): there a row of each of four parts is
    taken at a time, so that each part goes on and on in one direction, and then the
    rows that are left. Rows are taken one after the other where results of a row
    are no whole lines, or, where sizes are known, what rows share is divided by
    nowhere (a bias, scales to multiply by) and stays in the first-level cache
    beside them. Where memory comes faster from four parts (Zen 3), those of all
    rows that read as much as they write, and 512 bytes at least, take turns of
    512 bytes.

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
           "taken in strips; 0 takes a quarter of the target's last-level cache, "
           "which cores share, and below 0 nothing is">,
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

#endif // QUANTEXT_CPU_VECTORPASSES_TD
