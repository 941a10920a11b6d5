//===- QuantizedContraction.h - Sums of dequantized products ----*- C++ -*-===//
//
// Which contractions multiply dequantized integers, what their sums may come
// to, and what becomes of them: all that the rewriting to integers needs to
// know.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_TRANSFORMS_QUANTIZEDCONTRACTION_H
#define QUANTEXT_TRANSFORMS_QUANTIZEDCONTRACTION_H

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <optional>
#include <string>
#include <vector>

namespace mlir::quant_ext {

/// A scale or zero point, seen from the loops of the operation that uses it.
struct LoopParameter {
  /// The tensor, as the dequantize has it.
  Value value;
  /// Its dimensions that are not 1, in order, and the loop that each follows.
  SmallVector<int64_t> dims;
  SmallVector<unsigned> loops;
  /// Its elements, where they are constant.
  std::optional<ConstantData> constant;
};

/// The sums of a constant operand over the loops that are reduced, its zero
/// point taken off, and those of the magnitudes: an element for each index of
/// `loops`, row-major.
struct ConstantSums {
  SmallVector<unsigned> loops;
  SmallVector<int64_t> shape;
  std::vector<int64_t> sums;
  std::vector<uint64_t> magnitudes;
};

/// One side of a contraction, as integers.
struct IntegerOperand {
  /// The integers, behind any `linalg.transpose`, and what indexes them.
  Value value;
  AffineMap map;
  StorageAttr storage;
  std::optional<LoopParameter> zeroPoint;
  /// Where integers and zero point are constant.
  std::optional<ConstantSums> sums;

  RankedTensorType getType() const {
    return cast<RankedTensorType>(value.getType());
  }
};

/// A bias that can start the sums: constant integers of their scale.
struct IntegerBias {
  Value value;
  /// Of each of its dimensions: that of the result.
  SmallVector<int64_t> dims;
  ConstantData constant;
};

/// A contraction of two dequantized operands that fits integers of 32 bits.
struct QuantizedContraction {
  linalg::LinalgOp op;
  IntegerOperand lhs, rhs;
  LoopParameter lhsScale, rhsScale;
  /// What the scales are multiplied in: f32, or f64 where one of them or the
  /// result is f64.
  FloatType computingType;
  /// The loops that the product of the scales follows.
  SmallVector<unsigned> scaleLoops;
  /// The product, where it is constant and follows one loop at most.
  std::optional<std::vector<double>> constantScale;
  std::optional<IntegerBias> bias;
  /// Whether the result starts from the init operand, in floating point.
  bool hasFloatInit = false;
  /// What the integer form takes the place of, the last of: the contraction, a
  /// sum with `bias`, a relu, `quantize`.
  Operation *root = nullptr;
  /// Where the result is quantized in a way that requantize has too.
  QuantizeOp quantize;
  /// Whether a relu stands before `quantize`.
  bool hasRelu = false;
  /// No sum, and no partial one, has a larger magnitude.
  uint64_t bound = 0;

  FloatType getResultType() {
    return cast<FloatType>(getElementTypeOrSelf(op->getResult(0).getType()));
  }
};

/// True for a linalg operation on tensors that sums products of two float
/// operands over at least one loop, each operand indexed by plain loops,
/// whatever its name.
bool isFloatContraction(linalg::LinalgOp op);

/// Analyses one operand of a float contraction. Fails with `reason` set, as the
/// end of a sentence, where it is not dequantized, or not in a way that lets
/// the scale be taken out of the sums.
LogicalResult matchIntegerOperand(linalg::LinalgOp op, OpOperand &operand,
                                  IntegerOperand &integers,
                                  LoopParameter &scale, std::string &reason);

/// Whether an operand comes from a dequantize, perhaps transposed.
bool comesFromDequantize(linalg::LinalgOp op, OpOperand &operand);

/// Analyses a float contraction. Fails with `reason` set, as the end of a
/// sentence, where it has no integer form.
FailureOr<QuantizedContraction> matchQuantizedContraction(linalg::LinalgOp op,
                                                          std::string &reason);

/// The dimension of the result that `loop` runs along.
int64_t getResultDim(linalg::LinalgOp op, unsigned loop);

/// Replaces a matched contraction by integer linalg and one step back to
/// floating point or to the next integers.
void rewriteToIntegers(RewriterBase &rewriter, QuantizedContraction &match);

/// Replaces linalg.quantized_matmul or linalg.quantized_batch_matmul by a
/// matmul of integers and what zero points add to it. Fails with `reason` set
/// for any other operation.
LogicalResult rewriteZeroPointMatmul(RewriterBase &rewriter,
                                     linalg::LinalgOp op, std::string &reason);

} // namespace mlir::quant_ext

#endif // QUANTEXT_TRANSFORMS_QUANTIZEDCONTRACTION_H
