//===- ContractionPasses.td - Passes on products of integers -*- tablegen -*-===//

#ifndef QUANTEXT_CPU_CONTRACTIONPASSES_TD
#define QUANTEXT_CPU_CONTRACTIONPASSES_TD

include "QuantExt/CPU/PassOptions.td"

def QuantExtPackContractions
    : Pass<"quant-ext-pack-contractions", "::mlir::func::FuncOp"> {
  let summary = "Pack factors of 8 bits as the target's dot products want them";
  let description = [{
    Rewrites contractions of i8 into i32 (`linalg.matmul`, `batch_matmul`,
    `vecmat`, `matvec`, `contract`, and `linalg.generic` with any of `arith.extsi`
    and `arith.extui` on either factor) to a packed form, between `linalg.pack` and
    `linalg.unpack`:

    - the left factor, (m, k), becomes (m, k / depth, depth), which is a reshape
      where `depth` divides k;
    - the right factor becomes (n / columns, k / depth, columns, depth): panels of
      as many columns as a tile of registers has, in which the `depth` products
      that an instruction adds to one lane are neighbours. What is missing of the
      last panel and of the last group is zero. A constant is packed at compile
      time, into a constant; a resource into a resource;
    - the result, from (m, n / columns, columns), loses the padding again.

    Depth and columns are those of the first recipe in the table in
    lib/CPU/Contraction/DotProducts.cpp whose instructions the target has:

    | recipe | instruction | depth | factors |
    |---|---|---|---|
    | `avx512-vnni`, `avx-vnni` | `vpdpbusd` | 4 | u8, i8 |
    | `avx512-pmaddwd`, `avx2-pmaddwd`, `sse2-pmaddwd` | `pmaddwd` | 2 | i16, either as i16 |
    | `neon-dotprod` | `sdot`, `udot` | 4 | both i8, or both u8 |
    | `neon-mlal`, `portable` | `smlal`, or what there is | 1 | i16, either as i16 |

    A factor of the other sign has its sign bit inverted, which shifts it by 128.
    With a = a' + s and b = b' + t, the sum of a b is that of a' b', and of s b' + s t,
    which depends on the column only (computed at compile time for a constant),
    and of t a', which depends on the row. These and what the result started
    from are added by a `linalg.generic` after the `linalg.unpack`, where they can
    be fused with what reads the result. All of it is modulo 2^32, as the sum itself:
    every target gives the same bits.

    Left alone are contractions whose columns or reduced dimension have no static
    size, and those with few rows whose right factor is not constant, because
    packing would take longer than the products.

    **Remarks**, of the category `quant-ext-pack-contractions`: for each contraction of
    integers `packed`, and by which recipe, or `not-packed`, and why.

    Example: with `target=aarch64 features=+dotprod`,

    ```mlir
    func.func @matmul(%a: tensor<32x60xi8>, %b: tensor<60x100xi8>,
                      %e: tensor<32x100xi32>) -> tensor<32x100xi32> {
      %zero = arith.constant 0 : i32
      %zeros = linalg.fill ins(%zero : i32) outs(%e : tensor<32x100xi32>)
          -> tensor<32x100xi32>
      %r = linalg.matmul ins(%a, %b : tensor<32x60xi8>, tensor<60x100xi8>)
          outs(%zeros : tensor<32x100xi32>) -> tensor<32x100xi32>
      return %r : tensor<32x100xi32>
    }
    ```

    becomes

    ```mlir
    func.func @matmul(%a: tensor<32x60xi8>, %b: tensor<60x100xi8>,
                      %e: tensor<32x100xi32>) -> tensor<32x100xi32> {
      %zero = arith.constant 0 : i32
      %zeros = linalg.fill ins(%zero : i32) outs(%e : tensor<32x100xi32>)
          -> tensor<32x100xi32>
      %eb = tensor.empty() : tensor<7x15x16x4xi8>
      %pad = arith.constant 0 : i8
      %bp = linalg.pack %b padding_value(%pad : i8) outer_dims_perm = [1, 0]
          inner_dims_pos = [1, 0] inner_tiles = [16, 4] into %eb
          : tensor<60x100xi8> -> tensor<7x15x16x4xi8>
      %ea = tensor.empty() : tensor<32x15x4xi8>
      %ap = linalg.pack %a inner_dims_pos = [1] inner_tiles = [4] into %ea
          : tensor<32x60xi8> -> tensor<32x15x4xi8>
      %er = tensor.empty() : tensor<32x7x16xi32>
      %c0 = arith.constant 0 : i32
      %sums = linalg.fill ins(%c0 : i32) outs(%er : tensor<32x7x16xi32>)
          -> tensor<32x7x16xi32>
      %rp = linalg.generic {
          indexing_maps = [affine_map<(m, j, i, c, p) -> (m, i, p)>,
                           affine_map<(m, j, i, c, p) -> (j, i, c, p)>,
                           affine_map<(m, j, i, c, p) -> (m, j, c)>],
          iterator_types = ["parallel", "parallel", "reduction", "parallel",
                            "reduction"]}
          ins(%ap, %bp : tensor<32x15x4xi8>, tensor<7x15x16x4xi8>)
          outs(%sums : tensor<32x7x16xi32>) {
      ^bb0(%l: i8, %q: i8, %sum: i32):
        %lw = arith.extsi %l : i8 to i32
        %qw = arith.extsi %q : i8 to i32
        %product = arith.muli %lw, %qw : i32
        %next = arith.addi %sum, %product : i32
        linalg.yield %next : i32
      } -> tensor<32x7x16xi32>
      %r = linalg.unpack %rp inner_dims_pos = [1] inner_tiles = [16] into %e
          : tensor<32x7x16xi32> -> tensor<32x100xi32>
      return %r : tensor<32x100xi32>
    }
    ```
  }];
  let options = targetOptions;
  let statistics = [
    Statistic<"numPacked", "packed", "Contractions that were packed">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect",
  ];
}

def QuantExtTileContractions
    : Pass<"quant-ext-tile-contractions", "::mlir::func::FuncOp"> {
  let summary = "Packed contractions to loops over tiles of registers";
  let description = [{
    Makes loops of what `quant-ext-pack-contractions` made, from the outside in:

    - blocks of rows, as many as fill half of the target's second-level cache;
    - panels of columns, one after the other in memory; as many at a time as a few
      rows leave registers for, because memory is read faster in several places;
    - rows of a tile, whose accumulators are what the target has registers for.
      Where the number of rows is known, tiles differ by one row at most;
      elsewhere what is left of them goes by powers of 2;
    - the reduced dimension, in groups of neighbouring products: a
      `vector.contract` for each row, which `quant-ext-lower-dot-products` makes
      instructions of. LLVM is told not to unroll this loop, because it has no
      registers for more accumulators.

    The left factor is read from before `linalg.pack`, and the result is written
    to after `linalg.unpack`: neither takes time. Where one elementwise
    `linalg.generic` is all that reads the result (a bias, a requantization), it is
    computed on the accumulators, and only its results are written.

    With `threads`, a contraction of at least `min-elements` products is an
    `scf.forall` over parts of its panels; or of its rows, where these come out
    more even, or where there are many and an elementwise operation makes a left
    factor that nothing else reads: each part computes those rows of it that it
    reads.

    Packs that are left, of right factors that are not constant, become
    transpositions.

    Example: with `target=x86-64-v4 features=+avx512vnni`,

    ```mlir
    func.func @packed(%a: tensor<1x8xi8>, %b: tensor<1x2x16x4xi8>,
                      %bias: tensor<16xi32>, %e: tensor<1x16xi32>,
                      %ea: tensor<1x2x4xi8>, %er: tensor<1x1x16xi32>,
                      %es: tensor<1x16xi32>) -> tensor<1x16xi32> {
      %zero = arith.constant 0 : i32
      %ap = linalg.pack %a inner_dims_pos = [1] inner_tiles = [4] into %ea
          : tensor<1x8xi8> -> tensor<1x2x4xi8>
      %zeros = linalg.fill ins(%zero : i32) outs(%er : tensor<1x1x16xi32>)
          -> tensor<1x1x16xi32>
      %rp = linalg.generic {
          indexing_maps = [affine_map<(m, j, i, c, p) -> (m, i, p)>,
                           affine_map<(m, j, i, c, p) -> (j, i, c, p)>,
                           affine_map<(m, j, i, c, p) -> (m, j, c)>],
          iterator_types = ["parallel", "parallel", "reduction", "parallel",
                            "reduction"]}
          ins(%ap, %b : tensor<1x2x4xi8>, tensor<1x2x16x4xi8>)
          outs(%zeros : tensor<1x1x16xi32>) {
      ^bb0(%l: i8, %q: i8, %sum: i32):
        %lw = arith.extui %l : i8 to i32
        %qw = arith.extsi %q : i8 to i32
        %product = arith.muli %lw, %qw : i32
        %next = arith.addi %sum, %product : i32
        linalg.yield %next : i32
      } -> tensor<1x1x16xi32>
      %s = linalg.unpack %rp inner_dims_pos = [1] inner_tiles = [16] into %es
          : tensor<1x1x16xi32> -> tensor<1x16xi32>
      %r = linalg.generic {
          indexing_maps = [affine_map<(m, n) -> (m, n)>,
                           affine_map<(m, n) -> (n)>,
                           affine_map<(m, n) -> (m, n)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%s, %bias : tensor<1x16xi32>, tensor<16xi32>)
          outs(%e : tensor<1x16xi32>) {
      ^bb0(%x: i32, %y: i32, %out: i32):
        %sum = arith.addi %x, %y : i32
        linalg.yield %sum : i32
      } -> tensor<1x16xi32>
      return %r : tensor<1x16xi32>
    }
    ```

    becomes

    ```mlir
    func.func @packed(%a: tensor<1x8xi8>, %b: tensor<1x2x16x4xi8>,
                      %bias: tensor<16xi32>, %e: tensor<1x16xi32>,
                      %ea: tensor<1x2x4xi8>, %er: tensor<1x1x16xi32>,
                      %es: tensor<1x16xi32>) -> tensor<1x16xi32> {
      %zero = arith.constant 0 : i32
      %flat = tensor.collapse_shape %b [[0], [1], [2, 3]]
          : tensor<1x2x16x4xi8> into tensor<1x2x64xi8>
      %zeros = arith.constant dense<0> : vector<16xi32>
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c1 = arith.constant 1 : index
      %sums = scf.for %i = %c0 to %c2 step %c1 iter_args(%sum = %zeros)
          -> (vector<16xi32>) {
        %panel = arith.constant 0 : index
        %column = arith.constant 0 : index
        %pad = arith.constant 0 : i8
        %q = vector.transfer_read %flat[%panel, %i, %column], %pad
            {in_bounds = [true]} : tensor<1x2x64xi8>, vector<64xi8>
        %qg = vector.shape_cast %q : vector<64xi8> to vector<16x4xi8>
        %qw = arith.extsi %qg : vector<16x4xi8> to vector<16x4xi32>
        %row = arith.constant 0 : index
        %k = affine.apply affine_map<()[s0] -> (s0 * 4)>()[%i]
        %lpad = arith.constant 0 : i8
        %l = vector.transfer_read %a[%row, %k], %lpad {in_bounds = [true]}
            : tensor<1x8xi8>, vector<4xi8>
        %lw = arith.extui %l : vector<4xi8> to vector<4xi32>
        %next = vector.contract {
            indexing_maps = [affine_map<(c, p) -> (p)>,
                             affine_map<(c, p) -> (c, p)>,
                             affine_map<(c, p) -> (c)>],
            iterator_types = ["parallel", "reduction"],
            kind = #vector.kind<add>}
            %lw, %qw, %sum : vector<4xi32>, vector<16x4xi32> into vector<16xi32>
        scf.yield %next : vector<16xi32>
      } {llvm.loop_annotation =
             #llvm.loop_annotation<unroll = <disable = true>>}
      %n = arith.constant 0 : index
      %bpad = arith.constant 0 : i32
      %y = vector.transfer_read %bias[%n], %bpad {in_bounds = [true]}
          : tensor<16xi32>, vector<16xi32>
      %sum = arith.addi %sums, %y : vector<16xi32>
      %m0 = arith.constant 0 : index
      %n0 = arith.constant 0 : index
      %r = vector.transfer_write %sum, %e[%m0, %n0] {in_bounds = [true]}
          : vector<16xi32>, tensor<1x16xi32>
      return %r : tensor<1x16xi32>
    }
    ```
  }];
  let options = targetOptions # [
    Option<"threads", "threads", "int64_t", "1",
           "Threads that large contractions are split for; 0 where only the "
           "runtime knows">,
    Option<"minElements", "min-elements", "int64_t", "0",
           "Products from which on a contraction is split; 0 takes half as "
           "many as the target's second-level cache has bytes">,
  ];
  let statistics = [
    Statistic<"numTiled", "tiled", "Contractions that were tiled">,
  ];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect",
    "::mlir::vector::VectorDialect",
  ];
}

def QuantExtLowerDotProducts : Pass<"quant-ext-lower-dot-products"> {
  let summary = "Contractions of vectors to the target's dot products";
  let description = [{
    Rewrites `vector.contract` of a group of neighbouring products for each column,
    with factors in the width and of the signs that the target's recipe in
    lib/CPU/Contraction/DotProducts.cpp wants, to its instructions, one for each
    register of columns: `vpdpbusd`, `pmaddwd`, `sdot` or `udot`, or a
    multiplication and an addition. None of them saturates. Every other
    contraction stays as it is.

    Bufferization refuses intrinsics, so that this pass comes after it.

    Example: with `target=x86-64-v4 features=+avx512vnni`,

    ```mlir
    func.func @group(%a: vector<4xi8>, %b: vector<16x4xi8>, %sums: vector<16xi32>)
        -> vector<16xi32> {
      %aw = arith.extui %a : vector<4xi8> to vector<4xi32>
      %bw = arith.extsi %b : vector<16x4xi8> to vector<16x4xi32>
      %r = vector.contract {
          indexing_maps = [affine_map<(c, p) -> (p)>,
                           affine_map<(c, p) -> (c, p)>,
                           affine_map<(c, p) -> (c)>],
          iterator_types = ["parallel", "reduction"]}
          %aw, %bw, %sums : vector<4xi32>, vector<16x4xi32> into vector<16xi32>
      return %r : vector<16xi32>
    }
    ```

    becomes

    ```mlir
    func.func @group(%a: vector<4xi8>, %b: vector<16x4xi8>, %sums: vector<16xi32>)
        -> vector<16xi32> {
      %flat = vector.shape_cast %b : vector<16x4xi8> to vector<64xi8>
      %group = vector.bitcast %a : vector<4xi8> to vector<1xi32>
      %scalar = vector.extract %group[0] : i32 from vector<1xi32>
      %all = vector.broadcast %scalar : i32 to vector<16xi32>
      %bytes = vector.bitcast %all : vector<16xi32> to vector<64xi8>
      %r = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%sums, %bytes, %flat)
          : (vector<16xi32>, vector<64xi8>, vector<64xi8>) -> vector<16xi32>
      return %r : vector<16xi32>
    }
    ```
  }];
  let options = targetOptions;
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
    "::mlir::vector::VectorDialect",
  ];
}

#endif // QUANTEXT_CPU_CONTRACTIONPASSES_TD
