// Results are the same with stores that bypass the caches, wherever the caller's
// buffers lie, and nothing beside them is touched.

// REQUIRES: host-x86

// DEFINE: %{target} =
// DEFINE: %{options} =
// DEFINE: %{name} =
// DEFINE: %{build} = %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=%{target} emit-c-interface results-to-out-params %{options}})" -o %t.%{name}.mlir && %mlir-translate --mlir-to-llvmir %t.%{name}.mlir -o %t.%{name}.ll && %clang -O1 -shared -fPIC -Wno-override-module -x ir %t.%{name}.ll -o %t.%{name}.so -L%mlir_lib_dir -Wl,-rpath,%mlir_lib_dir -lmlir_c_runner_utils
// DEFINE: %{run} = %python %S/streamed_stores.py %t.%{name}.so | FileCheck %s
// 10 calls for each of 3 lengths at 64 offsets and 14 at 8; 3 for each of 7 shapes,
// and 9 more, at 64. Packed: 6 lengths at 64; 3 for each of 5 shapes and 2 for
// each of 3 at 8. Wide rows: 4 at 8.
// CHECK: calls: 5544 mismatches: 0

// REDEFINE: %{name} = v2
// REDEFINE: %{target} = x86-64-v2
// REDEFINE: %{options} = min-bytes-to-stream=1
// RUN: %{build}
// RUN: %{run}
// REDEFINE: %{name} = v3
// REDEFINE: %{target} = x86-64-v3
// RUN: %if host-avx2 %{ %{build} %}
// RUN: %if host-avx2 %{ %{run} %}
// REDEFINE: %{name} = v4
// REDEFINE: %{target} = x86-64-v4
// RUN: %if host-avx512 %{ %{build} %}
// RUN: %if host-avx512 %{ %{run} %}

// Where four parts of a loop, or of all rows, take turns, as on Zen 3. 11 calls for
// each of 2 lengths at 8 offsets; wide rows: 4 at 8.
// REDEFINE: %{name} = turns
// REDEFINE: %{target} = znver3
// RUN: %if host-avx2 %{ %{build} %}
// RUN: %if host-avx2 %{ %python %S/streamed_stores.py %t.%{name}.so --turns | FileCheck %s --check-prefix=TURNS %}
// TURNS: calls: 208 mismatches: 0

// Around the size from which on they do: 2,000 elements of quantize.
// REDEFINE: %{name} = sized
// REDEFINE: %{target} = native
// REDEFINE: %{options} = min-bytes-to-stream=10004
// RUN: %{build}
// RUN: %{run}

// The same script passes without them: what it expects is no property of theirs.
// REDEFINE: %{name} = plain
// REDEFINE: %{options} = min-bytes-to-stream=-1
// RUN: %{build}
// RUN: %{run}

// A thread for each part, whose address is whatever the split makes it.
// REDEFINE: %{name} = threads
// REDEFINE: %{options} = min-bytes-to-stream=1 threads=2 min-elements-to-split=1
// REDEFINE: %{build} = %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=%{target} emit-c-interface results-to-out-params %{options}})" -o %t.%{name}.mlir && %mlir-translate --mlir-to-llvmir %t.%{name}.mlir -o %t.%{name}.ll && %clang -O1 -shared -fPIC -Wno-override-module -x ir %t.%{name}.ll -o %t.%{name}.so -L%mlir_lib_dir -Wl,-rpath,%mlir_lib_dir -lmlir_c_runner_utils -lomp
// RUN: %if openmp %{ %{build} %}
// RUN: %if openmp %{ %{run} %}

func.func @quantize(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}

func.func @quantize_i16(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xi16> {
  %q = quant_ext.quantize %x, %s storage = <i16> : (tensor<?xf32>, tensor<f32>) -> tensor<?xi16>
  return %q : tensor<?xi16>
}

func.func @quantize_rows(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

func.func @quantize_columns(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

func.func @dequantize(%q: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xf32>
  return %x : tensor<?xf32>
}

func.func @dequantize_columns(%q: tensor<?x?xi8>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}

func.func @fake_quantize(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xf32> {
  %y = quant_ext.fake_quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// Overwriting its operand twice would show.
func.func @add_fake_quantized(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xf32> {
  %y = quant_ext.fake_quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %z = arith.addf %x, %y : tensor<?xf32>
  return %z : tensor<?xf32>
}

func.func @dequantize_f16(%q: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xf16> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xf16>
  return %x : tensor<?xf16>
}

func.func @dequantize_bf16(%q: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xbf16> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xbf16>
  return %x : tensor<?xbf16>
}

// Sizes that are known: no remainder, one, and rows that are no whole lines.
func.func @quantize_4096(%x: tensor<4096xf32>, %s: tensor<f32>) -> tensor<4096xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4096xf32>, tensor<f32>) -> tensor<4096xi8>
  return %q : tensor<4096xi8>
}

func.func @quantize_rows_9x1000(%x: tensor<9x1000xf32>, %s: tensor<9xf32>) -> tensor<9x1000xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<9x1000xf32>, tensor<9xf32>) -> tensor<9x1000xi8>
  return %q : tensor<9x1000xi8>
}

func.func @dequantize_columns_5x211(%q: tensor<5x211xi8>, %s: tensor<211xf32>) -> tensor<5x211xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<5x211xi8>, tensor<211xf32>) -> tensor<5x211xf32>
  return %x : tensor<5x211xf32>
}

// Several writes in an iteration, and parameters that change within vectors.
func.func @dequantize_columns3(%q: tensor<?x3xi8>, %s: tensor<3xf32>) -> tensor<?x3xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<?x3xi8>, tensor<3xf32>) -> tensor<?x3xf32>
  return %x : tensor<?x3xf32>
}

func.func @quantize_blocks(%x: tensor<9x256xf32>, %s: tensor<9x8xf32>) -> tensor<9x256xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<9x256xf32>, tensor<9x8xf32>) -> tensor<9x256xi8>
  return %q : tensor<9x256xi8>
}

// Iterations that write no whole number of vectors, nor of lines.
func.func @quantize_middle49(%x: tensor<2x64x49xf32>, %s: tensor<64xf32>) -> tensor<2x64x49xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<2x64x49xf32>, tensor<64xf32>) -> tensor<2x64x49xi8>
  return %q : tensor<2x64x49xi8>
}

func.func @dequantize_middle49(%q: tensor<2x64x49xi8>, %s: tensor<64xf32>) -> tensor<2x64x49xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<2x64x49xi8>, tensor<64xf32>) -> tensor<2x64x49xf32>
  return %x : tensor<2x64x49xf32>
}

// Scales of 12,800 bytes that rows share: those of four parts at a time, and three
// rows beside the parts.
func.func @quantize_wide_rows(%x: tensor<163x3200xf32>, %s: tensor<163xf32>) -> tensor<163x3200xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<163x3200xf32>, tensor<163xf32>) -> tensor<163x3200xi8>
  return %q : tensor<163x3200xi8>
}

func.func @quantize_wide(%x: tensor<163x3200xf32>, %s: tensor<3200xf32>) -> tensor<163x3200xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<163x3200xf32>, tensor<3200xf32>) -> tensor<163x3200xi8>
  return %q : tensor<163x3200xi8>
}

func.func @quantize_i4_wide(%x: tensor<163x3200xf32>, %s: tensor<3200xf32>) -> tensor<163x3200xi4> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i4> : (tensor<163x3200xf32>, tensor<3200xf32>) -> tensor<163x3200xi4>
  return %q : tensor<163x3200xi4>
}

func.func @dequantize_wide(%q: tensor<163x3200xi8>, %s: tensor<3200xf32>) -> tensor<163x3200xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<163x3200xi8>, tensor<3200xf32>) -> tensor<163x3200xf32>
  return %x : tensor<163x3200xf32>
}

// Half a line in each iteration.
func.func @quantize_i4(%x: tensor<4100xf32>, %s: tensor<f32>) -> tensor<4100xi4> {
  %q = quant_ext.quantize %x, %s storage = <i4> : (tensor<4100xf32>, tensor<f32>) -> tensor<4100xi4>
  return %q : tensor<4100xi4>
}

// Sizes that are known at run time only: a row may begin and end within a byte,
// which is read back.
func.func @quantize_i4_any(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xi4> {
  %q = quant_ext.quantize %x, %s storage = <i4> : (tensor<?xf32>, tensor<f32>) -> tensor<?xi4>
  return %q : tensor<?xi4>
}

func.func @quantize_i4_rows(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi4> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i4> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi4>
  return %q : tensor<?x?xi4>
}

func.func @quantize_i4_blocks(%x: tensor<?x?xf32>, %s: tensor<?x?xf32>) -> tensor<?x?xi4> {
  %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i4> : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xi4>
  return %q : tensor<?x?xi4>
}

func.func @dequantize_i4_columns(%q: tensor<?x?xi4>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i4> : (tensor<?x?xi4>, tensor<?xf32>) -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}

func.func @dequantize_i4_rows(%q: tensor<?x?xi4>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %x = quant_ext.dequantize %q, %s axis = 0 storage = <i4> : (tensor<?x?xi4>, tensor<?xf32>) -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}

func.func @dequantize_i4_blocks(%q: tensor<?x?xi4>, %s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %x = quant_ext.dequantize %q, %s block_sizes = [1, 32] storage = <i4> : (tensor<?x?xi4>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}

// Each lane's draw depends on its index.
func.func @quantize_stochastic(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xi8> {
  %seed = arith.constant dense<7> : tensor<i64>
  %q = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<?xf32>, tensor<f32>, tensor<i64>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}
