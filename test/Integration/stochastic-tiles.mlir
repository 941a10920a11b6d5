// Stochastic rounding of tiles, in native code: each gives the bits of the whole.

// REQUIRES: host-x86

// DEFINE: %{target} = native
// DEFINE: %{tile} = transform-preload-library{transform-library-paths=%S/Inputs/stochastic-schedule.mlir},transform-interpreter
// DEFINE: %{run} = %mlir-runner -e main --entry-point-result=void --shared-libs=%mlir_lib_dir/libmlir_c_runner_utils.so

// RUN: %quant-opt --pass-pipeline="builtin.module(%{tile},quant-ext-to-llvm{target=%{target}})" %s | %{run} | FileCheck %s
// REDEFINE: %{target} = x86-64-v2
// RUN: %quant-opt --pass-pipeline="builtin.module(%{tile},quant-ext-to-llvm{target=%{target}})" %s | %{run} | FileCheck %s
// RUN: %quant-opt --pass-pipeline="builtin.module(%{tile})" %s | FileCheck %s --check-prefix=TILED

// TILED-LABEL: func.func @static_tiles
// TILED-COUNT-3: scf.for
// TILED: quant_ext.quantize {{.*}} random(%{{.*}} at
// TILED-LABEL: func.func @threads
// TILED: scf.forall {{.*}} in (3, 2)
// TILED: quant_ext.quantize {{.*}} random(%{{.*}} at

#transpose = affine_map<(d0, d1) -> (d1, d0)>

func.func @whole(%x: tensor<?x?xf32>, %s: tensor<f32>, %seed: tensor<i64>) -> tensor<?x?xi8> attributes {no_inline} {
  %q = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<?x?xf32>, tensor<f32>, tensor<i64>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

func.func @static_tiles(%x: tensor<37x53xf32>, %s: tensor<f32>, %seed: tensor<i64>) -> tensor<37x53xi8> attributes {no_inline} {
  %q = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic {tiles} : (tensor<37x53xf32>, tensor<f32>, tensor<i64>) -> tensor<37x53xi8>
  return %q : tensor<37x53xi8>
}

func.func @dynamic_tiles(%x: tensor<?x?xf32>, %s: tensor<f32>, %seed: tensor<i64>) -> tensor<?x?xi8> attributes {no_inline} {
  %q = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic {tiles} : (tensor<?x?xf32>, tensor<f32>, tensor<i64>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

func.func @threads(%x: tensor<?x?xf32>, %s: tensor<f32>, %seed: tensor<i64>) -> tensor<?x?xi8> attributes {no_inline} {
  %q = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic {threads} : (tensor<?x?xf32>, tensor<f32>, tensor<i64>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

func.func @part(%x: tensor<?x?xf32>, %s: tensor<f32>, %seed: tensor<i64>, %first: index, %row: index, %column: index) -> tensor<?x?xi8> attributes {no_inline} {
  %q = quant_ext.quantize %x, %s random(%seed at %first, %row, %column) storage = <i8> rounding = stochastic : (tensor<?x?xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

func.func @tiled_part(%x: tensor<?x?xf32>, %s: tensor<f32>, %seed: tensor<i64>, %first: index, %row: index, %column: index) -> tensor<?x?xi8> attributes {no_inline} {
  %q = quant_ext.quantize %x, %s random(%seed at %first, %row, %column) storage = <i8> rounding = stochastic {tiles} : (tensor<?x?xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

// Numbers with rests of all sizes, of both signs.
func.func @numbers() -> tensor<37x53xf32> attributes {no_inline} {
  %init = tensor.empty() : tensor<37x53xf32>
  %x = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%init : tensor<37x53xf32>) {
  ^bb0(%out: f32):
    %c53 = arith.constant 53 : index
    %step = arith.constant 0.0613 : f32
    %start = arith.constant -57.7 : f32
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %before = arith.muli %i, %c53 : index
    %n = arith.addi %before, %j : index
    %n32 = arith.index_cast %n : index to i32
    %f = arith.sitofp %n32 : i32 to f32
    %scaled = arith.mulf %f, %step : f32
    %value = arith.addf %scaled, %start : f32
    linalg.yield %value : f32
  } -> tensor<37x53xf32>
  return %x : tensor<37x53xf32>
}

// Prints how many elements differ, and how many there are.
func.func @compare(%a: tensor<?x?xi8>, %b: tensor<?x?xi8>) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %rows = tensor.dim %a, %c0 : tensor<?x?xi8>
  %columns = tensor.dim %a, %c1 : tensor<?x?xi8>
  %wrong = scf.for %i = %c0 to %rows step %c1 iter_args(%outer = %c0) -> index {
    %row = scf.for %j = %c0 to %columns step %c1 iter_args(%inner = %outer) -> index {
      %p = tensor.extract %a[%i, %j] : tensor<?x?xi8>
      %q = tensor.extract %b[%i, %j] : tensor<?x?xi8>
      %differs = arith.cmpi ne, %p, %q : i8
      %one = arith.select %differs, %c1, %c0 : index
      %sum = arith.addi %inner, %one : index
      scf.yield %sum : index
    }
    scf.yield %row : index
  }
  %elements = arith.muli %rows, %columns : index
  vector.print %wrong : index
  vector.print str "of "
  vector.print %elements : index
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c20 = arith.constant 20 : index
  %c53 = arith.constant 53 : index
  %after = arith.constant 1060 : index
  %x_static = call @numbers() : () -> tensor<37x53xf32>
  %x = tensor.cast %x_static : tensor<37x53xf32> to tensor<?x?xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %seed = arith.constant dense<0x123456789ABCDEF> : tensor<i64>
  %want = call @whole(%x, %s, %seed) : (tensor<?x?xf32>, tensor<f32>, tensor<i64>) -> tensor<?x?xi8>

  // Another upper half of the seed gives other results, so that the comparison
  // sees something: more than a third of them.
  // CHECK: {{^}}another seed: {{([6-9][0-9][0-9]|1[0-9][0-9][0-9])$}}
  // CHECK-NEXT: {{^}}of 1961{{$}}
  vector.print str "another seed: "
  %other_seed = arith.constant dense<0x123456689ABCDEF> : tensor<i64>
  %other = call @whole(%x, %s, %other_seed) : (tensor<?x?xf32>, tensor<f32>, tensor<i64>) -> tensor<?x?xi8>
  call @compare(%other, %want) : (tensor<?x?xi8>, tensor<?x?xi8>) -> ()

  // CHECK-NEXT: {{^}}static tiles: 0{{$}}
  // CHECK-NEXT: {{^}}of 1961{{$}}
  vector.print str "static tiles: "
  %static = call @static_tiles(%x_static, %s, %seed) : (tensor<37x53xf32>, tensor<f32>, tensor<i64>) -> tensor<37x53xi8>
  %static_q = tensor.cast %static : tensor<37x53xi8> to tensor<?x?xi8>
  call @compare(%static_q, %want) : (tensor<?x?xi8>, tensor<?x?xi8>) -> ()

  // CHECK-NEXT: {{^}}dynamic tiles: 0{{$}}
  // CHECK-NEXT: {{^}}of 1961{{$}}
  vector.print str "dynamic tiles: "
  %dynamic = call @dynamic_tiles(%x, %s, %seed) : (tensor<?x?xf32>, tensor<f32>, tensor<i64>) -> tensor<?x?xi8>
  call @compare(%dynamic, %want) : (tensor<?x?xi8>, tensor<?x?xi8>) -> ()

  // CHECK-NEXT: {{^}}threads: 0{{$}}
  // CHECK-NEXT: {{^}}of 1961{{$}}
  vector.print str "threads: "
  %threads = call @threads(%x, %s, %seed) : (tensor<?x?xf32>, tensor<f32>, tensor<i64>) -> tensor<?x?xi8>
  call @compare(%threads, %want) : (tensor<?x?xi8>, tensor<?x?xi8>) -> ()

  // Two calls: rows before 20, which is element 1060, and the rest.
  // CHECK-NEXT: {{^}}upper call: 0{{$}}
  // CHECK-NEXT: {{^}}of 1060{{$}}
  vector.print str "upper call: "
  %upper = tensor.extract_slice %x_static[0, 0] [20, 53] [1, 1] : tensor<37x53xf32> to tensor<20x53xf32>
  %upper_x = tensor.cast %upper : tensor<20x53xf32> to tensor<?x?xf32>
  %upper_q = call @part(%upper_x, %s, %seed, %c0, %c53, %c1) : (tensor<?x?xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<?x?xi8>
  call @compare(%upper_q, %want) : (tensor<?x?xi8>, tensor<?x?xi8>) -> ()

  // CHECK-NEXT: {{^}}lower call: 0{{$}}
  // CHECK-NEXT: {{^}}of 901{{$}}
  vector.print str "lower call: "
  %lower = tensor.extract_slice %x_static[20, 0] [17, 53] [1, 1] : tensor<37x53xf32> to tensor<17x53xf32>
  %lower_x = tensor.cast %lower : tensor<17x53xf32> to tensor<?x?xf32>
  %lower_q = call @part(%lower_x, %s, %seed, %after, %c53, %c1) : (tensor<?x?xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<?x?xi8>
  %lower_want = tensor.extract_slice %want[20, 0] [17, 53] [1, 1] : tensor<?x?xi8> to tensor<17x53xi8>
  %lower_want_q = tensor.cast %lower_want : tensor<17x53xi8> to tensor<?x?xi8>
  call @compare(%lower_q, %lower_want_q) : (tensor<?x?xi8>, tensor<?x?xi8>) -> ()

  // The transpose steps by 1 along its first dimension and by 53 along the
  // other.
  // CHECK-NEXT: {{^}}transposed: 0{{$}}
  // CHECK-NEXT: {{^}}of 1961{{$}}
  vector.print str "transposed: "
  %xt_init = tensor.empty() : tensor<53x37xf32>
  %xt_static = linalg.transpose ins(%x_static : tensor<37x53xf32>) outs(%xt_init : tensor<53x37xf32>) permutation = [1, 0]
  %xt = tensor.cast %xt_static : tensor<53x37xf32> to tensor<?x?xf32>
  %qt = call @tiled_part(%xt, %s, %seed, %c0, %c1, %c53) : (tensor<?x?xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<?x?xi8>
  %qt_static = tensor.cast %qt : tensor<?x?xi8> to tensor<53x37xi8>
  %back_init = tensor.empty() : tensor<37x53xi8>
  %back_static = linalg.transpose ins(%qt_static : tensor<53x37xi8>) outs(%back_init : tensor<37x53xi8>) permutation = [1, 0]
  %back = tensor.cast %back_static : tensor<37x53xi8> to tensor<?x?xi8>
  call @compare(%back, %want) : (tensor<?x?xi8>, tensor<?x?xi8>) -> ()

  // Every third column from column 1: 1, 4, ... 52.
  // CHECK-NEXT: {{^}}gaps: 0{{$}}
  // CHECK-NEXT: {{^}}of 666{{$}}
  vector.print str "gaps: "
  %gaps = tensor.extract_slice %x_static[0, 1] [37, 18] [1, 3] : tensor<37x53xf32> to tensor<37x18xf32>
  %gaps_x = tensor.cast %gaps : tensor<37x18xf32> to tensor<?x?xf32>
  %gaps_q = call @tiled_part(%gaps_x, %s, %seed, %c1, %c53, %c3) : (tensor<?x?xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<?x?xi8>
  %gaps_want = tensor.extract_slice %want[0, 1] [37, 18] [1, 3] : tensor<?x?xi8> to tensor<37x18xi8>
  %gaps_want_q = tensor.cast %gaps_want : tensor<37x18xi8> to tensor<?x?xi8>
  call @compare(%gaps_q, %gaps_want_q) : (tensor<?x?xi8>, tensor<?x?xi8>) -> ()
  return
}
