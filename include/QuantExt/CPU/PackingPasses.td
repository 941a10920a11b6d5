//===- PackingPasses.td - Passes on narrow elements --------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_PACKINGPASSES_TD
#define QUANTEXT_CPU_PACKINGPASSES_TD

include "QuantExt/CPU/PassOptions.td"

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
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect",
  ];
}

#endif // QUANTEXT_CPU_PACKINGPASSES_TD
