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

/// Vectors that a whole one of accumulators is reduced in, each of a register
/// for numbers of 32 bits or fewer. Code for several registers at once takes
/// them in any order, and memory comes in order: on Zen 4 a quarter slower
/// otherwise.
static int64_t getParts(ValueRange dests) {
  unsigned bits = 0;
  for (Value dest : dests)
    bits = std::max(
        bits, getElementTypeOrSelf(dest.getType()).getIntOrFloatBitWidth());
  return std::clamp(bits / 8, 1u, 4u);
}

namespace {
/// What segments of the same width accumulate: as many vectors as `parts` of
/// each result, or a scalar where `width` is 0.
struct Accumulators {
  int64_t width, parts;
  /// The first in all that is carried.
  unsigned begin;
};
} // namespace

/// A scalar of each result is carried through the loops, and beside it vectors
/// of partial results for each width of vector that is used.
SmallVector<Value> LoopEmitter::emitReduction(ValueRange dests) {
  unsigned numResults = dests.size();
  SmallVector<Segment> segments = makeSegments();
  Values carried;
  for (auto [i, dest] : llvm::enumerate(dests))
    carried.push_back(readInit(i, dest, Lanes()));

  // A masked remainder shares the vectors of the main loop.
  SmallVector<Accumulators> groups = {{0, 1, 0}};
  SmallVector<unsigned> groupOf;
  for (const Segment &segment : segments) {
    int64_t parts = segment.width == shape.width
                        ? std::min(getParts(dests), segment.width / 2)
                        : 1;
    int64_t width = segment.width / parts;
    auto *known = llvm::find_if(groups, [&](const Accumulators &group) {
      return group.width == width && group.parts == parts;
    });
    groupOf.push_back(known - groups.begin());
    if (known != groups.end())
      continue;
    groups.push_back({width, parts, unsigned(carried.size())});
    for (int64_t part = 0; part < parts; ++part)
      for (auto [i, dest] : llvm::enumerate(dests))
        carried.push_back(getNeutral(
            plan.combiners[i], getElementTypeOrSelf(dest.getType()), width));
  }

  auto emitPart = [&](Lanes lanes, ValueRange args) {
    Values results = emitBody(args, lanes);
    if (!lanes.isMasked())
      return results;
    Value mask = getMask(lanes, 1);
    for (auto [result, old] : llvm::zip_equal(results, args))
      result = arith::SelectOp::create(b, loc, mask, result, old);
    return results;
  };
  auto emitSegment = [&](Segment segment, int64_t parts, ValueRange args) {
    int64_t step = std::max<int64_t>(segment.width, 1);
    segment.width /= parts;
    return emitLoop(
        b, loc, segment.begin, segment.end, step, args,
        [&](OpFoldResult iv, ValueRange inner) {
          Values results;
          for (int64_t part = 0; part < parts; ++part) {
            int64_t offset = part * segment.width;
            ivs[plan.vectorDim] = apply(b.getAffineDimExpr(0) + offset, {iv});
            llvm::append_range(
                results, emitPart(lanesOf(segment, offset),
                                  inner.slice(part * numResults, numResults)));
          }
          return results;
        });
  };
  carried = emitNest(
      getDims(utils::IteratorType::reduction), carried, [&](ValueRange args) {
        Values all(args);
        for (auto [segment, index] : llvm::zip_equal(segments, groupOf)) {
          const Accumulators &group = groups[index];
          auto own = MutableArrayRef<Value>(all).slice(
              group.begin, group.parts * numResults);
          llvm::copy(emitSegment(segment, group.parts, ValueRange(own)),
                     own.begin());
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
    for (const Accumulators &group : ArrayRef(groups).drop_front()) {
      Value lanes = carried[group.begin + i];
      for (int64_t part = 1; part < group.parts; ++part)
        lanes = combine(combiner, lanes,
                        carried[group.begin + part * numResults + i]);
      Value partial =
          vector::ReductionOp::create(b, loc, combiner.kind, lanes, fastMath);
      total = combine(combiner, total, partial);
    }
    written.push_back(writeResult(i, dest, {total}, Lanes()));
  }
  return written;
}
