//===- Passes.td - Passes of CPU -----------------------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_PASSES_TD
#define QUANTEXT_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

/// The options of every pass that asks what the target can do.
defvar targetOptions = [
  Option<"target", "target", "std::string", "\"native\"",
         "Target: native, x86-64-v2, x86-64-v3, x86-64-v4, aarch64, or an "
         "LLVM CPU name">,
  Option<"features", "features", "std::string", "\"\"",
         "LLVM target features on top of the target's own, such as "
         "+avx512vnni,-fma">,
];

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
    tells apart are one; values that only other linalg operations read are not
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

def QuantExtLegalizeBF16Accesses : Pass<"quant-ext-legalize-bf16-accesses"> {
  let summary = "Load and store bf16 as integers of its bits";
  let description = [{
    Rewrites loads and stores of bf16 and of vectors of it, masked or not, to the
    same of integers of 16 bits and a bitcast. Memory does not care what its bits
    mean, but LLVM does:

    - Without AVX512_BF16 it takes a masked bf16 vector apart into a branch and a
      load or store for each lane.
    - With AVX512_BF16 it keeps a bf16 that lives across blocks or goes to
      another thread as f32 and rounds it back, by an instruction that makes 0 of
      subnormal numbers.

    Example:

    ```mlir
    llvm.func @load(%p: !llvm.ptr, %mask: vector<64xi1>, %pass: vector<64xbf16>)
        -> vector<64xbf16> {
      %v = llvm.intr.masked.load %p, %mask, %pass {alignment = 2 : i32}
          : (!llvm.ptr, vector<64xi1>, vector<64xbf16>) -> vector<64xbf16>
      llvm.return %v : vector<64xbf16>
    }
    ```

    becomes

    ```mlir
    llvm.func @load(%p: !llvm.ptr, %mask: vector<64xi1>, %pass: vector<64xbf16>)
        -> vector<64xbf16> {
      %pass_bits = llvm.bitcast %pass : vector<64xbf16> to vector<64xi16>
      %bits = llvm.intr.masked.load %p, %mask, %pass_bits {alignment = 2 : i32}
          : (!llvm.ptr, vector<64xi1>, vector<64xi16>) -> vector<64xi16>
      %v = llvm.bitcast %bits : vector<64xi16> to vector<64xbf16>
      llvm.return %v : vector<64xbf16>
    }
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
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

def QuantExtFuseElementwise
    : Pass<"quant-ext-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "Make one loop of a chain of elementwise operations";
  let description = [{
    Fuses elementwise linalg operations on tensors with what reads their results
    (bias, activation, residual add and quantization, or dequantization and
    those), so that one loop reads and writes memory once. Named operations,
    `linalg.map` and broadcasts are made generic for it, constants and fills of
    one value become scalars, and reshapes between, as of blocks, move out of the
    way. A reduction that can be a loop over vectors, such as the range of
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

def QuantExtStreamStores
    : Pass<"quant-ext-stream-stores", "::mlir::func::FuncOp"> {
  let summary = "Store past the caches what is too large for them";
  let description = [{
    Where a nest of loops reads and writes more than the last-level cache holds,
    what it wrote first has left the caches before anybody can read it. The stores
    of its innermost loops become `vector.store` with `nontemporal`, which on x86
    writes whole lines to memory without reading them first. An `sfence` after the
    nest keeps the order that other threads see.

    It changes innermost loops that write neighbouring vectors, and nothing else,
    to a parameter of the function or to what it allocates and returns, if nothing
    in the function reads that buffer.

    These stores need addresses that are multiples of 64, or of the size of the
    vector where that is smaller. Every lane of a loop over elements, with one
    write, can be computed in any iteration, so that the loop starts at the first aligned
    address, and the original one, with its first and last vector, writes what is
    left at the ends; some lanes are written twice, with the same value. Where
    this is not so (a loop over blocks, or a caller that has the result overwrite
    an operand), or where no element is at such an address, the original loop has
    all iterations.

    What is read once is asked for two pages ahead, because with such stores
    nothing but reading is waited for.

    The buffers that a nest accesses count whole. Where their sizes are known at
    run time only, both forms of the nest are there, behind a branch.

    On targets other than x86 nothing changes.

    Example: with `target=x86-64-v4 min-bytes=4096`, in a loop over blocks,

    ```mlir
    func.func @scale(%x: memref<64x16xf32>, %s: memref<64xf32>,
                     %y: memref<64x16xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      %pad = arith.constant 0.0 : f32
      scf.for %i = %c0 to %c64 step %c1 {
        %block = vector.transfer_read %x[%i, %c0], %pad {in_bounds = [true]}
            : memref<64x16xf32>, vector<16xf32>
        %scale = memref.load %s[%i] : memref<64xf32>
        %scales = vector.broadcast %scale : f32 to vector<16xf32>
        %scaled = arith.mulf %block, %scales : vector<16xf32>
        vector.transfer_write %scaled, %y[%i, %c0] {in_bounds = [true]}
            : vector<16xf32>, memref<64x16xf32>
      }
      return
    }
    ```

    becomes

    ```mlir
    func.func @scale(%x: memref<64x16xf32>, %s: memref<64xf32>,
                     %y: memref<64x16xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      %pad = arith.constant 0.0 : f32
      %zero = arith.constant 0 : index
      %all = arith.constant 64 : index
      %address = memref.extract_aligned_pointer_as_index %y
          : memref<64x16xf32> -> index
      %negative = arith.subi %zero, %address : index
      %c63 = arith.constant 63 : index
      %missing = arith.andi %negative, %c63 : index
      %is_aligned = arith.cmpi eq, %missing, %zero : index
      %border = arith.select %is_aligned, %all, %c0 : index
      scf.for %i = %border to %c64 step %c1 {
        %block = vector.transfer_read %x[%i, %c0], %pad {in_bounds = [true]}
            : memref<64x16xf32>, vector<16xf32>
        %scale = memref.load %s[%i] : memref<64xf32>
        %scales = vector.broadcast %scale : f32 to vector<16xf32>
        %scaled = arith.mulf %block, %scales : vector<16xf32>
        vector.transfer_write %scaled, %y[%i, %c0] {in_bounds = [true]}
            : vector<16xf32>, memref<64x16xf32>
      }
      scf.for %i = %c0 to %border step %c1 {
        %c128 = arith.constant 128 : index
        %later = arith.addi %i, %c128 : index
        memref.prefetch %x[%later, %c0], read, locality<3>, data
            : memref<64x16xf32>
        %block = vector.transfer_read %x[%i, %c0], %pad {in_bounds = [true]}
            : memref<64x16xf32>, vector<16xf32>
        %scale = memref.load %s[%i] : memref<64xf32>
        %scales = vector.broadcast %scale : f32 to vector<16xf32>
        %scaled = arith.mulf %block, %scales : vector<16xf32>
        vector.store %scaled, %y[%i, %c0]
            {nontemporal = true, alignment = 64} : memref<64x16xf32>, vector<16xf32>
      }
      llvm.call_intrinsic "llvm.x86.sse.sfence"() : () -> ()
      return
    }
    ```
  }];
  let options = targetOptions # [
    Option<"minBytes", "min-bytes", "int64_t", "0",
           "Bytes of the buffers that a nest of loops accesses from which on its "
           "stores bypass the caches; 0 takes those of the target's last-level "
           "cache, and below 0 none ever do">,
  ];
  let statistics = [
    Statistic<"numStreamed", "streamed", "Loops whose stores bypass the caches">,
  ];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
  ];
}

def QuantExtLowerElementOps : Pass<"quant-ext-lower-element-ops"> {
  let summary = "Expand quant_ext operations on elements for a target";
  let description = [{
    Expands the `quant_ext.apply_*` operations: with a recipe of the target
    where it has one for an operation on its vectors, and with the portable
    arithmetic of `convert-quant-ext-to-arith` everywhere else. Both give the
    same bits.

    - AVX-512 (F, BW): `quantize` and `requantize` of 64 lanes to 8 bits or
      fewer, computed in f32, by saturating conversions and packs, where all
      lanes have one zero point or none.

    Where lanes share a scale, there is one division for all of them: the
    reciprocal serves `division = reciprocal`, and, on targets with fused
    multiply-adds, an exact quotient too (see DivideBySplat.cpp for the proof and
    the scales it covers). A branch keeps to the division for all other scales.

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

def QuantExtLowerLoops : Pass<"quant-ext-lower-loops"> {
  let summary = "Turn loops into branches, the last one first";
  let description = [{
    Does what `convert-scf-to-cf` does, by the same patterns, in another order.
    A loop becomes blocks of its own, and all that comes after it moves to yet
    another block. Where the first of a thousand loops is first, all that comes
    after them moves a thousand times; where the last one is, it moves once.

    Example:

    ```mlir
    func.func @fill(%m: memref<8xf32>, %a: f32, %n: index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      scf.for %i = %c0 to %n step %c1 {
        memref.store %a, %m[%i] : memref<8xf32>
      }
      return
    }
    ```

    becomes

    ```mlir
    func.func @fill(%m: memref<8xf32>, %a: f32, %n: index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      cf.br ^head(%c0 : index)
    ^head(%i: index):
      %more = arith.cmpi slt, %i, %n : index
      cf.cond_br %more, ^body, ^end
    ^body:
      memref.store %a, %m[%i] : memref<8xf32>
      %next = arith.addi %i, %c1 : index
      cf.br ^head(%next : index)
    ^end:
      return
    }
    ```
  }];
  let statistics = [
    Statistic<"numLowered", "lowered", "Loops and branches lowered">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

def QuantExtAllocateResults : Pass<"quant-ext-allocate-results"> {
  let summary = "Allocate what is returned in the shape it is returned in";
  let description = [{
    Where a function returns a reshape of what it allocated, makes the
    allocation of the returned shape, and the reshape of it for those who fill
    it. `buffer-results-to-out-params` can then replace the allocation by the
    caller's buffer; a reshape of one it would copy.

    Example:

    ```mlir
    func.func @pairs(%x: f32, %i: index, %j: index) -> memref<8xf32> {
      %a = memref.alloc() : memref<4x2xf32>
      memref.store %x, %a[%i, %j] : memref<4x2xf32>
      %b = memref.collapse_shape %a [[0, 1]]
          : memref<4x2xf32> into memref<8xf32>
      return %b : memref<8xf32>
    }
    ```

    becomes

    ```mlir
    func.func @pairs(%x: f32, %i: index, %j: index) -> memref<8xf32> {
      %b = memref.alloc() : memref<8xf32>
      %a = memref.expand_shape %b [[0, 1]] output_shape [4, 2]
          : memref<8xf32> into memref<4x2xf32>
      memref.store %x, %a[%i, %j] : memref<4x2xf32>
      return %b : memref<8xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::memref::MemRefDialect",
  ];
}

def QuantExtExpandDynamicReshapes
    : Pass<"quant-ext-expand-dynamic-reshapes"> {
  let summary = "Lower memref.expand_shape into several dynamic dimensions";
  let description = [{
    Rewrites `memref.expand_shape` to `memref.reinterpret_cast` where one
    dimension becomes several dynamic ones. The `expand-strided-metadata` pass
    of MLIR 22 dereferences null on those; it takes all others.

    Example:

    ```mlir
    func.func @expand(%a: memref<?xi8>, %m: index, %n: index) -> memref<?x?xi8> {
      %b = memref.expand_shape %a [[0, 1]] output_shape [%m, %n]
          : memref<?xi8> into memref<?x?xi8>
      return %b : memref<?x?xi8>
    }
    ```

    becomes

    ```mlir
    func.func @expand(%a: memref<?xi8>, %m: index, %n: index) -> memref<?x?xi8> {
      %base, %offset, %size, %stride = memref.extract_strided_metadata %a
          : memref<?xi8> -> memref<i8>, index, index, index
      %product = affine.apply affine_map<()[s0, s1] -> (s0 * s1)>()[%n, %m]
      %b = memref.reinterpret_cast %base to offset: [0], sizes: [%m, %n],
          strides: [%n, 1] : memref<i8> to memref<?x?xi8>
      return %b : memref<?x?xi8>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::memref::MemRefDialect",
  ];
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

#endif // QUANTEXT_CPU_PASSES_TD
