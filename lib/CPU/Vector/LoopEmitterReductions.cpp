//===- LoopEmitterReductions.cpp - Reductions along the vector ------------===//

#include "LoopEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// The value that leaves the other operand of a combiner as it is.
Value LoopEmitter::getNeutral(const Combiner &combiner, Type elementType,
                              int64_t width) {
  using vector::CombiningKind;
  TypedAttr attr;
  if (auto type = dyn_cast<FloatType>(elementType)) {
    bool isMax = combiner.kind == CombiningKind::MAXNUMF ||
                 combiner.kind == CombiningKind::MAXIMUMF;
    attr = FloatAttr::get(
        type, APFloat::getInf(type.getFloatSemantics(), /*Negative=*/isMax));
  } else {
    unsigned bits = elementType.getIntOrFloatBitWidth();
    APInt value = APInt::getZero(bits);
    if (combiner.kind == CombiningKind::MUL)
      value = APInt(bits, 1);
    if (combiner.kind == CombiningKind::AND ||
        combiner.kind == CombiningKind::MINUI)
      value = APInt::getAllOnes(bits);
    if (combiner.kind == CombiningKind::MAXSI)
      value = APInt::getSignedMinValue(bits);
    if (combiner.kind == CombiningKind::MINSI)
      value = APInt::getSignedMaxValue(bits);
    attr = IntegerAttr::get(elementType, value);
  }
  return splat(arith::ConstantOp::create(b, loc, attr), width);
}

Value LoopEmitter::combine(const Combiner &combiner, Value lhs, Value rhs) {
  return clone(b, combiner.op, lhs.getType(), {lhs, rhs})->getResult(0);
}

/// A scalar of each result is carried through the loops, and beside it a vector
/// of partial results for each width of vector that is used.
SmallVector<Value> LoopEmitter::emitReduction(ValueRange dests) {
  unsigned numResults = dests.size();
  SmallVector<Segment> segments = makeSegments();
  Values carried;
  for (auto [i, dest] : llvm::enumerate(dests))
    carried.push_back(readInit(i, dest, Lanes()));

  // The group of accumulators of each segment: 0 are the scalars; a masked
  // remainder shares the vectors of the main loop.
  SmallVector<int64_t> widths = {0};
  SmallVector<unsigned> groups;
  for (const Segment &segment : segments) {
    auto *known = llvm::find(widths, segment.width);
    groups.push_back(known - widths.begin());
    if (known != widths.end())
      continue;
    widths.push_back(segment.width);
    for (auto [i, dest] : llvm::enumerate(dests))
      carried.push_back(getNeutral(plan.combiners[i],
                                   getElementTypeOrSelf(dest.getType()),
                                   segment.width));
  }

  auto emitSegment = [&](const Segment &segment, ValueRange args) {
    return emitLoop(
        b, loc, segment.begin, segment.end, std::max<int64_t>(segment.width, 1),
        args, [&](OpFoldResult iv, ValueRange inner) {
          ivs[plan.vectorDim] = iv;
          Lanes lanes = lanesOf(segment, iv);
          Values results = emitBody(inner, lanes);
          if (!lanes.isMasked())
            return results;
          Value mask = getMask(lanes, 1);
          for (auto [result, old] : llvm::zip_equal(results, inner))
            result = arith::SelectOp::create(b, loc, mask, result, old);
          return results;
        });
  };
  carried = emitNest(
      getDims(utils::IteratorType::reduction), carried, [&](ValueRange args) {
        Values all(args);
        for (auto [segment, group] : llvm::zip_equal(segments, groups)) {
          auto own =
              MutableArrayRef<Value>(all).slice(group * numResults, numResults);
          llvm::copy(emitSegment(segment, ValueRange(own)), own.begin());
        }
        return all;
      });

  Values written;
  for (auto [i, dest] : llvm::enumerate(dests)) {
    const Combiner &combiner = plan.combiners[i];
    auto fastMath = arith::FastMathFlags::none;
    if (auto op = dyn_cast<arith::ArithFastMathInterface>(combiner.op))
      fastMath = op.getFastMathFlagsAttr().getValue();
    Value total = carried[i];
    for (unsigned group = 1; group < widths.size(); ++group) {
      Value lanes = carried[group * numResults + i];
      Value partial =
          vector::ReductionOp::create(b, loc, combiner.kind, lanes, fastMath);
      total = combine(combiner, total, partial);
    }
    written.push_back(writeResult(i, dest, {total}, Lanes()));
  }
  return written;
}
