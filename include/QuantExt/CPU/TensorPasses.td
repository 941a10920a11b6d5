//===- TensorPasses.td - Passes on linalg ------------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_TENSORPASSES_TD
#define QUANTEXT_CPU_TENSORPASSES_TD

include "QuantExt/CPU/PassOptions.td"

def QuantExtInlineScalarResources
    : Pass<"quant-ext-inline-scalar-resources"> {
  let summary = "Turn rank-0 resource constants into dense ones";
  let description = [{
    Rewrites `arith.constant` of a rank-0 `dense_resource` to the dense constant
    of its element. Other compilers write every constant as a resource, a scalar
    scale among them; the lowering of `memref.global` in MLIR 22 aborts on
    rank-0 resources. A resource without a sound blob is left as it is.

    Example:

    ```mlir
    func.func @scale() -> tensor<f32> {
      %s = arith.constant dense_resource<half> : tensor<f32>
      return %s : tensor<f32>
    }
    {-# dialect_resources: { builtin: { half: "0x040000000000003F" } } #-}
    ```

    becomes

    ```mlir
    func.func @scale() -> tensor<f32> {
      %s = arith.constant dense<5.000000e-01> : tensor<f32>
      return %s : tensor<f32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numInlined", "inlined", "Constants rewritten">,
  ];
}

def QuantExtFuseElementwise
    : Pass<"quant-ext-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "Make one loop of a chain of elementwise operations";
  let description = [{
    Fuses elementwise linalg operations on tensors with what reads their results
    (bias, activation, residual add and quantization, or dequantization and
    those), so that one loop reads and writes memory once. Named operations,
    `linalg.map` and broadcasts are made generic for it, constants and fills of
    one value become scalars, and reshapes between, as of blocks, move out of the
    way: one behind a packed contraction goes behind all that can be computed on its
    accumulators. A reduction that can be a loop over vectors, such as the range of
    `choose_qparams`, takes what it reduces in too.

    - The arithmetic is that of the operations, one after the other.
    - An element is made once. An exception are results with several readers,
      all of them fused: where a producer is a few cheap operations, each reader
      makes them anew if that moves no more memory.
    - A result that is needed elsewhere too becomes a second result of the loop.
    - Contractions and convolutions take nothing in: they read elements many
      times. Nothing is fused that would cost an operation its vector form.

    It runs after `convert-quant-ext-to-linalg` and `convert-elementwise-to-linalg`.

    Example:

    ```mlir
    func.func @relu_quantize(%x: tensor<64xf32>, %e: tensor<64xf32>,
                             %s: tensor<f32>, %eq: tensor<64xi8>)
        -> tensor<64xi8> {
      %zero = arith.constant dense<0.0> : tensor<64xf32>
      %y = linalg.max ins(%x, %zero : tensor<64xf32>, tensor<64xf32>)
          outs(%e : tensor<64xf32>) -> tensor<64xf32>
      %q = linalg.generic {
          indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>,
                           affine_map<(d0) -> (d0)>],
          iterator_types = ["parallel"]}
          ins(%y, %s : tensor<64xf32>, tensor<f32>) outs(%eq : tensor<64xi8>) {
      ^bb0(%a: f32, %b: f32, %out: i8):
        %v = quant_ext.apply_quantize %a, %b storage = <i8> : (f32, f32) -> i8
        linalg.yield %v : i8
      } -> tensor<64xi8>
      return %q : tensor<64xi8>
    }
    ```

    becomes

    ```mlir
    func.func @relu_quantize(%x: tensor<64xf32>, %e: tensor<64xf32>,
                             %s: tensor<f32>, %eq: tensor<64xi8>)
        -> tensor<64xi8> {
      %zero = arith.constant 0.0 : f32
      %q = linalg.generic {
          indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>,
                           affine_map<(d0) -> (d0)>],
          iterator_types = ["parallel"]}
          ins(%x, %s : tensor<64xf32>, tensor<f32>) outs(%eq : tensor<64xi8>) {
      ^bb0(%a: f32, %b: f32, %out: i8):
        %m = arith.maximumf %a, %zero : f32
        %v = quant_ext.apply_quantize %m, %b storage = <i8> : (f32, f32) -> i8
        linalg.yield %v : i8
      } -> tensor<64xi8>
      return %q : tensor<64xi8>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
  ];
}

def QuantExtUseDestinations
    : Pass<"quant-ext-use-destinations", "::mlir::func::FuncOp"> {
  let summary = "Write results where they are wanted";
  let description = [{
    Follows what an operation writes into a `tensor.empty` to where it goes:

    - Where the result is collapsed or expanded, the tensor is made in that
      shape, and the operation writes into it through the inverse reshape. What
      a function returns is then an allocation and not a view of one, for which
      a caller's buffer can stand in without a copy.
    - Where it is inserted into another tensor, the operation writes into a slice
      of that tensor, through reshapes too, which upstream's
      `eliminate-empty-tensors` does not follow. A tensor that something else
      reads is left alone.

    Sizes and offsets that are computed later, in the same block and without
    effects, are computed in time.

    Per-block quantization is computed in the shape of its blocks; without this
    pass every result would be computed in a buffer of its own and copied.

    Example:

    ```mlir
    func.func @negate(%x: tensor<4x32xf32>) -> tensor<128xf32> {
      %e = tensor.empty() : tensor<4x32xf32>
      %y = linalg.negf ins(%x : tensor<4x32xf32>) outs(%e : tensor<4x32xf32>)
          -> tensor<4x32xf32>
      %z = tensor.collapse_shape %y [[0, 1]]
          : tensor<4x32xf32> into tensor<128xf32>
      return %z : tensor<128xf32>
    }
    ```

    becomes

    ```mlir
    func.func @negate(%x: tensor<4x32xf32>) -> tensor<128xf32> {
      %e = tensor.empty() : tensor<128xf32>
      %b = tensor.expand_shape %e [[0, 1]] output_shape [4, 32]
          : tensor<128xf32> into tensor<4x32xf32>
      %y = linalg.negf ins(%x : tensor<4x32xf32>) outs(%b : tensor<4x32xf32>)
          -> tensor<4x32xf32>
      %z = tensor.collapse_shape %y [[0, 1]]
          : tensor<4x32xf32> into tensor<128xf32>
      return %z : tensor<128xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect",
  ];
}

def QuantExtFuseRows : Pass<"quant-ext-fuse-rows", "::mlir::func::FuncOp"> {
  let summary = "Quantize each row while it is in the cache for its range";
  let description = [{
    Quantization with parameters chosen at run time reads its input twice: for
    the range, and for the integers. Where the whole does not stay in the cache
    between the two, this pass makes one loop over rows that does for each row
    all there is to do: its range, its scale and zero point, its integers. From
    memory it is then read once.

    What is fused is an elementwise operation along the outermost dimension and
    what it reads of rows: reductions of the same tensor, and the operations
    between that choose parameters. Results of these that are used elsewhere are
    results of the loop, written in their places; a row's range is no tensor of
    its own.

    It is done where the input takes more bytes than `cache-bytes` and a row does
    not. Where sizes are known at run time only, both forms are there, behind a
    branch. With `threads`, each thread has such a loop over its part of the
    rows, if there are `min-elements` elements.

    It runs after `convert-quant-ext-to-linalg` and before
    `quant-ext-distribute-over-threads`.

    Example: with `cache-bytes=4096`,

    ```mlir
    func.func @quantize(%x: tensor<64x256xf32>, %zeros: tensor<64xf32>,
                        %es: tensor<64xf32>, %eq: tensor<64x256xi8>)
        -> (tensor<64x256xi8>, tensor<64xf32>) {
      %most = linalg.generic {
          indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
                           affine_map<(d0, d1) -> (d0)>],
          iterator_types = ["parallel", "reduction"]}
          ins(%x : tensor<64x256xf32>) outs(%zeros : tensor<64xf32>) {
      ^bb0(%a: f32, %m: f32):
        %abs = math.absf %a : f32
        %max = arith.maxnumf %abs, %m : f32
        linalg.yield %max : f32
      } -> tensor<64xf32>
      %s = linalg.generic {
          indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
          iterator_types = ["parallel"]}
          ins(%most : tensor<64xf32>) outs(%es : tensor<64xf32>) {
      ^bb0(%m: f32, %out: f32):
        %scale = quant_ext.apply_choose_qparams %m storage = <i8> : (f32) -> f32
        linalg.yield %scale : f32
      } -> tensor<64xf32>
      %q = linalg.generic {
          indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
                           affine_map<(d0, d1) -> (d0)>,
                           affine_map<(d0, d1) -> (d0, d1)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%x, %s : tensor<64x256xf32>, tensor<64xf32>)
          outs(%eq : tensor<64x256xi8>) {
      ^bb0(%a: f32, %scale: f32, %out: i8):
        %v = quant_ext.apply_quantize %a, %scale storage = <i8>
            : (f32, f32) -> i8
        linalg.yield %v : i8
      } -> tensor<64x256xi8>
      return %q, %s : tensor<64x256xi8>, tensor<64xf32>
    }
    ```

    becomes

    ```mlir
    func.func @quantize(%x: tensor<64x256xf32>, %zeros: tensor<64xf32>,
                        %es: tensor<64xf32>, %eq: tensor<64x256xi8>)
        -> (tensor<64x256xi8>, tensor<64xf32>) {
      %c0 = arith.constant 0 : index
      %c64 = arith.constant 64 : index
      %c1 = arith.constant 1 : index
      %r:2 = scf.for %i = %c0 to %c64 step %c1
          iter_args(%qs = %eq, %ss = %es)
          -> (tensor<64x256xi8>, tensor<64xf32>) {
        %row = tensor.extract_slice %x[%i, 0] [1, 256] [1, 1]
            : tensor<64x256xf32> to tensor<1x256xf32>
        %same = tensor.extract_slice %x[%i, 0] [1, 256] [1, 1]
            : tensor<64x256xf32> to tensor<1x256xf32>
        %zero = tensor.extract_slice %zeros[%i] [1] [1]
            : tensor<64xf32> to tensor<1xf32>
        %most = linalg.generic {
            indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
                             affine_map<(d0, d1) -> (d0)>],
            iterator_types = ["parallel", "reduction"]}
            ins(%same : tensor<1x256xf32>) outs(%zero : tensor<1xf32>) {
        ^bb0(%a: f32, %m: f32):
          %abs = math.absf %a : f32
          %max = arith.maxnumf %abs, %m : f32
          linalg.yield %max : f32
        } -> tensor<1xf32>
        %s0 = tensor.extract_slice %ss[%i] [1] [1]
            : tensor<64xf32> to tensor<1xf32>
        %s = linalg.generic {
            indexing_maps = [affine_map<(d0) -> (d0)>,
                             affine_map<(d0) -> (d0)>],
            iterator_types = ["parallel"]}
            ins(%most : tensor<1xf32>) outs(%s0 : tensor<1xf32>) {
        ^bb0(%m: f32, %out: f32):
          %scale = quant_ext.apply_choose_qparams %m storage = <i8>
              : (f32) -> f32
          linalg.yield %scale : f32
        } -> tensor<1xf32>
        %q0 = tensor.extract_slice %qs[%i, 0] [1, 256] [1, 1]
            : tensor<64x256xi8> to tensor<1x256xi8>
        %q = linalg.generic {
            indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
                             affine_map<(d0, d1) -> (d0)>,
                             affine_map<(d0, d1) -> (d0, d1)>],
            iterator_types = ["parallel", "parallel"]}
            ins(%row, %s : tensor<1x256xf32>, tensor<1xf32>)
            outs(%q0 : tensor<1x256xi8>) {
        ^bb0(%a: f32, %scale: f32, %out: i8):
          %v = quant_ext.apply_quantize %a, %scale storage = <i8>
              : (f32, f32) -> i8
          linalg.yield %v : i8
        } -> tensor<1x256xi8>
        %q1 = tensor.insert_slice %q into %qs[%i, 0] [1, 256] [1, 1]
            : tensor<1x256xi8> into tensor<64x256xi8>
        %s1 = tensor.insert_slice %s into %ss[%i] [1] [1]
            : tensor<1xf32> into tensor<64xf32>
        scf.yield %q1, %s1 : tensor<64x256xi8>, tensor<64xf32>
      }
      return %r#0, %r#1 : tensor<64x256xi8>, tensor<64xf32>
    }
    ```
  }];
  let options = targetOptions # [
    Option<"cacheBytes", "cache-bytes", "int64_t", "0",
           "Bytes of the cache that a row must fit into and the whole must not; "
           "0 takes those of the target's L2">,
    Option<"threads", "threads", "int64_t", "1",
           "Threads to split rows for; 1 leaves them whole, 0 lets the runtime "
           "decide">,
    Option<"minElements", "min-elements", "int64_t", "0",
           "Elements from which on rows are split">,
  ];
  let statistics = [
    Statistic<"numFused", "fused", "Groups of operations made one loop">,
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect",
  ];
}

def QuantExtSplitEmptyTensors : Pass<"quant-ext-split-empty-tensors"> {
  let summary = "Give each use of an uninitialized tensor one of its own";
  let description = [{
    Copies `tensor.empty`, and what reshapes it or fills it for others to
    overwrite, so that each has a single use, and numbers them, so that no two
    are the same.

    Nothing can be known of their elements, but common subexpression elimination
    makes one of all that have the same type. All operations of a function then
    seem to write to the same tensor. Bufferization compares each of them with
    each other then, and so does common subexpression elimination with the loops
    that are made of them: for a thousand layers that takes minutes.

    Copies stand before the use, or the loop or branch that it is in. The two
    sides of a branch share one: what both write and yield is the same tensor
    then, whichever side is taken. A tensor of which
    slices are taken, or into which some are inserted, stays as it is: that they
    are of the same tensor is what lets them be written in place.

    Example:

    ```mlir
    func.func @twice(%x: tensor<8xf32>) -> tensor<8xf32> {
      %e = tensor.empty() : tensor<8xf32>
      %y = linalg.negf ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>)
          -> tensor<8xf32>
      %z = linalg.exp ins(%y : tensor<8xf32>) outs(%e : tensor<8xf32>)
          -> tensor<8xf32>
      return %z : tensor<8xf32>
    }
    ```

    becomes

    ```mlir
    func.func @twice(%x: tensor<8xf32>) -> tensor<8xf32> {
      %e = tensor.empty() {quant_ext.number = 0} : tensor<8xf32>
      %y = linalg.negf ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>)
          -> tensor<8xf32>
      %f = tensor.empty() {quant_ext.number = 1} : tensor<8xf32>
      %z = linalg.exp ins(%y : tensor<8xf32>) outs(%f : tensor<8xf32>)
          -> tensor<8xf32>
      return %z : tensor<8xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numSplit", "split", "Copies made">,
  ];
  let dependentDialects = [
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
  ];
}

def QuantExtDistributeOverThreads
    : Pass<"quant-ext-distribute-over-threads", "::mlir::func::FuncOp"> {
  let summary = "Split linalg operations into a part for each thread";
  let description = [{
    Rewrites linalg operations on tensors to `scf.forall` over as many parts as
    there are threads:

    - along the outermost parallel dimension that has an index for each thread,
      after neighbouring dimensions that no operand tells apart became one;
    - where there is no parallel dimension, along a reduction whose combiners
      are minima or maxima (the range of a tensor): each thread has a result of
      its own, and these are combined after the loop.

    Parts of the innermost dimension are multiples of the target's tile size, so
    that only the last has a remainder. What fills a destination (`linalg.fill`) is
    split with the operation that goes on with it. Results do not depend on the
    number of threads: no floating-point sum is reordered.

    With `threads=0` the runtime decides on the number of threads. There are
    then parts of a fixed size, eight of them in the smallest operation that is
    split, for each thread to take its share of.

    An operation of fewer than `min-elements` elements stays whole: to start the
    threads takes a microsecond or two. With `min-elements=0` it is split from
    where its operands take eight times the target's first-level cache: for
    `quantize` from f32 to i8, at 5 bytes an element, and 32 KiB from 52,429
    elements. Where sizes are known at run time only, the loop has one part below
    that (see `quant-ext-serialize-single-iterations`), and a reduction is behind
    a branch.

    Example: with `threads=2 min-elements=1 target=x86-64-v4`,

    ```mlir
    func.func @negate(%x: tensor<1000xf32>, %e: tensor<1000xf32>)
        -> tensor<1000xf32> {
      %y = linalg.negf ins(%x : tensor<1000xf32>) outs(%e : tensor<1000xf32>)
          -> tensor<1000xf32>
      return %y : tensor<1000xf32>
    }
    ```

    becomes

    ```mlir
    func.func @negate(%x: tensor<1000xf32>, %e: tensor<1000xf32>)
        -> tensor<1000xf32> {
      %y = scf.forall (%i) = (0) to (1000) step (512)
          shared_outs(%out = %e) -> (tensor<1000xf32>) {
        %size = affine.min affine_map<(d0) -> (-d0 + 1000, 512)>(%i)
        %xs = tensor.extract_slice %x[%i] [%size] [1]
            : tensor<1000xf32> to tensor<?xf32>
        %outs = tensor.extract_slice %out[%i] [%size] [1]
            : tensor<1000xf32> to tensor<?xf32>
        %ys = linalg.negf ins(%xs : tensor<?xf32>) outs(%outs : tensor<?xf32>)
            -> tensor<?xf32>
        scf.forall.in_parallel {
          tensor.parallel_insert_slice %ys into %out[%i] [%size] [1]
              : tensor<?xf32> into tensor<1000xf32>
        }
      }
      return %y : tensor<1000xf32>
    }
    ```
  }];
  let options = targetOptions # [
    Option<"threads", "threads", "int64_t", "1",
           "Threads to split operations for; 1 leaves them whole, 0 lets the "
           "runtime decide">,
    Option<"minElements", "min-elements", "int64_t", "0",
           "Elements from which on an operation is split; 0 takes what moves "
           "eight times the target's first-level cache">,
  ];
  let statistics = [
    Statistic<"numDistributed", "distributed", "Operations split">,
    Statistic<"numLeft", "left", "Operations left whole">,
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect",
  ];
}

#endif // QUANTEXT_CPU_TENSORPASSES_TD
