//===- TensorPasses.td - Passes on linalg ------------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_TENSORPASSES_TD
#define QUANTEXT_CPU_TENSORPASSES_TD

include "QuantExt/CPU/PassOptions.td"

def QuantExtSetTarget : Pass<"quant-ext-set-target", "ModuleOp"> {
  let summary = "Write the target's CPU and features on functions";
  let description = [{
    Puts `target_cpu` and `target_features` on every function that has a body,
    so that the LLVM functions made from it carry them. The features are written
    out in full, those that the target lacks with a minus sign: a JIT starts
    from the features of the machine it runs on.

    A function that already names a CPU keeps its own. An unknown target or
    feature is an error.

    Example: with `target=x86-64-v3`,

    ```mlir
    func.func @f() {
      return
    }
    ```

    becomes

    ```mlir
    func.func @f() attributes {target_cpu = "x86-64-v3",
        target_features = #llvm.target_features<
            ["+...", "+avx2", "+...", "-avx512f", "+..."]>} {
      return
    }
    ```

    where `"+..."` stands for the other features.
  }];
  let options = targetOptions;
  let statistics = [
    Statistic<"numFunctions", "functions", "Functions given a target">,
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

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

def QuantExtPackIntegers : Pass<"quant-ext-pack-integers", "ModuleOp"> {
  let summary = "Pack integers and floats that fill no whole bytes";
  let description = [{
    Gives tensors of narrow integers, and of the floats of float storages, a
    layout in memory, in function signatures, constants and everything between:

    - 4 and 2 bits are packed 2 and 4 to a byte, the first element in the low
      bits, in row-major order through the whole tensor (rows are not padded).
      The high bits that are left over in the last byte are 0.
    - 3, 5, 6, 7 and 9 to 15 bits get a byte or two each, whose bits beyond the
      width are 0.
    - f4E2M1FN is packed like 4 bits; floats of 8 bits are bytes with the same
      bits.

    A packed tensor becomes `tensor<Nxi8>`, followed by an `index` for each of
    its dynamic dimensions: `tensor<?x3xi4>` becomes `tensor<?xi8>, index`. That
    is also how a caller passes it and gets it back. Without this pass, a
    vector of i4 would read packed nibbles where a scalar reads a byte.

    Unpacking is fused with the elementwise operation that reads the values, and
    packing with the one that makes them. Where rows share bytes, that is a loop
    over rows: element by element up to the first byte that the row has for
    itself, then whole bytes, then the elements left over. Rows that no operand
    tells apart are one, and rows of fewer than 128 elements are computed
    together, a byte for each element, and packed or unpacked as one: as many of
    them as the first-level cache holds. Where the size of rows is known at run
    time only, it decides. Values that only other linalg operations read are not
    packed between.

    Operations that the pass does not know keep their types, between a
    conversion before and after them, and so do tensors without a rank or with
    an encoding.

    It runs on linalg and tensor operations, after
    `convert-quant-ext-to-linalg` and before bufferization.

    Example:

    ```mlir
    func.func @weights() -> tensor<5xi4> {
      %w = arith.constant dense<[1, 2, 3, 4, -1]> : tensor<5xi4>
      return %w : tensor<5xi4>
    }
    func.func @extend(%x: tensor<6xi4>, %init: tensor<6xi32>) -> tensor<6xi32> {
      %r = linalg.generic {
          indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
          iterator_types = ["parallel"]}
          ins(%x : tensor<6xi4>) outs(%init : tensor<6xi32>) {
      ^bb0(%a: i4, %out: i32):
        %v = arith.extsi %a : i4 to i32
        linalg.yield %v : i32
      } -> tensor<6xi32>
      return %r : tensor<6xi32>
    }
    ```

    becomes

    ```mlir
    func.func @weights() -> tensor<3xi8> {
      %w = arith.constant dense<[0x21, 0x43, 0x0f]> : tensor<3xi8>
      return %w : tensor<3xi8>
    }
    func.func @extend(%x: tensor<3xi8>, %init: tensor<6xi32>) -> tensor<6xi32> {
      %bits = arith.constant 4 : index
      %empty = tensor.empty() : tensor<3x2xi32>
      %pairs = linalg.generic {
          indexing_maps = [affine_map<(d0, d1) -> (d0)>,
                           affine_map<(d0, d1) -> (d0, d1)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%x : tensor<3xi8>) outs(%empty : tensor<3x2xi32>) {
      ^bb0(%byte: i8, %out: i32):
        %i = linalg.index 1 : index
        %shift = arith.muli %i, %bits : index
        %shift8 = arith.index_cast %shift : index to i8
        %low = arith.shrui %byte, %shift8 : i8
        %a = arith.trunci %low : i8 to i4
        %v = arith.extsi %a : i4 to i32
        linalg.yield %v : i32
      } -> tensor<3x2xi32>
      %r = tensor.collapse_shape %pairs [[0, 1]]
          : tensor<3x2xi32> into tensor<6xi32>
      return %r : tensor<6xi32>
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

def QuantExtSplitEmptyTensors : Pass<"quant-ext-split-empty-tensors"> {
  let summary = "Give each use of an uninitialized tensor one of its own";
  let description = [{
    Copies `tensor.empty`, and reshapes of it, so that each has a single use, and
    numbers them, so that no two are the same.

    Nothing can be known of their elements, but common subexpression elimination
    makes one of all that have the same type. All operations of a function then
    seem to write to the same tensor. Bufferization compares each of them with
    each other then, and so does common subexpression elimination with the loops
    that are made of them: for a thousand layers that takes minutes.

    Copies stand before the use, or the loop that it is in. A tensor of which
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
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
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
    that only the last has a remainder. Results do not depend on the number of
    threads: no floating-point sum is reordered.

    With `threads=0` the runtime decides on the number of threads. There are
    then parts of a fixed size, eight of them in the smallest operation that is
    split, for each thread to take its share of.

    An operation of fewer than `min-elements` elements stays whole: to start the
    threads takes microseconds. With `min-elements=0` it is split from where its
    operands do not fit into the target's second-level cache, that of a core for
    itself: for `quantize` from f32 to i8, at 5 bytes an element, and 256 KiB
    from 52,429 elements. Where sizes are known at run time only, both forms
    are there, behind a branch on the number of elements.

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
           "Elements from which on an operation is split; 0 takes what exceeds "
           "the target's second-level cache">,
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
