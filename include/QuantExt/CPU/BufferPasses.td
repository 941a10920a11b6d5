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
    before them, and sizes are computed in time for it. Who frees the buffer is
    plain then, and `buffer-results-to-out-params` can replace the allocation by
    the caller's buffer; a reshape of one, or one of two, it would copy. An
    allocation that is returned twice, for which it has no second buffer, is
    copied.

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

def QuantExtCheckLowered : Pass<"quant-ext-check-lowered", "ModuleOp"> {
  let summary = "Report what no pass has lowered to the LLVM dialect";
  let description = [{
    Conversions leave what they do not know as it is, and nobody would hear of it
    before LLVM IR is made. The first operation of each function, or of the module
    outside functions, that is of a dialect of upstream which passes are to lower,
    or of this one, is an error. Those of the LLVM and OpenMP dialects, and of
    dialects that have a translation of their own, are none, nor is what is in an
    operation for another device, such as a `gpu.module`.

    Functions of a module within the module are such operations: the pipeline
    takes those of the module that it is run on.

    Example: of

    ```mlir
    func.func @f(%x: complex<f32>) -> complex<f32> {
      return %x : complex<f32>
    }
    ```

    it says

    ```
    error: 'func.func' op must be lowered to the LLVM dialect, found nothing that lowers it
    ```
  }];
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
