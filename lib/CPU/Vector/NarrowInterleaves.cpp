//===- NarrowInterleaves.cpp - Interleave where elements are narrow -------===//

#include "Recipes/SplatScalar.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTNARROWINTERLEAVES
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Interleaving a pair of values
//===----------------------------------------------------------------------===//

static VectorType getDoubled(Type type) {
  auto vector = cast<VectorType>(type);
  return VectorType::get({2 * vector.getNumElements()},
                         vector.getElementType());
}

/// The vector that `even` and `odd` are the two halves of; null if there is
/// none.
static Value getDeinterleaved(Value even, Value odd) {
  auto op = even.getDefiningOp<vector::DeinterleaveOp>();
  if (op && op.getRes1() == even && op.getRes2() == odd)
    return op.getSource();
  return Value();
}

static DenseElementsAttr getSplatConstant(Value value) {
  DenseElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)) && constant.isSplat())
    return constant;
  return nullptr;
}

/// Whether all lanes of both vectors are one number.
static bool areUniform(Value even, Value odd) {
  if (Value scalar = getSplatScalar(even))
    return scalar == getSplatScalar(odd);
  DenseElementsAttr constant = getSplatConstant(even);
  return constant && constant == getSplatConstant(odd);
}

/// Whether `even` and `odd`, interleaved, are there without a shuffle more.
static bool isInterleavingFree(Value even, Value odd) {
  SmallVector<int64_t> lanes;
  return getDeinterleaved(even, odd) || areUniform(even, odd) ||
         (even == odd && getShuffled(even, lanes));
}

static Value interleave(OpBuilder &b, Location loc, Value even, Value odd) {
  if (Value whole = getDeinterleaved(even, odd))
    return whole;
  if (areUniform(even, odd)) {
    VectorType type = getDoubled(even.getType());
    if (Value scalar = getSplatScalar(even))
      return vector::BroadcastOp::create(b, loc, type, scalar);
    if (DenseElementsAttr constant = getSplatConstant(even))
      return arith::ConstantOp::create(b, loc, constant.resizeSplat(type));
  }
  SmallVector<int64_t> lanes;
  if (Value few = even == odd ? getShuffled(even, lanes) : Value()) {
    SmallVector<int64_t> twice;
    for (int64_t lane : lanes)
      twice.append(2, lane);
    return vector::ShuffleOp::create(b, loc, few, few, twice);
  }
  return vector::InterleaveOp::create(b, loc, even, odd);
}

//===----------------------------------------------------------------------===//
// Pairs of operations
//===----------------------------------------------------------------------===//

/// Whether the two do the same to vectors of one shape, lane by lane.
static bool areAlike(Operation *even, Operation *odd) {
  if (!even || !odd || even == odd || even->getBlock() != odd->getBlock() ||
      even->getName() != odd->getName() ||
      even->getAttrDictionary() != odd->getAttrDictionary() ||
      !OpTrait::hasElementwiseMappableTraits(even) ||
      even->getNumResults() != 1 ||
      even->getResultTypes() != odd->getResultTypes() ||
      even->getOperandTypes() != odd->getOperandTypes())
    return false;
  return llvm::all_of(
      llvm::concat<const Type>(SmallVector<Type>(even->getOperandTypes()),
                               SmallVector<Type>(even->getResultTypes())),
      [](Type type) {
        auto vector = dyn_cast<VectorType>(type);
        if (!vector || vector.getRank() != 1 || vector.isScalable())
          return false;
        // Shuffles of floats below 16 bits have no form in the llvm dialect.
        Type element = vector.getElementType();
        return !isa<FloatType>(element) ||
               element.getIntOrFloatBitWidth() >= 16;
      });
}

/// The operation on all the lanes that `even` and `odd` have between them.
static Value emitOnBoth(OpBuilder &b, Operation *even, Operation *odd) {
  SmallVector<Value> operands;
  for (auto [first, second] :
       llvm::zip_equal(even->getOperands(), odd->getOperands()))
    operands.push_back(interleave(b, even->getLoc(), first, second));
  Type type = getDoubled(even->getResult(0).getType());
  return clone(b, even, type, operands)->getResult(0);
}

static int64_t getLaneBits(Value vector) {
  Type type = getElementTypeOrSelf(vector.getType());
  return type.isIndex() ? IndexType::kInternalStorageBitWidth
                        : type.getIntOrFloatBitWidth();
}

namespace {

/// What is computed in two halves and interleaved is interleaved first, where
/// the operands have no more bits than the result.
struct InterleaveOperands : public OpRewritePattern<vector::InterleaveOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(vector::InterleaveOp op,
                                PatternRewriter &rewriter) const override {
    VectorType type = op.getSourceVectorType();
    if (type.getRank() != 1 || type.isScalable())
      return rewriter.notifyMatchFailure(op, "it is not on lanes of a number");
    if (isInterleavingFree(op.getLhs(), op.getRhs())) {
      rewriter.replaceOp(
          op, interleave(rewriter, op.getLoc(), op.getLhs(), op.getRhs()));
      return success();
    }
    Operation *even = op.getLhs().getDefiningOp();
    Operation *odd = op.getRhs().getDefiningOp();
    if (!areAlike(even, odd))
      return rewriter.notifyMatchFailure(op, "the halves differ");
    if (!even->hasOneUse() || !odd->hasOneUse())
      return rewriter.notifyMatchFailure(op, "a half has other uses");
    int64_t bits = 0;
    for (auto [first, second] :
         llvm::zip_equal(even->getOperands(), odd->getOperands()))
      if (!isInterleavingFree(first, second))
        bits += getLaneBits(first);
    // Lanes that fill no bytes are shuffled one by one.
    int64_t resultBits = getLaneBits(op.getLhs());
    if (resultBits % 8 == 0 && bits > resultBits)
      return rewriter.notifyMatchFailure(op, "the operands are wider");
    rewriter.replaceOp(op, emitOnBoth(rewriter, even, odd));
    return success();
  }
};

/// What is taken apart and computed with in two halves is computed with first,
/// where the result has no more bits than the operand.
struct DeinterleaveResults : public OpRewritePattern<vector::DeinterleaveOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(vector::DeinterleaveOp op,
                                PatternRewriter &rewriter) const override {
    for (Operation *even : op.getRes1().getUsers())
      for (Operation *odd : op.getRes2().getUsers())
        if (areAlike(even, odd) && isNoWider(even, op) && isFree(even, odd)) {
          Operation *first = even->isBeforeInBlock(odd) ? even : odd;
          if (!llvm::all_of(odd->getOperands(), [&](Value value) {
                return isDefinedBefore(value, first);
              }))
            continue;
          rewriter.setInsertionPoint(first);
          Value both = emitOnBoth(rewriter, even, odd);
          auto halves =
              vector::DeinterleaveOp::create(rewriter, op.getLoc(), both);
          rewriter.replaceOp(even, halves.getRes1());
          rewriter.replaceOp(odd, halves.getRes2());
          return success();
        }
    return rewriter.notifyMatchFailure(
        op, "no operation on one half is done to the other");
  }

private:
  static bool isNoWider(Operation *user, vector::DeinterleaveOp op) {
    return llvm::divideCeil(getLaneBits(user->getResult(0)), 8) <=
           llvm::divideCeil(getLaneBits(op.getSource()), 8);
  }

  static bool isFree(Operation *even, Operation *odd) {
    return llvm::all_of(
        llvm::zip_equal(even->getOperands(), odd->getOperands()),
        [](auto pair) {
          return isInterleavingFree(std::get<0>(pair), std::get<1>(pair));
        });
  }

  static bool isDefinedBefore(Value value, Operation *user) {
    Operation *def = value.getDefiningOp();
    return !def || def->getBlock() != user->getBlock() ||
           def->isBeforeInBlock(user);
  }
};

/// Two neighbours of 4 bits become a byte where they lie: nothing is taken
/// apart.
struct JoinNibbles : public OpRewritePattern<arith::OrIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::OrIOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getType());
    auto shift = op.getRhs().getDefiningOp<arith::ShLIOp>();
    if (!type || type.getRank() != 1 || type.isScalable() ||
        !type.getElementType().isInteger(8) || !shift ||
        !isSplatOf(shift.getRhs(), 4))
      return rewriter.notifyMatchFailure(op, "it joins no halves of bytes");
    Value nibbles = getDeinterleaved(op.getLhs(), shift.getLhs());
    auto mask =
        nibbles ? nibbles.getDefiningOp<arith::AndIOp>() : arith::AndIOp();
    if (!mask || !isSplatOf(mask.getRhs(), 15))
      return rewriter.notifyMatchFailure(op, "the halves are no neighbours");
    Location loc = op.getLoc();
    auto wide = VectorType::get(type.getShape(), rewriter.getI16Type());
    // The first of two is the low byte: every target is little-endian.
    Value pairs = vector::BitCastOp::create(rewriter, loc, wide, nibbles);
    Value four = arith::ConstantOp::create(
        rewriter, loc,
        DenseElementsAttr::get(wide, Attribute(rewriter.getI16IntegerAttr(4))));
    Value moved = arith::ShRUIOp::create(rewriter, loc, pairs, four);
    rewriter.replaceOpWithNewOp<arith::TruncIOp>(
        op, type, arith::OrIOp::create(rewriter, loc, pairs, moved));
    return success();
  }
};

struct NarrowInterleavesPass
    : public quant_ext::impl::QuantExtNarrowInterleavesBase<
          NarrowInterleavesPass> {
  using QuantExtNarrowInterleavesBase::QuantExtNarrowInterleavesBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<InterleaveOperands, DeinterleaveResults, JoinNibbles>(
        &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
