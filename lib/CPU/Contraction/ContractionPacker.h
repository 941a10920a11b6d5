//===- ContractionPacker.h - A contraction in packed form -------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_CONTRACTIONPACKER_H
#define QUANTEXT_LIB_CPU_CONTRACTIONPACKER_H

#include "Contraction.h"
#include "DotProducts.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// Rewrites one contraction. With a = a' + lhsShift and b = b' + rhsShift,
/// where the primes have the signs that the target's instruction wants,
///
///   sum a b = sum a' b' + sum (lhsShift b' + lhsShift rhsShift)
///           + sum rhsShift a',
///
/// of which the second sum depends on the column only, and the third on the
/// row. All are modulo 2^32, as the sum itself.
class ContractionPacker {
public:
  ContractionPacker(RewriterBase &rewriter, Contraction contraction,
                    const DotProductRecipe &recipe)
      : b(rewriter), contraction(contraction), loc(contraction.op.getLoc()),
        recipe(recipe), lhs(contraction.lhs), rhs(contraction.rhs) {}

  /// What replaces the contraction; null where the right factor cannot be
  /// packed.
  Value pack();

private:
  void chooseSigns();
  Value makeLhs();
  Value packLhs(Value tensor);
  bool packRhs();
  Value emitPacked(Value packedLhs);
  Value addTerms(Value sums, Value rowTerms);

  Value flip(OpBuilder &builder, Value value);
  Value mapElements(Value source, AffineMap map, Type type,
                    function_ref<Value(OpBuilder &, Value)> convert);
  Value sumAlong(Value tensor, unsigned reduced, bool isSigned, int32_t factor,
                 int32_t start);
  Value makeFilled(ArrayRef<OpFoldResult> sizes, TypedAttr value);
  int64_t getSize(unsigned dim) {
    return contraction.op.getStaticLoopRanges()[dim];
  }

  RewriterBase &b;
  Contraction contraction;
  Location loc;
  const DotProductRecipe &recipe;
  Factor lhs, rhs;
  bool flipsLhs = false, flipsRhs = false;
  int32_t lhsShift = 0, rhsShift = 0;
  int64_t columns = 0;
  /// What packing leaves: the right factor, what to add to each column (null
  /// for nothing), and the outer dimensions that both have.
  Value packedRhs, columnTerms;
  SmallVector<unsigned> rhsOuter;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_CONTRACTIONPACKER_H
