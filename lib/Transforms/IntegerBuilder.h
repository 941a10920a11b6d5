//===- IntegerBuilder.h - The integer form of a contraction -----*- C++ -*-===//

#ifndef QUANTEXT_LIB_TRANSFORMS_INTEGERBUILDER_H
#define QUANTEXT_LIB_TRANSFORMS_INTEGERBUILDER_H

#include "QuantExt/Transforms/QuantizedContraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// A tensor of which each dimension follows a loop.
struct LoopTensor {
  Value value;
  SmallVector<unsigned> loops;
  /// How its integers are extended.
  bool isSigned = true;
};

/// What is added to sums: a tensor, or the product of two.
struct Term {
  SmallVector<LoopTensor, 2> factors;
  bool isSubtracted = false;
};

/// Constant integers along loops, row-major.
struct LoopIntegers {
  SmallVector<unsigned> loops;
  SmallVector<int64_t> shape;
  std::vector<int64_t> values;

  bool isScalar() const { return loops.empty(); }
  bool isZero() const {
    return llvm::all_of(values, [](int64_t value) { return value == 0; });
  }
};

/// Builds the integer form of one contraction, in front of what it replaces.
class IntegerBuilder {
public:
  IntegerBuilder(RewriterBase &rewriter, linalg::LinalgOp op)
      : b(rewriter), op(op), loc(op.getLoc()) {}

  /// The sums of (lhs - z_lhs)(rhs - z_rhs), and of `bias` (may be null), on
  /// top of `init` (null for 0).
  Value buildSums(const IntegerOperand &lhs, const IntegerOperand &rhs,
                  const IntegerBias *bias, Value init);
  /// The sums as numbers of the result's type.
  Value buildFloats(QuantizedContraction &match, Value sums);
  Value buildRequantize(QuantizedContraction &match, Value sums);

private:
  LoopTensor compress(const LoopParameter &parameter, bool isSigned);
  Value buildContraction(const IntegerOperand &lhs, const IntegerOperand &rhs,
                         Value init);
  Value buildNamed(Value lhs, Value rhs, Value init, linalg::TypeFn cast,
                   ArrayRef<AffineMap> maps);
  Value buildGeneric(Value lhs, bool lhsSigned, Value rhs, bool rhsSigned,
                     Value init, ArrayRef<AffineMap> maps);
  std::pair<Value, bool> widen(const IntegerOperand &operand);
  void addZeroPointTerms(const IntegerOperand &lhs, const IntegerOperand &rhs);
  void addProduct(const IntegerOperand &zeroPointOf, const LoopTensor &sums,
                  const ConstantSums *constants);
  void addConstant(LoopIntegers addend);
  void addTerm(LoopTensor addend) {
    terms.emplace_back().factors.push_back(std::move(addend));
  }
  LoopTensor buildSum(const IntegerOperand &operand, bool withoutZeroPoint);
  Value buildTerms(Value sums);
  Value createConstant(const LoopIntegers &integers);
  LoopTensor buildScale(QuantizedContraction &match);
  Value buildRelu(QuantizeOp quantize, Value integers);
  Value scaleByBoth(QuantizedContraction &match, Value sums);

  AffineMap getResultMap(ArrayRef<unsigned> loops);
  SmallVector<OpFoldResult> getSizes(Value tensor) {
    return tensor::getMixedSizes(b, loc, tensor);
  }
  Value createZeros(ArrayRef<OpFoldResult> sizes) {
    Value empty = tensor::EmptyOp::create(b, loc, sizes, b.getI32Type());
    Value zero = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(0));
    return linalg::FillOp::create(b, loc, zero, empty).getResult(0);
  }

  RewriterBase &b;
  linalg::LinalgOp op;
  Location loc;
  /// What is added to the sums of the plain products.
  SmallVector<Term> terms;
  std::optional<LoopIntegers> constantTerm;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_TRANSFORMS_INTEGERBUILDER_H
