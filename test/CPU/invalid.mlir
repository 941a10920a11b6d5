// An unknown target is an error of every pass that asks what the target can do.
// DEFINE: %{target} =
// DEFINE: %{check} = FileCheck %s --check-prefix
// DEFINE: %{set} = not %quant-opt --pass-pipeline="builtin.module(quant-ext-set-target{%{target}})" %s 2>&1

// REDEFINE: %{target} = target=no-such-cpu
// RUN: %{set} | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-tile-and-vectorize{%{target}}))" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-distribute-over-threads{%{target}}))" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-fuse-rows{%{target}}))" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-pack-contractions{%{target}}))" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-tile-contractions{%{target}}))" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(quant-ext-lower-dot-products{%{target}})" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-prefetch-reads{%{target}}))" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(quant-ext-order-reads{%{target}})" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(quant-ext-lower-element-ops{%{target}})" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(quant-ext-expand-small-floats{%{target}})" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-approximate-math{%{target}}))" %s 2>&1 | %{check}=UNKNOWN
// RUN: not %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm{%{target}})" %s 2>&1 | %{check}=UNKNOWN
// UNKNOWN: error: target must be one of 'native', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4', 'aarch64', found 'no-such-cpu' (or the LLVM name of a 64-bit x86 or Arm CPU)
// UNKNOWN-NOT: error:

// A CPU of another architecture is as unknown.
// REDEFINE: %{target} = target=cortex-m3
// RUN: %{set} | %{check}=OTHER
// OTHER: error: target must be one of {{.*}}, found 'cortex-m3'

// LLVM would add 64-bit mode to a CPU that cannot run it.
// REDEFINE: %{target} = target=i686
// RUN: %{set} | %{check}=NARROW
// NARROW: error: target must be a 64-bit CPU, found 'i686'; known are 'native', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4', 'aarch64' (or the LLVM name of a 64-bit x86 or Arm CPU)

// REDEFINE: %{target} = target=x86-64-v3 features=+avx2,+no-such-feature
// RUN: %{set} | %{check}=FEATURE
// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-tile-and-vectorize{%{target}}))" %s 2>&1 | %{check}=FEATURE
// FEATURE: error: target feature must be one that LLVM knows for x86_64, found '+no-such-feature'

// A feature of x86 is none of Arm.
// REDEFINE: %{target} = target=aarch64 features=+avx2
// RUN: %{set} | %{check}=FOREIGN
// FOREIGN: error: target feature must be one that LLVM knows for aarch64, found '+avx2'

// REDEFINE: %{target} = target=x86-64-v3 features=avx2
// RUN: %{set} | %{check}=UNSIGNED
// UNSIGNED: error: target feature must start with '+' or '-', found 'avx2'

// DEFINE: %{distribution} =
// DEFINE: %{distribute} = not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-distribute-over-threads{%{distribution}}))" %s 2>&1
// REDEFINE: %{distribution} = threads=-1
// RUN: %{distribute} | %{check}=NOTHREAD
// NOTHREAD: error: threads must be from 0 to 4096, found -1{{$}}
// REDEFINE: %{distribution} = threads=4097
// RUN: %{distribute} | %{check}=THREADS
// THREADS: error: threads must be from 0 to 4096, found 4097{{$}}
// REDEFINE: %{distribution} = threads=2 min-elements=-1
// RUN: %{distribute} | %{check}=ELEMENTS
// ELEMENTS: error: min-elements must be at least 0, found -1{{$}}

// DEFINE: %{rows} =
// DEFINE: %{fuse} = not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-fuse-rows{%{rows}}))" %s 2>&1
// REDEFINE: %{rows} = threads=-1
// RUN: %{fuse} | %{check}=NOTHREAD
// REDEFINE: %{rows} = min-elements=-1
// RUN: %{fuse} | %{check}=ELEMENTS
// REDEFINE: %{rows} = cache-bytes=-1
// RUN: %{fuse} | %{check}=CACHE
// CACHE: error: cache-bytes must be at least 0, found -1{{$}}

// DEFINE: %{size} =
// DEFINE: %{tile} = not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-tile-and-vectorize{tile-size=%{size}}))" %s 2>&1
// REDEFINE: %{size} = 1
// RUN: %{tile} | %{check}=ONE
// ONE: error: tile-size must be 0 or a power of 2 above 1, found 1{{$}}
// REDEFINE: %{size} = 48
// RUN: %{tile} | %{check}=UNEVEN
// UNEVEN: error: tile-size must be 0 or a power of 2 above 1, found 48{{$}}
// REDEFINE: %{size} = -64
// RUN: %{tile} | %{check}=NEGATIVE
// NEGATIVE: error: tile-size must be 0 or a power of 2 above 1, found -64{{$}}

// RUN: not %quant-opt --pass-pipeline="builtin.module(quant-ext-number-threads)" %s 2>&1 | %{check}=RUNTIME
// RUNTIME: invalid.mlir:[[#@LINE+7]]:5: error: 'omp.wsloop' op needs 'omp_get_thread_num' of the OpenMP runtime, of type '() -> i32'
// RUNTIME: invalid.mlir:[[#@LINE+1]]:1: note: found another symbol here
func.func private @omp_get_thread_num() -> i64
func.func @share(%n: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%zero) to (%n) step (%one) {
        omp.yield
      }
    }
    omp.terminator
  }
  return
}

func.func @f() {
  return
}
