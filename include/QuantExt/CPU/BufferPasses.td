//===- BufferPasses.td - Passes on buffers -----------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_BUFFERPASSES_TD
#define QUANTEXT_CPU_BUFFERPASSES_TD

include "QuantExt/CPU/PassOptions.td"

def QuantExtAllocateResults : Pass<"quant-ext-allocate-results"> {
  let summary = "Allocate what is returned in the shape it is returned in";
  let description = [{
    Where a function returns a reshape of what it allocated, makes the
    allocation of the returned shape, and the reshape of it for those who fill
    it. What both branches of an `scf.if` allocate to return it is allocated
    before them. `buffer-results-to-out-params` can then replace the allocation by
    the caller's buffer; a reshape of one, or one of two, it would copy.

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

def QuantExtStreamStores
    : Pass<"quant-ext-stream-stores", "::mlir::func::FuncOp"> {
  let summary = "Store past the caches what is too large for them";
  let description = [{
    Where a nest of loops moves more than the last-level cache holds, most of what
    it wrote has left the caches before anybody can read it or write it again. Of
    what is written 2/5 count, as long as `min-bytes` is not given: a store past
    the caches is one transfer of a line, another store none, or two if the line is
    in no cache and is read first; they cost the same where every other line is
    found, and for who reads the result next where every third is. Where threads
    share the nest 1/8 counts, because stores past the caches are as fast from one
    of them as from two. The stores of its innermost loops become `vector.store`
    with `nontemporal`, which on x86 writes whole lines to memory without reading
    them first. An `sfence` after the nest keeps the order that other threads see.

    It changes innermost loops that write neighbouring vectors, or vectors at the
    same distance, known or not, and nothing else, to a parameter of the function or to what it allocates and returns, if nothing
    in the function reads that buffer: nothing but single elements, a few each time
    the loop runs, such as a byte that rows share, or in a branch that excludes the
    loop. A loop that packs what the nest has put in a cache stays too: it reads no
    memory that its stores could overlap with, and they are little of what the nest
    moves.

    These stores need addresses that are multiples of 64, or of the size of the
    vector where that is smaller. Every lane of a loop over elements, with one
    write, can be computed in any iteration, so that the loop starts at the first aligned
    address, and the original one, with its first and last vector, writes what is
    left at the ends; some lanes are written twice, with the same value. Where
    this is not so (a loop over blocks, or a caller that has the result overwrite
    an operand), or where no element is at such an address, the original loop has
    all iterations.

    Where the target's own prefetchers stop at the end of a page (Zen 5), what is
    read once is asked for two pages ahead, because with such stores nothing but
    reading is waited for.

    Where vectors of short rows lie anywhere, whole lines of them are collected in
    a buffer in the first-level cache and go to memory from there.

    The buffers that a nest accesses count whole. Where their sizes are known at
    run time only, both forms of the nest are there, behind a branch.

    On targets other than x86 nothing changes.

    Example: with `target=znver5 min-bytes=4096`, in a loop over blocks,

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
      %c128 = arith.constant 128 : index
      scf.for %i = %c0 to %border step %c1 {
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
           "cache and counts 2/5 of what is written, and below 0 none ever do">,
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
    parameter, stay as they are; where only at run time it is known how many
    there are, a branch keeps the loop for few.

    Where an iteration decides by its parameters between a fast way and a general
    one, as `quant-ext-lower-element-ops` makes it, there is a loop without
    decisions for batches that would take the fast way throughout.

    Where another loop runs the iterations in parts, as `quant-ext-stream-stores`
    makes it, a batch is of whole parts.

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
      %inverses = memref.alloca() {alignment = 512 : i64} : memref<128xf32>
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

def QuantExtSerializeSingleIterations
    : Pass<"quant-ext-serialize-single-iterations"> {
  let summary = "Run parallel loops of one iteration on the calling thread";
  let description = [{
    Puts a branch around each `scf.parallel` loop of which only run time knows
    how often it runs: where that is once, its body runs without threads, which
    would take microseconds to start. After bufferization, because a branch on
    buffers has no result: one on tensors has, and it must be found out that
    both its sides write it to the same buffer.

    Loops over several induction variables and reductions stay as they are.

    Example:

    ```mlir
    func.func @fill(%a: memref<?xi8>, %n: index, %part: index, %v: i8) {
      %zero = arith.constant 0 : index
      scf.parallel (%i) = (%zero) to (%n) step (%part) {
        memref.store %v, %a[%i] : memref<?xi8>
      }
      return
    }
    ```

    becomes

    ```mlir
    func.func @fill(%a: memref<?xi8>, %n: index, %part: index, %v: i8) {
      %zero = arith.constant 0 : index
      %length = arith.subi %n, %zero : index
      %several = arith.cmpi sgt, %length, %part : index
      scf.if %several {
        scf.parallel (%i) = (%zero) to (%n) step (%part) {
          memref.store %v, %a[%i] : memref<?xi8>
        }
      } else {
        %one = arith.cmpi slt, %zero, %n : index
        scf.if %one {
          memref.store %v, %a[%zero] : memref<?xi8>
        }
      }
      return
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect",
  ];
}

def QuantExtPrefetchReads
    : Pass<"quant-ext-prefetch-reads", "::mlir::func::FuncOp"> {
  let summary = "Ask ahead for constants that are read in several places";
  let description = [{
    Before each of several reads of a loop that reads constants in as many
    places, each in order and once, asks for what will be read there some
    iterations later, into the second-level cache. This is how weights are read
    that a single row is multiplied by. Only where the constants of the function
    are too many for the last-level cache to be expected to have them, and
    where the target gains by it: as far as is known, Zen 4.

    Example: with `target=znver4 min-bytes=1`,

    ```mlir
    memref.global "private" constant @weights : memref<2x512x64xi8> = uninitialized
    func.func @sum(%zero: vector<64xi8>) -> vector<64xi8> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c512 = arith.constant 512 : index
      %pad = arith.constant 0 : i8
      %weights = memref.get_global @weights : memref<2x512x64xi8>
      %sum = scf.for %i = %c0 to %c512 step %c1 iter_args(%s = %zero) -> (vector<64xi8>) {
        %a = vector.transfer_read %weights[%c0, %i, %c0], %pad {in_bounds = [true]}
            : memref<2x512x64xi8>, vector<64xi8>
        %b = vector.transfer_read %weights[%c1, %i, %c0], %pad {in_bounds = [true]}
            : memref<2x512x64xi8>, vector<64xi8>
        %t = arith.addi %s, %a : vector<64xi8>
        %u = arith.addi %t, %b : vector<64xi8>
        scf.yield %u : vector<64xi8>
      }
      return %sum : vector<64xi8>
    }
    ```

    becomes

    ```mlir
    memref.global "private" constant @weights : memref<2x512x64xi8> = uninitialized
    func.func @sum(%zero: vector<64xi8>) -> vector<64xi8> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c512 = arith.constant 512 : index
      %pad = arith.constant 0 : i8
      %weights = memref.get_global @weights : memref<2x512x64xi8>
      %sum = scf.for %i = %c0 to %c512 step %c1 iter_args(%s = %zero) -> (vector<64xi8>) {
        %c8 = arith.constant 8 : index
        %0 = arith.addi %i, %c8 : index
        %c0_0 = arith.constant 0 : index
        memref.prefetch %weights[%c0, %0, %c0], read, locality<2>, data
            : memref<2x512x64xi8>
        %a = vector.transfer_read %weights[%c0, %i, %c0], %pad {in_bounds = [true]}
            : memref<2x512x64xi8>, vector<64xi8>
        %c8_1 = arith.constant 8 : index
        %1 = arith.addi %i, %c8_1 : index
        %c0_2 = arith.constant 0 : index
        memref.prefetch %weights[%c1, %1, %c0], read, locality<2>, data
            : memref<2x512x64xi8>
        %b = vector.transfer_read %weights[%c1, %i, %c0], %pad {in_bounds = [true]}
            : memref<2x512x64xi8>, vector<64xi8>
        %t = arith.addi %s, %a : vector<64xi8>
        %u = arith.addi %t, %b : vector<64xi8>
        scf.yield %u : vector<64xi8>
      }
      return %sum : vector<64xi8>
    }
    ```
  }];
  let options = targetOptions # [
    Option<"minBytes", "min-bytes", "int64_t", "0",
           "Bytes of the constants of a function from which on they are asked "
           "for; 0 takes half of the target's last-level cache, and below 0 "
           "none are">,
  ];
  let statistics = [
    Statistic<"numLoops", "loops", "Loops that ask ahead">,
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::memref::MemRefDialect",
  ];
}

def QuantExtNumberThreads
    : Pass<"quant-ext-number-threads", "::mlir::ModuleOp"> {
  let summary = "Let threads take iterations by their numbers";
  let description = [{
    Turns an `omp.wsloop` into a loop over a thread's share of the iterations,
    which are neighbours and as many for each, where it is the last in its
    `omp.parallel`: at the end of that all threads wait for each other anyway. To
    have the runtime share the loop costs as much as to start the threads and to
    wait for them: it keeps book of each loop, and `convert-scf-to-openmp` has
    threads wait twice.

    Loops over several indices and those of which a clause asks for something
    stay, but as `nowait`; those that may be cancelled stay as they are.

    Example:

    ```mlir
    func.func @fill(%a: memref<?xi8>, %n: index, %v: i8) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      omp.parallel {
        omp.wsloop {
          omp.loop_nest (%i) : index = (%zero) to (%n) step (%one) {
            memref.store %v, %a[%i] : memref<?xi8>
            omp.yield
          }
        }
        omp.terminator
      }
      return
    }
    ```

    becomes

    ```mlir
    llvm.func @omp_get_num_threads() -> i32
    llvm.func @omp_get_thread_num() -> i32
    func.func @fill(%a: memref<?xi8>, %n: index, %v: i8) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      omp.parallel {
        %0 = llvm.call @omp_get_thread_num() : () -> i32
        %1 = arith.index_cast %0 : i32 to index
        %2 = llvm.call @omp_get_num_threads() : () -> i32
        %3 = arith.index_cast %2 : i32 to index
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %4 = arith.maxsi %n, %c0 : index
        %5 = arith.ceildivsi %4, %3 : index
        %6 = arith.muli %1, %5 : index
        %7 = arith.addi %6, %5 : index
        %8 = arith.minsi %4, %7 : index
        scf.for %i = %6 to %8 step %c1 {
          memref.store %v, %a[%i] : memref<?xi8>
        }
        omp.terminator
      }
      return
    }
    ```
  }];
  let statistics = [
    Statistic<"numLoops", "loops", "Loops shared by the numbers of threads">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::scf::SCFDialect",
  ];
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

#endif // QUANTEXT_CPU_BUFFERPASSES_TD
