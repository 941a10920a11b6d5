//===- MemoryPasses.td - Passes on accesses to memory ------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_MEMORYPASSES_TD
#define QUANTEXT_CPU_MEMORYPASSES_TD

include "QuantExt/CPU/PassOptions.td"

def QuantExtOverlapRests
    : Pass<"quant-ext-overlap-rests", "::mlir::func::FuncOp"> {
  let summary = "Take what vectors leave of a row with one more vector";
  let description = [{
    Rows of a length that is known at run time only are taken a vector at a time,
    what is left of each by a loop over shorter vectors, and the last elements
    one by one. This pass takes all that is left by one more iteration of the
    first loop, for the last vector of the row: some elements are computed twice,
    with the same result.

    It changes loops in other loops that write vectors next to each other, each
    lane computed of the same lane of what is read and of what all lanes share, to
    a result of the function that it does not read; and only where those after
    them do the same with fewer elements. Rows that are too short, or of which more
    than a vector is left, or results that may overwrite an operand, are left to
    the loops that were there, behind a branch.

    Example:

    ```mlir
    func.func @negate(%x: memref<?x?xf32>, %rows: index, %columns: index,
                      %whole: index) -> memref<?x?xf32> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      %pad = arith.constant 0.0 : f32
      %y = memref.alloc(%rows, %columns) : memref<?x?xf32>
      scf.for %i = %c0 to %rows step %c1 {
        scf.for %j = %c0 to %whole step %c8 {
          %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]}
              : memref<?x?xf32>, vector<8xf32>
          %b = arith.negf %a : vector<8xf32>
          vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]}
              : vector<8xf32>, memref<?x?xf32>
        }
        scf.for %j = %whole to %columns step %c1 {
          %a = memref.load %x[%i, %j] : memref<?x?xf32>
          %b = arith.negf %a : f32
          memref.store %b, %y[%i, %j] : memref<?x?xf32>
        }
      }
      return %y : memref<?x?xf32>
    }
    ```

    becomes

    ```mlir
    func.func @negate(%x: memref<?x?xf32>, %rows: index, %columns: index,
                      %whole: index) -> memref<?x?xf32> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      %pad = arith.constant 0.0 : f32
      %y = memref.alloc(%rows, %columns) : memref<?x?xf32>
      scf.for %i = %c0 to %rows step %c1 {
        scf.for %j = %c0 to %whole step %c8 {
          %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]}
              : memref<?x?xf32>, vector<8xf32>
          %b = arith.negf %a : vector<8xf32>
          vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]}
              : vector<8xf32>, memref<?x?xf32>
        }
        %last = arith.subi %columns, %c8 : index
        %has_rest = arith.cmpi ne, %columns, %whole : index
        %fits = arith.cmpi sge, %last, %c0 : index
        %has_all = arith.cmpi sle, %last, %whole : index
        %is_row = arith.andi %has_rest, %fits : i1
        %overlaps = arith.andi %is_row, %has_all : i1
        scf.if %overlaps {
          %a = vector.transfer_read %x[%i, %last], %pad {in_bounds = [true]}
              : memref<?x?xf32>, vector<8xf32>
          %b = arith.negf %a : vector<8xf32>
          vector.transfer_write %b, %y[%i, %last] {in_bounds = [true]}
              : vector<8xf32>, memref<?x?xf32>
        } else {
          scf.for %j = %whole to %columns step %c1 {
            %a = memref.load %x[%i, %j] : memref<?x?xf32>
            %b = arith.negf %a : f32
            memref.store %b, %y[%i, %j] : memref<?x?xf32>
          }
        }
      }
      return %y : memref<?x?xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numOverlapped", "overlapped", "Loops with one more iteration">,
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
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
    of them as from two and others gain. On Zen 3, whose cache keeps nothing of
    what is too large for it, all counts, from 5/8 of the last-level cache on. The
    stores of its innermost loops become `vector.store` with `nontemporal`, which on
    x86 writes whole lines to memory without reading them first. An `sfence` after
    the nest keeps the order that other threads see.

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

    Where the target's own prefetchers do too little (Zen 3 and 5), what is read
    once is asked for one or two pages ahead, because with such stores nothing but
    reading is waited for. Where a loop before has read a row, as for its range,
    both loops ask for the next row: the first one for its first quarter.

    Where parts of memory come faster by turns (Zen 3), a loop of iterations that
    may change places, without parameters of their own, goes through four parts,
    64 KiB and more each, a few lines of each at a time: the processor asks memory
    ahead for each of them. From the first whole line on all take turns but the
    last few.

    Where vectors of short rows lie anywhere, whole lines of them are collected in
    a buffer in the first-level cache and go to memory from there.

    The buffers that a nest accesses count whole. Where their sizes are known at
    run time only, both forms of the nest are there, behind a branch; of a single
    loop only what bypasses the caches is, and the original loop behind it takes
    all or nothing.

    A loop over what others leave of a row, shorter than a few lines, stays as it
    is.

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
      %none = arith.constant 0 : index
      %negative = arith.subi %none, %address : index
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
           "stores bypass the caches; 0 takes what suits the target's "
           "last-level cache, and below 0 none ever do">,
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
    from there. Loops of fewer than 8 iterations, and those that neither divide by
    a parameter nor decide by one outside of a loop within, stay as they are; where
    only at run time it is known how many there are, a branch keeps the loop for
    few.

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

def QuantExtOrderReads : Pass<"quant-ext-order-reads"> {
  let summary = "Read wide vectors a register at a time, the first one first";
  let description = [{
    Takes loads of vectors that fill 8 registers or more apart, and makes those of
    the registers volatile, which keeps their order. LLVM's scheduler would read
    them from the last to the first, and what comes from memory then comes at a
    third of the speed: processors ask memory ahead for what is read in ascending
    order. Vectors are as wide as that where AVX-512 joins 128 elements to 64
    bytes of 4 bits each, and in f64. What is on the stack is left to LLVM, which
    may keep it in registers.

    On targets other than x86 nothing changes.

    Example: with `target=x86-64-v2`,

    ```mlir
    llvm.func @load(%p: !llvm.ptr) -> vector<32xf32> {
      %v = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<32xf32>
      llvm.return %v : vector<32xf32>
    }
    ```

    becomes

    ```mlir
    llvm.func @load(%p: !llvm.ptr) -> vector<32xf32> {
      %r0 = llvm.mlir.poison : vector<32xf32>
      %p0 = llvm.getelementptr %p[0] : (!llvm.ptr) -> !llvm.ptr, i8
      %v0 = llvm.load volatile %p0 {alignment = 4 : i64}
          : !llvm.ptr -> vector<4xf32>
      %r1 = llvm.intr.vector.insert %v0, %r0[0]
          : vector<4xf32> into vector<32xf32>
      %p1 = llvm.getelementptr %p[16] : (!llvm.ptr) -> !llvm.ptr, i8
      %v1 = llvm.load volatile %p1 {alignment = 4 : i64}
          : !llvm.ptr -> vector<4xf32>
      %r2 = llvm.intr.vector.insert %v1, %r1[4]
          : vector<4xf32> into vector<32xf32>
      %p2 = llvm.getelementptr %p[32] : (!llvm.ptr) -> !llvm.ptr, i8
      %v2 = llvm.load volatile %p2 {alignment = 4 : i64}
          : !llvm.ptr -> vector<4xf32>
      %r3 = llvm.intr.vector.insert %v2, %r2[8]
          : vector<4xf32> into vector<32xf32>
      %p3 = llvm.getelementptr %p[48] : (!llvm.ptr) -> !llvm.ptr, i8
      %v3 = llvm.load volatile %p3 {alignment = 4 : i64}
          : !llvm.ptr -> vector<4xf32>
      %r4 = llvm.intr.vector.insert %v3, %r3[12]
          : vector<4xf32> into vector<32xf32>
      %p4 = llvm.getelementptr %p[64] : (!llvm.ptr) -> !llvm.ptr, i8
      %v4 = llvm.load volatile %p4 {alignment = 4 : i64}
          : !llvm.ptr -> vector<4xf32>
      %r5 = llvm.intr.vector.insert %v4, %r4[16]
          : vector<4xf32> into vector<32xf32>
      %p5 = llvm.getelementptr %p[80] : (!llvm.ptr) -> !llvm.ptr, i8
      %v5 = llvm.load volatile %p5 {alignment = 4 : i64}
          : !llvm.ptr -> vector<4xf32>
      %r6 = llvm.intr.vector.insert %v5, %r5[20]
          : vector<4xf32> into vector<32xf32>
      %p6 = llvm.getelementptr %p[96] : (!llvm.ptr) -> !llvm.ptr, i8
      %v6 = llvm.load volatile %p6 {alignment = 4 : i64}
          : !llvm.ptr -> vector<4xf32>
      %r7 = llvm.intr.vector.insert %v6, %r6[24]
          : vector<4xf32> into vector<32xf32>
      %p7 = llvm.getelementptr %p[112] : (!llvm.ptr) -> !llvm.ptr, i8
      %v7 = llvm.load volatile %p7 {alignment = 4 : i64}
          : !llvm.ptr -> vector<4xf32>
      %r8 = llvm.intr.vector.insert %v7, %r7[28]
          : vector<4xf32> into vector<32xf32>
      llvm.return %r8 : vector<32xf32>
    }
    ```
  }];
  let options = targetOptions;
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
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

#endif // QUANTEXT_CPU_MEMORYPASSES_TD
