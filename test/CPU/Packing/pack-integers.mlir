// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-pack-integers,canonicalize,cse)" | FileCheck %s

// Rows of whole bytes: one operation takes them apart and computes.
// CHECK-LABEL: func.func @aligned_input(
// CHECK-SAME: %[[BYTES:.*]]: tensor<12xi8>, %[[SCALE:.*]]: tensor<4xf32>) -> tensor<4x6xf32>
// CHECK: %[[ROWS:.*]] = tensor.expand_shape %[[BYTES]] {{\[\[}}0, 1]] output_shape [4, 3]
// CHECK: %[[X:.*]] = linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel", "parallel"]
// CHECK-SAME: ins(%[[ROWS]], %[[SCALE]] : tensor<4x3xi8>, tensor<4xf32>)
// CHECK-SAME: outs(%{{.*}} : tensor<4x3x2xf32>)
// CHECK: ^bb0(%[[BYTE:.*]]: i8, %[[S:.*]]: f32,
// CHECK: %[[PART:.*]] = linalg.index 2
// CHECK: %[[SHIFT:.*]] = arith.muli %[[PART]], %c4
// CHECK: %[[SHIFT8:.*]] = arith.index_cast %[[SHIFT]] : index to i8
// CHECK: %[[LOW:.*]] = arith.shrui %[[BYTE]], %[[SHIFT8]]
// CHECK: %[[Q:.*]] = arith.trunci %[[LOW]] : i8 to i4
// CHECK: quant_ext.apply_dequantize %[[Q]], %[[S]]
// CHECK-NOT: linalg.generic
// CHECK: tensor.collapse_shape %[[X]] {{\[\[}}0], [1, 2]]
func.func @aligned_input(%q: tensor<4x6xi4>, %s: tensor<4xf32>) -> tensor<4x6xf32> {
  %init = tensor.empty() : tensor<4x6xf32>
  %x = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>,
                       affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%q, %s : tensor<4x6xi4>, tensor<4xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: i4, %b: f32, %out: f32):
    %v = quant_ext.apply_dequantize %a, %b storage = <i4> : (i4, f32) -> f32
    linalg.yield %v : f32
  } -> tensor<4x6xf32>
  return %x : tensor<4x6xf32>
}

// -----

// Four of 2 bits to a byte, made and put together by one operation.
// CHECK-LABEL: func.func @aligned_result(
// CHECK-SAME: %[[X:.*]]: tensor<8xf32>, %[[SCALE:.*]]: tensor<f32>) -> tensor<2xi8>
// CHECK: %[[SPLIT:.*]] = tensor.expand_shape %[[X]] {{\[\[}}0, 1]] output_shape [2, 4]
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "reduction"]
// CHECK-SAME: ins(%[[SPLIT]], %[[SCALE]]
// CHECK: ^bb0(%[[A:.*]]: f32, %[[S:.*]]: f32, %[[ACC:.*]]: i8):
// CHECK: %[[Q:.*]] = quant_ext.apply_quantize %[[A]], %[[S]]
// CHECK: %[[WIDE:.*]] = arith.extui %[[Q]] : i2 to i8
// CHECK: %[[PLACED:.*]] = arith.shli %{{.*}}, %{{.*}} : i8
// CHECK: arith.ori %[[ACC]], %[[PLACED]] : i8
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @aligned_result(%x: tensor<8xf32>, %s: tensor<f32>) -> tensor<8xi2> {
  %init = tensor.empty() : tensor<8xi2>
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>,
                       affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}
      ins(%x, %s : tensor<8xf32>, tensor<f32>) outs(%init : tensor<8xi2>) {
  ^bb0(%a: f32, %b: f32, %out: i2):
    %v = quant_ext.apply_quantize %a, %b storage = <i2> : (f32, f32) -> i2
    linalg.yield %v : i2
  } -> tensor<8xi2>
  return %q : tensor<8xi2>
}

// -----

// Rows share bytes: 15 elements in 8 bytes, of which 7 are whole. No operand
// tells the rows apart, so that they are one. The last byte's high half is 0.
// CHECK-LABEL: func.func @rows_share_bytes(
// CHECK-SAME: %[[X:.*]]: tensor<5x3xi8>) -> tensor<8xi8>
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1]] : tensor<5x3xi8> into tensor<15xi8>
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<8xi8>
// CHECK: %[[WHOLE:.*]] = tensor.extract_slice %[[FLAT]][0] [14] [1]
// CHECK: %[[SPLIT:.*]] = tensor.expand_shape %[[WHOLE]] {{\[\[}}0, 1]] output_shape [7, 2]
// CHECK: %[[BYTES:.*]] = linalg.generic
// CHECK-SAME: ins(%[[SPLIT]] : tensor<7x2xi8>)
// CHECK: %[[Q:.*]] = tensor.insert_slice %[[BYTES]] into %[[EMPTY]][0] [7] [1]
// CHECK: %[[LAST:.*]] = tensor.extract %[[FLAT]][%c14]
// CHECK: %[[NARROW:.*]] = arith.trunci %[[LAST]] : i8 to i4
// CHECK: %[[BYTE:.*]] = arith.extui %[[NARROW]] : i4 to i8
// CHECK: %[[LOW:.*]] = arith.andi %[[BYTE]], %c15
// CHECK: %[[R:.*]] = tensor.insert %[[LOW]] into %[[Q]][%c7]
// CHECK: return %[[R]]
func.func @rows_share_bytes(%x: tensor<5x3xi8>) -> tensor<5x3xi4> {
  %init = tensor.empty() : tensor<5x3xi4>
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x3xi8>) outs(%init : tensor<5x3xi4>) {
  ^bb0(%a: i8, %out: i4):
    %v = arith.trunci %a : i8 to i4
    linalg.yield %v : i4
  } -> tensor<5x3xi4>
  return %q : tensor<5x3xi4>
}

// -----

// Each dynamic dimension follows as an index, in and out. Whole bytes, and after
// them the elements left over, one by one.
// CHECK-DAG: #[[NUM_BYTES:.*]] = affine_map<()[s0] -> ((s0 * 3) floordiv 2)>
// CHECK-DAG: #[[WHOLE:.*]] = affine_map<()[s0] -> (((s0 * 3) floordiv 2) * 2)>
// CHECK-LABEL: func.func @dynamic(
// CHECK-SAME: %[[BYTES:[a-z0-9]+]]: tensor<?xi8>, %[[ROWS:.*]]: index) -> (tensor<?xi8>, index, index)
// CHECK-DAG: %[[N:.*]] = affine.apply #[[NUM_BYTES]]()[%[[ROWS]]]
// CHECK-DAG: %[[BEGIN:.*]] = affine.apply #[[WHOLE]]()[%[[ROWS]]]
// CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[BYTES]][0] [%[[N]]] [1]
// CHECK: %[[R:.*]] = linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "reduction"]
// CHECK-SAME: ins(%[[SLICE]], %{{.*}} : tensor<?xi8>, tensor<?x2xi8>)
// CHECK: scf.for %{{.*}} = %[[BEGIN]] to
// CHECK: return %{{.*}}, %[[ROWS]], %[[ROWS]] : tensor<?xi8>, index, index
func.func @dynamic(%x: tensor<?x3xi4>) -> (tensor<?x3xi4>, index) {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x3xi4>
  %one = arith.constant 1 : i4
  %init = tensor.empty(%rows) : tensor<?x3xi4>
  %r = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x3xi4>) outs(%init : tensor<?x3xi4>) {
  ^bb0(%a: i4, %out: i4):
    %v = arith.addi %a, %one : i4
    linalg.yield %v : i4
  } -> tensor<?x3xi4>
  return %r, %rows : tensor<?x3xi4>, index
}

// -----

// Bytes hold the first element lowest: 1, -2 (0xE), 3 are 0xE1 = -31 and 0x03;
// in 2 bits 1, -1 (3), 0, -2 (2), 1 are 0b10001101 = -115 and 0b01.
// CHECK-LABEL: func.func @constants
// CHECK-DAG: arith.constant dense<[-31, 3]> : tensor<2xi8>
// CHECK-DAG: arith.constant dense<[-115, 1]> : tensor<2xi8>
func.func @constants() -> (tensor<3xi4>, tensor<5x1xi2>) {
  %a = arith.constant dense<[1, -2, 3]> : tensor<3xi4>
  %b = arith.constant dense<[[1], [-1], [0], [-2], [1]]> : tensor<5x1xi2>
  return %a, %b : tensor<3xi4>, tensor<5x1xi2>
}

// -----

// 0x33 = 51. Of an odd number the last byte is not like the others.
// CHECK-LABEL: func.func @splats
// CHECK-DAG: arith.constant dense<51> : tensor<3xi8>
// CHECK-DAG: arith.constant dense<[51, 51, 3]> : tensor<3xi8>
func.func @splats() -> (tensor<2x3xi4>, tensor<5xi4>) {
  %a = arith.constant dense<3> : tensor<2x3xi4>
  %b = arith.constant dense<3> : tensor<5xi4>
  return %a, %b : tensor<2x3xi4>, tensor<5xi4>
}

// -----

// In a resource too, whose own bytes may have other bits beyond the width: 0xF1,
// 0x02, 0x03 are the elements 1, 2, 3.
// CHECK-LABEL: func.func @resource
// CHECK: arith.constant dense_resource<weights_packed> : tensor<2xi8>
// CHECK: weights_packed: "0x400000002103"
func.func @resource() -> tensor<3xi4> {
  %a = arith.constant dense_resource<weights> : tensor<3xi4>
  return %a : tensor<3xi4>
}
{-#
  dialect_resources: { builtin: { weights: "0x04000000F10203" } }
#-}

// -----

// Other widths have a container each, with zeros above: -1 in 3 bits is 7, in 12
// bits 4095.
// CHECK-LABEL: func.func @containers(
// CHECK-SAME: tensor<?x?xi8>, %{{.*}}: tensor<2xi16>) -> (tensor<?x?xi8>, tensor<2xi16>, tensor<2xi8>, tensor<2xi16>)
// CHECK-DAG: arith.constant dense<[7, 3]> : tensor<2xi8>
// CHECK-DAG: arith.constant dense<[4095, 3]> : tensor<2xi16>
func.func @containers(%a: tensor<?x?xi3>, %b: tensor<2xi12>)
    -> (tensor<?x?xi3>, tensor<2xi12>, tensor<2xi3>, tensor<2xi12>) {
  %c = arith.constant dense<[-1, 3]> : tensor<2xi3>
  %d = arith.constant dense<[-1, 3]> : tensor<2xi12>
  return %a, %b, %c, %d : tensor<?x?xi3>, tensor<2xi12>, tensor<2xi3>, tensor<2xi12>
}

// -----

// CHECK-LABEL: func.func @left_as_they_are(
// CHECK-SAME: tensor<3xi8>, %{{.*}}: tensor<3xi1>, %{{.*}}: tensor<3xi32>, %{{.*}}: memref<3xi4>, %{{.*}}: i4, %{{.*}}: vector<4xi4>, %{{.*}}: tensor<*xi4>)
func.func @left_as_they_are(%a: tensor<3xi8>, %b: tensor<3xi1>, %c: tensor<3xi32>,
                            %d: memref<3xi4>, %e: i4, %f: vector<4xi4>, %g: tensor<*xi4>) {
  return
}

// -----

// The only element is the low half of the only byte.
// CHECK-LABEL: func.func @rank_0(
// CHECK-SAME: %[[BYTES:.*]]: tensor<1xi8>) -> i4
// CHECK: %[[BYTE:.*]] = tensor.extract %[[BYTES]][%c0]
// CHECK: %[[Q:.*]] = arith.trunci %[[BYTE]] : i8 to i4
// CHECK: return %[[Q]]
func.func @rank_0(%z: tensor<i4>) -> i4 {
  %q = tensor.extract %z[] : tensor<i4>
  return %q : i4
}

// -----

// Element [i, j] of 3 columns is number 3 i + j.
// CHECK: #[[BYTE_MAP:.*]] = affine_map<()[s0, s1] -> ((s0 * 3 + s1) floordiv 2)>
// CHECK: #[[SHIFT_MAP:.*]] = affine_map<()[s0, s1] -> (s0 * 12 + s1 * 4 - ((s0 * 3 + s1) floordiv 2) * 8)>
// CHECK-LABEL: func.func @extract(
// CHECK-SAME: %[[BYTES:.*]]: tensor<?xi8>, %{{.*}}: index, %[[I:.*]]: index, %[[J:.*]]: index) -> i4
// CHECK-DAG: %[[PLACE:.*]] = affine.apply #[[BYTE_MAP]]()[%[[I]], %[[J]]]
// CHECK-DAG: %[[SHIFT:.*]] = affine.apply #[[SHIFT_MAP]]()[%[[I]], %[[J]]]
// CHECK-DAG: %[[BYTE:.*]] = tensor.extract %[[BYTES]][%[[PLACE]]]
// CHECK-DAG: %[[SHIFT8:.*]] = arith.index_cast %[[SHIFT]] : index to i8
// CHECK: %[[LOW:.*]] = arith.shrui %[[BYTE]], %[[SHIFT8]]
// CHECK: arith.trunci %[[LOW]] : i8 to i4
func.func @extract(%q: tensor<?x3xi4>, %i: index, %j: index) -> i4 {
  %e = tensor.extract %q[%i, %j] : tensor<?x3xi4>
  return %e : i4
}

// -----

// Reshapes and casts move no byte, so that blocks are still fused.
// CHECK-LABEL: func.func @reshape(
// CHECK-SAME: %[[BYTES:.*]]: tensor<128xi8>, %[[SCALE:.*]]: tensor<4x2xf32>)
// CHECK: %[[ROWS:.*]] = tensor.expand_shape %[[BYTES]] {{\[\[}}0, 1, 2]] output_shape [4, 2, 16]
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[ROWS]], %[[SCALE]]
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @reshape(%q: tensor<4x64xi4>, %s: tensor<4x2xf32>) -> tensor<4x2x32xf32> {
  %dynamic = tensor.cast %q : tensor<4x64xi4> to tensor<?x64xi4>
  %static = tensor.cast %dynamic : tensor<?x64xi4> to tensor<4x64xi4>
  %blocks = tensor.expand_shape %static [[0], [1, 2]] output_shape [4, 2, 32]
      : tensor<4x64xi4> into tensor<4x2x32xi4>
  %init = tensor.empty() : tensor<4x2x32xf32>
  %x = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>,
                       affine_map<(d0, d1, d2) -> (d0, d1)>,
                       affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%blocks, %s : tensor<4x2x32xi4>, tensor<4x2xf32>) outs(%init : tensor<4x2x32xf32>) {
  ^bb0(%a: i4, %b: f32, %out: f32):
    %v = quant_ext.apply_dequantize %a, %b storage = <i4> : (i4, f32) -> f32
    linalg.yield %v : f32
  } -> tensor<4x2x32xf32>
  return %x : tensor<4x2x32xf32>
}

// -----

// CHECK-LABEL: func.func @collapse(
// CHECK-SAME: %[[BYTES:.*]]: tensor<?xi8>, %[[M:[a-z0-9]+]]: index, %[[N:[a-z0-9]+]]: index) -> (tensor<?xi8>, index)
// CHECK: %[[COUNT:.*]] = affine.apply #{{.*}}()[%[[M]], %[[N]]]
// CHECK: return %[[BYTES]], %[[COUNT]]
func.func @collapse(%q: tensor<?x?xi4>) -> tensor<?xi4> {
  %flat = tensor.collapse_shape %q [[0, 1]] : tensor<?x?xi4> into tensor<?xi4>
  return %flat : tensor<?xi4>
}

// -----

// What a slice is taken from has an element a byte by then.
// CHECK-LABEL: func.func @slices(
// CHECK-SAME: %[[BYTES:.*]]: tensor<18xi8>) -> tensor<18xi8>
// CHECK: %[[SPLIT:.*]] = linalg.generic
// CHECK: tensor.extract_slice %{{.*}}[0, 1] [4, 4] [1, 1] : tensor<4x9xi8> to tensor<4x4xi8>
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 3] [4, 4] [1, 1] : tensor<4x4xi8> into tensor<4x9xi8>
func.func @slices(%q: tensor<4x9xi4>) -> tensor<4x9xi4> {
  %slice = tensor.extract_slice %q[0, 1] [4, 4] [1, 1] : tensor<4x9xi4> to tensor<4x4xi4>
  %r = tensor.insert_slice %slice into %q[0, 3] [4, 4] [1, 1] : tensor<4x4xi4> into tensor<4x9xi4>
  return %r : tensor<4x9xi4>
}

// -----

// CHECK-LABEL: func.func @empty(
// CHECK-SAME: %{{.*}}: tensor<0xi8>, %[[N:.*]]: index) -> (tensor<0xi8>, index)
// CHECK-NOT: linalg.generic
// CHECK: return %{{.*}}, %[[N]] : tensor<0xi8>, index
func.func @empty(%q: tensor<0x?xi4>) -> tensor<?x0xi4> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %q, %c1 : tensor<0x?xi4>
  %init = tensor.empty(%n) : tensor<?x0xi4>
  %r = linalg.transpose ins(%q : tensor<0x?xi4>) outs(%init : tensor<?x0xi4>) permutation = [1, 0]
  return %r : tensor<?x0xi4>
}

// -----

// CHECK-LABEL: func.func private @callee(tensor<3xi8>) -> (tensor<?xi8>, index)
func.func private @callee(tensor<2x3xi4>) -> tensor<?xi4>
// CHECK-LABEL: func.func @call(
// CHECK-SAME: %[[BYTES:.*]]: tensor<3xi8>) -> (tensor<?xi8>, index)
// CHECK: %[[R:.*]]:2 = call @callee(%[[BYTES]])
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @call(%q: tensor<2x3xi4>) -> tensor<?xi4> {
  %r = call @callee(%q) : (tensor<2x3xi4>) -> tensor<?xi4>
  return %r : tensor<?xi4>
}

// -----

func.func private @effect()
// CHECK-LABEL: func.func @control_flow(
// CHECK-SAME: %[[A:.*]]: tensor<3xi8>, %[[B:.*]]: tensor<3xi8>, %[[C:.*]]: i1, %{{.*}}: index) -> tensor<3xi8>
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[A]]) -> (tensor<3xi8>)
// CHECK: cf.cond_br %[[C]], ^[[THEN:bb.*]](%{{.*}} : tensor<3xi8>)
// CHECK: ^[[THEN]](%{{.*}}: tensor<3xi8>):
func.func @control_flow(%a: tensor<6xi4>, %b: tensor<6xi4>, %c: i1, %n: index) -> tensor<6xi4> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %a) -> tensor<6xi4> {
    %even = arith.cmpi eq, %i, %n : index
    %next = scf.if %even -> tensor<6xi4> {
      scf.yield %b : tensor<6xi4>
    } else {
      scf.yield %acc : tensor<6xi4>
    }
    scf.yield %next : tensor<6xi4>
  }
  cf.cond_br %c, ^bb1(%r : tensor<6xi4>), ^bb2
^bb1(%x: tensor<6xi4>):
  return %x : tensor<6xi4>
^bb2:
  call @effect() : () -> ()
  cf.br ^bb1(%b : tensor<6xi4>)
}

// -----

// An operation that the pass does not know keeps its types. What narrows the
// elements before it and widens them after it is linalg: arith on tensors cannot
// be bufferized.
// CHECK-LABEL: func.func @unknown(
// CHECK-SAME: %[[BYTES:.*]]: tensor<3xi8>) -> tensor<5xi8>
// CHECK: %[[SPLIT:.*]] = linalg.generic
// CHECK: %[[NARROW:.*]] = arith.trunci %{{.*}} : i8 to i4
// CHECK: linalg.yield %[[NARROW]] : i4
// CHECK: %[[Q:.*]] = tensor.collapse_shape %[[SPLIT]]
// CHECK: %[[PADDED:.*]] = tensor.pad %[[Q]] low[2] high[2]
// CHECK: tensor.expand_shape %[[PADDED]]
// CHECK: linalg.generic
// CHECK: arith.extui %{{.*}} : i4 to i8
func.func @unknown(%q: tensor<6xi4>) -> tensor<10xi4> {
  %zero = arith.constant 0 : i4
  %r = tensor.pad %q low[2] high[2] {
  ^bb0(%i: index):
    tensor.yield %zero : i4
  } : tensor<6xi4> to tensor<10xi4>
  return %r : tensor<10xi4>
}

// -----

// An operation that reads what it writes over is not fused with packing: the
// packing would have to write the new values too, which nothing needs.
// CHECK-LABEL: func.func @reads_init(
// CHECK: %[[OLD:.*]] = linalg.generic
// CHECK: %[[NEW:.*]] = linalg.generic
// CHECK-SAME: outs(%[[OLD]] :
// CHECK: arith.addi %{{.*}} : i4
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "reduction"]} ins(%[[NEW]] : tensor<2x2xi8>) outs(%{{[a-z0-9]+}} : tensor<2xi8>)
func.func @reads_init(%x: tensor<4xi8>, %q: tensor<4xi4>) -> tensor<4xi4> {
  %r = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}
      ins(%x : tensor<4xi8>) outs(%q : tensor<4xi4>) {
  ^bb0(%a: i8, %out: i4):
    %v = arith.trunci %a : i8 to i4
    %sum = arith.addi %v, %out : i4
    linalg.yield %sum : i4
  } -> tensor<4xi4>
  return %r : tensor<4xi4>
}

// -----

// CHECK-LABEL: func.func @dynamic_index(
// CHECK-SAME: %{{.*}}: tensor<?xi8>, %[[ROWS:.*]]: index, %[[I:.*]]: index) -> index
// CHECK: %[[IS_1:.*]] = arith.cmpi eq, %[[I]], %c1
// CHECK: %[[SIZE:.*]] = arith.select %[[IS_1]], %c3, %[[ROWS]] : index
// CHECK: return %[[SIZE]]
func.func @dynamic_index(%q: tensor<?x3xi4>, %i: index) -> index {
  %size = tensor.dim %q, %i : tensor<?x3xi4>
  return %size : index
}

// -----

// Attributes stay with their argument or result where others become several.
// CHECK-LABEL: func.func @attributes(
// CHECK-SAME: %{{[a-z0-9]+}}: tensor<?xi8> {test.a}, %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: tensor<4xf32> {bufferization.writable = false})
// CHECK-SAME: -> (tensor<?xi8> {test.b}, index, tensor<4xf32> {test.c})
func.func @attributes(%q: tensor<?x3xi4> {test.a},
                      %x: tensor<4xf32> {bufferization.writable = false})
    -> (tensor<?x3xi4> {test.b}, tensor<4xf32> {test.c}) {
  return %q, %x : tensor<?x3xi4>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func private @external_attributes(tensor<?xi8> {test.a}, index, f32 {test.b})
func.func private @external_attributes(tensor<?x3xi4> {test.a}, f32 {test.b})

// -----

// A tensor without a rank, or with an encoding, has no packed form.
// CHECK-LABEL: func.func @cast_to_what_stays(
// CHECK-SAME: %{{.*}}: tensor<2xi8>) -> tensor<*xi4>
// CHECK: tensor.cast %{{.*}} : tensor<4xi4> to tensor<*xi4>
func.func @cast_to_what_stays(%q: tensor<4xi4>) -> tensor<*xi4> {
  %r = tensor.cast %q : tensor<4xi4> to tensor<*xi4>
  return %r : tensor<*xi4>
}

// -----

// CHECK-LABEL: func.func @cast_of_what_stays(
// CHECK-SAME: %[[Q:.*]]: tensor<*xi4>) -> tensor<2xi8>
// CHECK: tensor.cast %[[Q]] : tensor<*xi4> to tensor<4xi4>
func.func @cast_of_what_stays(%q: tensor<*xi4>) -> tensor<4xi4> {
  %r = tensor.cast %q : tensor<*xi4> to tensor<4xi4>
  return %r : tensor<4xi4>
}

// -----

// CHECK-LABEL: func.func @encoding(%{{.*}}: tensor<4xi4, "somewhere">)
func.func @encoding(%q: tensor<4xi4, "somewhere">) {
  return
}

// -----

// The sizes of an argument are known from its use, but not from its type.
// CHECK-LABEL: func.func @size_from_constant(
// CHECK-SAME: %[[X:.*]]: tensor<3xi8>) -> (tensor<?xi8>, index)
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0] [1] [1] : tensor<1xi8> into tensor<2xi8>
// CHECK: tensor.insert %{{.*}} into %{{.*}}[%c1] : tensor<2xi8>
func.func @size_from_constant(%x: tensor<3xi8>) -> tensor<?xi4> {
  %c3 = arith.constant 3 : index
  %init = tensor.empty(%c3) : tensor<?xi4>
  %cast = tensor.cast %x : tensor<3xi8> to tensor<?xi8>
  %r = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}
      ins(%cast : tensor<?xi8>) outs(%init : tensor<?xi4>) {
  ^bb0(%a: i8, %out: i4):
    %v = arith.trunci %a : i8 to i4
    linalg.yield %v : i4
  } -> tensor<?xi4>
  return %r : tensor<?xi4>
}

// -----

// A value that is needed packed and unpacked is not taken apart again.
// CHECK-LABEL: func.func @used_twice(
// CHECK: quant_ext.apply_quantize
// CHECK: arith.shli
// CHECK-NOT: arith.shrui
// CHECK: quant_ext.apply_dequantize
// CHECK-NOT: arith.shrui
// CHECK: return
func.func @used_twice(%x: tensor<8xf32>, %s: tensor<f32>) -> (tensor<8xi4>, tensor<8xf32>) {
  %init = tensor.empty() : tensor<8xi4>
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>,
                       affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}
      ins(%x, %s : tensor<8xf32>, tensor<f32>) outs(%init : tensor<8xi4>) {
  ^bb0(%a: f32, %b: f32, %out: i4):
    %v = quant_ext.apply_quantize %a, %b storage = <i4> : (f32, f32) -> i4
    linalg.yield %v : i4
  } -> tensor<8xi4>
  %finit = tensor.empty() : tensor<8xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>,
                       affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}
      ins(%q, %s : tensor<8xi4>, tensor<f32>) outs(%finit : tensor<8xf32>) {
  ^bb0(%a: i4, %b: f32, %out: f32):
    %v = quant_ext.apply_dequantize %a, %b storage = <i4> : (i4, f32) -> f32
    linalg.yield %v : f32
  } -> tensor<8xf32>
  return %q, %y : tensor<8xi4>, tensor<8xf32>
}

// -----

// Not spelled out to give the last byte its zeros: nothing could run this.
// CHECK-LABEL: func.func @huge_splat(
// 3298534883331 elements, four to a byte.
// CHECK: call @use(%{{.*}}) : (tensor<824633720833xi8>) -> ()
func.func private @use(tensor<1099511627777x3xi2>)
func.func @huge_splat() {
  %splat = arith.constant dense<1> : tensor<1099511627777x3xi2>
  call @use(%splat) : (tensor<1099511627777x3xi2>) -> ()
  return
}

// -----

// CHECK-LABEL: func.func @uncountable(%{{.*}}: tensor<3x4611686018427387904x2xi2>)
func.func @uncountable(%q: tensor<3x4611686018427387904x2xi2>) {
  return
}

// -----

// CHECK-LABEL: func.func @countable_from_uncountable(
// CHECK: tensor.extract_slice %{{.*}} : tensor<3x4611686018427387904x2xi2> to tensor<2xi2>
func.func @countable_from_uncountable(%q: tensor<3x4611686018427387904x2xi2>) -> tensor<2xi2> {
  %r = tensor.extract_slice %q[0, 0, 0] [1, 1, 2] [1, 1, 1]
      : tensor<3x4611686018427387904x2xi2> to tensor<2xi2>
  return %r : tensor<2xi2>
}

// -----

// CHECK-LABEL: func.func @uncountable_from_countable(
// CHECK-SAME: tensor<?xi8>, %{{.*}}: index) -> tensor<3x4611686018427387904xi2>
// CHECK: tensor.cast %{{.*}} : tensor<?x4611686018427387904xi2> to tensor<3x4611686018427387904xi2>
func.func @uncountable_from_countable(%q: tensor<?x4611686018427387904xi2>)
    -> tensor<3x4611686018427387904xi2> {
  %r = tensor.cast %q : tensor<?x4611686018427387904xi2> to tensor<3x4611686018427387904xi2>
  return %r : tensor<3x4611686018427387904xi2>
}

// -----

// Rows of 129, each with a scale. Row r begins at element 129 r: the first element of
// odd rows goes to the byte that the row before began, and so may the last one
// begin a byte that the next row ends, which clears what lay there.
// CHECK-DAG: #[[HEAD_MAP:.*]] = affine_map<()[s0] -> ((s0 * -129) mod 2, 129)>
// CHECK-DAG: #[[NUM_BYTES_MAP:.*]] = affine_map<(d0) -> ((-d0 + 129) floordiv 2)>
// CHECK-DAG: #[[TAIL_MAP:.*]] = affine_map<(d0) -> (d0 + ((-d0 + 129) floordiv 2) * 2)>
// CHECK-DAG: #[[BYTE_MAP:.*]] = affine_map<(d0)[s0] -> ((d0 + s0 * 129) floordiv 2)>
// CHECK-DAG: #[[PART_MAP:.*]] = affine_map<(d0)[s0] -> ((d0 + s0 * 129) mod 2)>
// CHECK-LABEL: func.func @rows_apart(
// CHECK-SAME: %[[X:.*]]: tensor<4x129xf32>, %[[S:.*]]: tensor<4xf32>) -> tensor<258xi8>
// CHECK: scf.for %[[ROW:.*]] = %c0 to %c4 step %c1
// CHECK: %[[HEAD:.*]] = affine.min #[[HEAD_MAP]]()[%[[ROW]]]
// CHECK: %[[NUM_BYTES:.*]] = affine.apply #[[NUM_BYTES_MAP]](%[[HEAD]])
// CHECK: %[[TAIL:.*]] = affine.apply #[[TAIL_MAP]](%[[HEAD]])
// CHECK: %[[BEGUN:.*]] = scf.for %[[COLUMN:.*]] = %c0 to %[[HEAD]] step %c1 iter_args(%[[BYTES:.*]] =
// CHECK-DAG: %[[AT:.*]] = affine.apply #[[BYTE_MAP]](%[[COLUMN]])[%[[ROW]]]
// CHECK-DAG: %[[PART:.*]] = affine.apply #[[PART_MAP]](%[[COLUMN]])[%[[ROW]]]
// CHECK-DAG: %[[IS_FIRST:.*]] = arith.cmpi eq, %[[PART]], %c0
// CHECK-DAG: %[[THERE:.*]] = tensor.extract %[[BYTES]][%[[AT]]]
// CHECK: %[[OLD:.*]] = arith.select %[[IS_FIRST]], %c0_i8, %[[THERE]]
// CHECK: %[[NEW:.*]] = arith.ori %[[OLD]],
// CHECK: tensor.insert %[[NEW]] into %[[BYTES]][%[[AT]]]
// CHECK: %[[FIRST:.*]] = affine.apply #[[BYTE_MAP]](%[[HEAD]])[%[[ROW]]]
// CHECK: tensor.extract_slice %[[BEGUN]][%[[FIRST]]] [%[[NUM_BYTES]]] [1]
// CHECK: %[[WHOLE:.*]] = linalg.generic
// CHECK: tensor.insert_slice %[[WHOLE]] into %[[BEGUN]][%[[FIRST]]] [%[[NUM_BYTES]]] [1]
// CHECK: scf.for %{{.*}} = %[[TAIL]] to %c129 step %c1
func.func @rows_apart(%x: tensor<4x129xf32>, %s: tensor<4xf32>) -> tensor<4x129xi4> {
  %init = tensor.empty() : tensor<4x129xi4>
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>,
                       affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : tensor<4x129xf32>, tensor<4xf32>) outs(%init : tensor<4x129xi4>) {
  ^bb0(%a: f32, %b: f32, %out: i4):
    %v = quant_ext.apply_quantize %a, %b storage = <i4> : (f32, f32) -> i4
    linalg.yield %v : i4
  } -> tensor<4x129xi4>
  return %q : tensor<4x129xi4>
}

// -----

// What is read is split the same way, with what has a column for each element.
// CHECK-LABEL: func.func @rows_apart_input(
// CHECK-SAME: %[[BYTES:.*]]: tensor<258xi8>, %[[S:.*]]: tensor<129xf32>) -> tensor<4x129xf32>
// CHECK: %[[HEAD:.*]] = affine.min
// CHECK: %[[NUM_BYTES:.*]] = affine.apply #{{.*}}(%[[HEAD]])
// CHECK: scf.for
// CHECK: quant_ext.apply_dequantize %{{.*}} : (i4, f32) -> f32
// CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[BYTES]][%{{.*}}] [%[[NUM_BYTES]]] [1]
// CHECK: %[[COLUMNS:.*]] = tensor.extract_slice %[[S]][%[[HEAD]]]
// CHECK: %[[SCALES:.*]] = tensor.expand_shape %[[COLUMNS]] {{\[\[}}0, 1]] output_shape [%[[NUM_BYTES]], 2]
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel"]} ins(%[[SLICE]], %[[SCALES]]
// CHECK: scf.for
// CHECK: quant_ext.apply_dequantize %{{.*}} : (i4, f32) -> f32
func.func @rows_apart_input(%q: tensor<4x129xi4>, %s: tensor<129xf32>) -> tensor<4x129xf32> {
  %init = tensor.empty() : tensor<4x129xf32>
  %x = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>,
                       affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%q, %s : tensor<4x129xi4>, tensor<129xf32>) outs(%init : tensor<4x129xf32>) {
  ^bb0(%a: i4, %b: f32, %out: f32):
    %v = quant_ext.apply_dequantize %a, %b storage = <i4> : (i4, f32) -> f32
    linalg.yield %v : f32
  } -> tensor<4x129xf32>
  return %x : tensor<4x129xf32>
}

// -----

// Shorter rows are computed together, a byte for each element, and then packed as
// one: the first row of a chunk may begin within a byte.
// CHECK-LABEL: func.func @rows_together(
// CHECK-SAME: %[[X:.*]]: tensor<6000x5xf32>, %[[S:.*]]: tensor<6000xf32>) -> tensor<15000xi8>
// CHECK: scf.for %[[ROW:.*]] = %c0 to %c6000 step %c3000 iter_args(%[[BYTES:.*]] =
// CHECK: %[[ALL:.*]] = tensor.collapse_shape %[[X]]
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[ALL]][%{{.*}}] [15000] [1]
// CHECK: %[[CHUNK:.*]] = tensor.expand_shape %[[PART]] {{.*}} into tensor<3000x5xf32>
// CHECK: %[[SCALES:.*]] = tensor.extract_slice %[[S]][%[[ROW]]] [3000] [1]
// CHECK: %[[VALUES:.*]] = linalg.generic
// CHECK-SAME: ins(%[[CHUNK]], %[[SCALES]]
// CHECK: quant_ext.apply_quantize
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[VALUES]]
// CHECK-NOT: quant_ext.apply_quantize
// CHECK: tensor.extract %[[FLAT]]
// CHECK: iterator_types = ["parallel", "reduction"]
// CHECK: return
func.func @rows_together(%x: tensor<6000x5xf32>, %s: tensor<6000xf32>) -> tensor<6000x5xi4> {
  %init = tensor.empty() : tensor<6000x5xi4>
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>,
                       affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : tensor<6000x5xf32>, tensor<6000xf32>) outs(%init : tensor<6000x5xi4>) {
  ^bb0(%a: f32, %b: f32, %out: i4):
    %v = quant_ext.apply_quantize %a, %b storage = <i4> : (f32, f32) -> i4
    linalg.yield %v : i4
  } -> tensor<6000x5xi4>
  return %q : tensor<6000x5xi4>
}

// -----

// So are those that are read. What is less than a chunk needs no loop.
// CHECK-LABEL: func.func @rows_together_input(
// CHECK-SAME: %[[BYTES:.*]]: tensor<10xi8>, %[[S:.*]]: tensor<5xf32>) -> tensor<4x5xf32>
// CHECK-NOT: scf.for
// CHECK: %[[SPLIT:.*]] = linalg.generic
// CHECK-SAME: ins(%[[BYTES]]
// CHECK-NOT: quant_ext.apply_dequantize
// CHECK: linalg.yield
// CHECK: %[[VALUES:.*]] = tensor.expand_shape %{{.*}} : tensor<20xi8> into tensor<4x5xi8>
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[VALUES]], %[[S]]
// CHECK: quant_ext.apply_dequantize
// CHECK: return
func.func @rows_together_input(%q: tensor<4x5xi4>, %s: tensor<5xf32>) -> tensor<4x5xf32> {
  %init = tensor.empty() : tensor<4x5xf32>
  %x = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>,
                       affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%q, %s : tensor<4x5xi4>, tensor<5xf32>) outs(%init : tensor<4x5xf32>) {
  ^bb0(%a: i4, %b: f32, %out: f32):
    %v = quant_ext.apply_dequantize %a, %b storage = <i4> : (i4, f32) -> f32
    linalg.yield %v : f32
  } -> tensor<4x5xf32>
  return %x : tensor<4x5xf32>
}

// -----

// Where their size is known at run time only, it decides.
// CHECK-LABEL: func.func @rows_of_any_size(
// CHECK: %[[SHORT:.*]] = arith.cmpi ult, %{{.*}}, %c128
// CHECK: scf.if %[[SHORT]]
// CHECK: arith.divui %c16384,
// CHECK: scf.for
// CHECK: } else {
// CHECK: affine.min
// CHECK: return
func.func @rows_of_any_size(%x: tensor<?x?xf32>, %s: tensor<?xf32>, %init: tensor<?x?xi4>) -> tensor<?x?xi4> {
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>,
                       affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : tensor<?x?xf32>, tensor<?xf32>) outs(%init : tensor<?x?xi4>) {
  ^bb0(%a: f32, %b: f32, %out: i4):
    %v = quant_ext.apply_quantize %a, %b storage = <i4> : (f32, f32) -> i4
    linalg.yield %v : i4
  } -> tensor<?x?xi4>
  return %q : tensor<?x?xi4>
}

// -----

// What nothing but another operation reads has an element a byte.
// CHECK-LABEL: func.func @stays_here(
// CHECK-NOT: scf.for
// CHECK: arith.trunci %{{.*}} : i8 to i4
// CHECK: linalg.transpose
// CHECK-SAME: tensor<5x3xi8>
func.func @stays_here(%x: tensor<5x3xi8>, %init: tensor<3x5xi8>) -> tensor<3x5xi8> {
  %empty = tensor.empty() : tensor<5x3xi4>
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x3xi8>) outs(%empty : tensor<5x3xi4>) {
  ^bb0(%a: i8, %out: i4):
    %v = arith.trunci %a : i8 to i4
    linalg.yield %v : i4
  } -> tensor<5x3xi4>
  %wide_init = tensor.empty() : tensor<5x3xi8>
  %wide = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<5x3xi4>) outs(%wide_init : tensor<5x3xi8>) {
  ^bb0(%a: i4, %out: i8):
    %v = arith.extsi %a : i4 to i8
    linalg.yield %v : i8
  } -> tensor<5x3xi8>
  %t = linalg.transpose ins(%wide : tensor<5x3xi8>) outs(%init : tensor<3x5xi8>) permutation = [1, 0]
  return %t : tensor<3x5xi8>
}

// -----

// To ask for a size of the values keeps nobody from packing where they are made.
// CHECK-LABEL: func.func @dynamic_sizes(
// CHECK: linalg.fill
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
// CHECK-SAME: tensor<?x16x2xf32>
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @dynamic_sizes(%x: tensor<?x32xf32>, %s: tensor<f32>) -> tensor<?x32xi4> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x32xf32>
  %e = tensor.empty(%n) : tensor<?x32xi4>
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<?x32xf32>, tensor<f32>) outs(%e : tensor<?x32xi4>) {
  ^bb0(%in: f32, %scale: f32, %out: i4):
    %a = quant_ext.apply_quantize %in, %scale storage = <i4> : (f32, f32) -> i4
    linalg.yield %a : i4
  } -> tensor<?x32xi4>
  return %q : tensor<?x32xi4>
}

// -----

// Rows of any size that have the same parameters in each are written as one, so
// that vectors can go on to the next.
// CHECK-LABEL: func.func @same_parameters(
// CHECK-SAME: %{{.*}}: tensor<?xi8>, %[[M:[^:]*]]: index, %[[N:[^:]*]]: index, %{{.*}}: tensor<?xf32>)
// CHECK: %[[FLAT:.*]] = tensor.empty(%{{.*}}) : tensor<?xf32>
// CHECK: %[[ALL:.*]] = scf.if
// CHECK: scf.for {{.*}} iter_args(%[[RESULT:.*]] = %[[FLAT]]) -> (tensor<?xf32>)
// CHECK: tensor.insert_slice %{{.*}} into %[[RESULT]]
// CHECK: } else {
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[FLAT]]) -> (tensor<?xf32>)
// CHECK: %[[X:.*]] = tensor.expand_shape %[[ALL]] {{\[\[}}0, 1]] output_shape [%[[M]], %[[N]]]
// CHECK: return %[[X]]
// CHECK-LABEL: func.func @parameters_of_rows(
// CHECK: tensor.empty(%{{.*}}, %{{.*}}) : tensor<?x?xf32>
func.func @same_parameters(%q: tensor<?x?xi4>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %q, %c0 : tensor<?x?xi4>
  %n = tensor.dim %q, %c1 : tensor<?x?xi4>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %x = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]} ins(%q, %s : tensor<?x?xi4>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%in: i4, %scale: f32, %out: f32):
    %a = quant_ext.apply_dequantize %in, %scale storage = <i4> : (i4, f32) -> f32
    linalg.yield %a : f32
  } -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}

func.func @parameters_of_rows(%q: tensor<?x?xi4>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %q, %c0 : tensor<?x?xi4>
  %n = tensor.dim %q, %c1 : tensor<?x?xi4>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %x = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]} ins(%q, %s : tensor<?x?xi4>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%in: i4, %scale: f32, %out: f32):
    %a = quant_ext.apply_dequantize %in, %scale storage = <i4> : (i4, f32) -> f32
    linalg.yield %a : f32
  } -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}
