//===- FiniteMagnitudes.cpp - The largest of what is finite ---------------===//
//
// The symmetric range of a tensor is the maximum of |x| as integers, of which
// an addition moves infinities and NaN below zero: a mask, an addition and a
// maximum. AVX-512 has one instruction that makes zeros of these, and one that
// takes the larger of two magnitudes. On Zen 4 the two take as long as the
// loads (4 Ki elements: 154 and 215 GB/s); on others they may share a pipe.
//
//===----------------------------------------------------------------------===//

#include "SaturatingInstructions.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Lanes of f32 in a register.
static constexpr int64_t kLanes = 16;
/// The bits of |x|, and what moves those of infinity to the lowest i32.
static constexpr uint64_t kMagnitude = 0x7fffffff, kOffset = 0x00800000;

/// The floats whose magnitudes `offset` has, moved; null if there are none.
static Value getFloats(Value offset) {
  auto add = offset.getDefiningOp<arith::AddIOp>();
  auto mask =
      add ? add.getLhs().getDefiningOp<arith::AndIOp>() : arith::AndIOp();
  auto bits = mask ? mask.getLhs().getDefiningOp<arith::BitcastOp>() : nullptr;
  auto type = dyn_cast<VectorType>(offset.getType());
  if (!bits || !type || type.getRank() != 1 ||
      type.getNumElements() != kLanes ||
      !getElementTypeOrSelf(bits.getIn()).isF32() ||
      !isSplatOf(mask.getRhs(), kMagnitude) ||
      !isSplatOf(add.getRhs(), kOffset))
    return Value();
  return bits.getIn();
}

/// Whether all that becomes of `value` is the same for `kOffset` and for what
/// is below it.
static bool isClamped(Value value) {
  llvm::SetVector<Value> reached;
  reached.insert(value);
  auto reachCarried = [&](scf::ForOp loop, unsigned number) {
    reached.insert(loop.getRegionIterArg(number));
    reached.insert(loop.getResult(number));
  };
  auto follow = [&](OpOperand &use) {
    Operation *user = use.getOwner();
    unsigned number = use.getOperandNumber();
    if (auto maximum = dyn_cast<arith::MaxSIOp>(user)) {
      APInt other;
      bool isBound = matchPattern(maximum->getOperand(1 - number),
                                  m_ConstantInt(&other)) &&
                     other.sge(kOffset);
      if (!isBound)
        reached.insert(maximum.getResult());
      return true;
    }
    // Of masked lanes; it is no condition.
    if (auto select = dyn_cast<arith::SelectOp>(user)) {
      reached.insert(select.getResult());
      return true;
    }
    if (auto reduction = dyn_cast<vector::ReductionOp>(user)) {
      reached.insert(reduction.getResult());
      return reduction.getKind() == vector::CombiningKind::MAXSI;
    }
    if (auto loop = dyn_cast<scf::ForOp>(user)) {
      if (number < loop.getNumControlOperands())
        return false;
      reachCarried(loop, number - loop.getNumControlOperands());
      return true;
    }
    auto loop = dyn_cast<scf::ForOp>(user->getParentOp());
    if (!loop || !isa<scf::YieldOp>(user))
      return false;
    reachCarried(loop, number);
    return true;
  };
  for (unsigned i = 0; i < reached.size(); ++i)
    if (!llvm::all_of(reached[i].getUses(), follow))
      return false;
  return true;
}

namespace {

/// What a loop takes the largest magnitude of in one of its values.
struct Magnitude {
  unsigned number;
  arith::MaxSIOp maximum;
  Value floats;
};

struct TakeLargestFinite final : public OpRewritePattern<scf::ForOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(scf::ForOp loop,
                                PatternRewriter &rewriter) const override {
    SmallVector<Magnitude> magnitudes = findMagnitudes(loop);
    if (magnitudes.empty())
      return rewriter.notifyMatchFailure(loop, "it takes no magnitudes");
    for (Magnitude magnitude : magnitudes)
      rewrite(loop, magnitude, rewriter);
    return success();
  }

private:
  static SmallVector<Magnitude> findMagnitudes(scf::ForOp loop) {
    SmallVector<Magnitude> magnitudes;
    for (auto [i, argument] : llvm::enumerate(loop.getRegionIterArgs())) {
      auto maximum = loop.getYieldedValues()[i].getDefiningOp<arith::MaxSIOp>();
      APInt init;
      if (!maximum || !maximum->hasOneUse() || !argument.hasOneUse() ||
          *argument.user_begin() != maximum ||
          !matchPattern(loop.getInitArgs()[i], m_ConstantInt(&init)) ||
          init.sgt(kOffset) || !isClamped(loop.getResult(i)))
        continue;
      bool isFirst = maximum.getLhs() == argument;
      if (Value floats =
              getFloats(isFirst ? maximum.getRhs() : maximum.getLhs()))
        magnitudes.push_back({static_cast<unsigned>(i), maximum, floats});
    }
    return magnitudes;
  }

  /// The loop carries magnitudes as they are, of which 0 is the lowest.
  static void rewrite(scf::ForOp loop, Magnitude magnitude,
                      PatternRewriter &rewriter) {
    auto type = cast<VectorType>(magnitude.maximum.getType());
    auto splat = [&](uint64_t value) -> Value {
      return arith::ConstantOp::create(
          rewriter, loop.getLoc(),
          DenseElementsAttr::get(type, APInt(32, value)));
    };
    rewriter.setInsertionPoint(loop);
    rewriter.modifyOpInPlace(loop, [&] {
      loop.getInitArgsMutable()[magnitude.number].set(splat(0));
    });
    rewriter.setInsertionPoint(magnitude.maximum);
    Value argument = loop.getRegionIterArg(magnitude.number);
    rewriter.replaceOp(magnitude.maximum,
                       emitLarger(rewriter, magnitude, argument));
    rewriter.setInsertionPointAfter(loop);
    Value result = loop.getResult(magnitude.number);
    auto moved =
        arith::AddIOp::create(rewriter, loop.getLoc(), result, splat(kOffset));
    rewriter.replaceAllUsesExcept(result, moved, moved);
  }

  static Value emitLarger(OpBuilder &builder, Magnitude magnitude,
                          Value carried) {
    ImplicitLocOpBuilder b(magnitude.maximum.getLoc(), builder);
    auto words = cast<VectorType>(carried.getType());
    Type floats = magnitude.floats.getType();
    auto immediate = [&](int32_t value) -> Value {
      return arith::ConstantOp::create(b, b.getI32IntegerAttr(value));
    };
    // +0, response 8, to quiet and signaling NaN, -inf and +inf, which are
    // tokens 0, 1, 4 and 5; others stay.
    Value responses = arith::ConstantOp::create(
        b, DenseElementsAttr::get(words, APInt(32, 0x00880088)));
    Value finite = emitOnAllLanes(
        b, "llvm.x86.avx512.mask.fixupimm.ps.512", floats,
        {magnitude.floats, magnitude.floats, responses, immediate(0)});
    // The operand of larger magnitude, without its sign.
    constexpr int32_t kLargerMagnitude = 0b1011;
    Value before = arith::BitcastOp::create(b, floats, carried);
    Value larger =
        emitOnAllLanes(b, "llvm.x86.avx512.mask.range.ps.512", floats,
                       {before, finite, immediate(kLargerMagnitude), before});
    return arith::BitcastOp::create(b, words, larger);
  }
};

} // namespace

void quant_ext::populateFiniteMagnitudePatterns(RewritePatternSet &patterns) {
  patterns.add<TakeLargestFinite>(patterns.getContext());
}
