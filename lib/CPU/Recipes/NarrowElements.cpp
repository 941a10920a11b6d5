//===- NarrowElements.cpp - Vectors of fewer than 8 bits a lane -----------===//

#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Lanes of 32 bits in a register of AVX-512, and what 4 bits can hold.
static constexpr int64_t kWords = 16;

static Value createSplat(OpBuilder &b, Location loc, Type type, int64_t value) {
  Type element = getElementTypeOrSelf(type);
  return arith::ConstantOp::create(
      b, loc,
      DenseElementsAttr::get(cast<ShapedType>(type),
                             Attribute(b.getIntegerAttr(element, value))));
}

/// The vector of i8 whose low bits the lanes of `narrow` are; null if there is
/// none.
static Value getBytes(Value narrow) {
  if (auto cast = narrow.getDefiningOp<arith::BitcastOp>())
    narrow = cast.getIn();
  auto trunc = narrow.getDefiningOp<arith::TruncIOp>();
  if (!trunc || !isa<VectorType>(trunc.getType()) ||
      !getElementTypeOrSelf(trunc.getIn().getType()).isInteger(8))
    return Value();
  return trunc.getIn();
}

namespace {

/// Widens from bytes: LLVM takes lanes of fewer bits for 32 bits wide, and
/// shifts those.
template <typename ExtOp>
struct ExtendFromBytes : public OpRewritePattern<ExtOp> {
  using OpRewritePattern<ExtOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ExtOp op,
                                PatternRewriter &rewriter) const override {
    auto trunc = op.getIn().template getDefiningOp<arith::TruncIOp>();
    Value bytes = getBytes(op.getIn());
    if (!trunc || !bytes)
      return rewriter.notifyMatchFailure(op, "the lanes come from no bytes");
    Location loc = op.getLoc();
    Type type = bytes.getType();
    unsigned width =
        getElementTypeOrSelf(trunc.getType()).getIntOrFloatBitWidth();
    Value value = arith::AndIOp::create(
        rewriter, loc, bytes,
        createSplat(rewriter, loc, type, (int64_t(1) << width) - 1));
    if (std::is_same_v<ExtOp, arith::ExtSIOp>) {
      Value sign = createSplat(rewriter, loc, type, int64_t(1) << (width - 1));
      value = arith::XOrIOp::create(rewriter, loc, value, sign);
      value = arith::SubIOp::create(rewriter, loc, value, sign);
    }
    if (value.getType() != op.getType())
      value = ExtOp::create(rewriter, loc, op.getType(), value);
    rewriter.replaceOp(op, value);
    return success();
  }
};

/// Lanes leave a branch as bytes, where both sides make them from bytes: LLVM
/// passes lanes of fewer bits on one by one.
struct YieldBytes : public OpRewritePattern<scf::IfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(scf::IfOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getNumResults() != 1 || !op.elseBlock())
      return rewriter.notifyMatchFailure(op, "it yields not one value");
    Value thenBytes = getBytes(op.thenYield().getOperand(0));
    Value elseBytes = getBytes(op.elseYield().getOperand(0));
    Type type = op.getResult(0).getType();
    if (!thenBytes || !elseBytes || !getElementTypeOrSelf(type).isInteger())
      return rewriter.notifyMatchFailure(op, "it does not yield bytes cut");
    auto wide = scf::IfOp::create(rewriter, op.getLoc(), thenBytes.getType(),
                                  op.getCondition());
    rewriter.inlineRegionBefore(op.getThenRegion(), wide.getThenRegion(),
                                wide.getThenRegion().end());
    rewriter.inlineRegionBefore(op.getElseRegion(), wide.getElseRegion(),
                                wide.getElseRegion().end());
    rewriter.modifyOpInPlace(
        wide.thenYield(), [&] { wide.thenYield()->setOperand(0, thenBytes); });
    rewriter.modifyOpInPlace(
        wide.elseYield(), [&] { wide.elseYield()->setOperand(0, elseBytes); });
    rewriter.replaceOpWithNewOp<arith::TruncIOp>(op, type, wide.getResult(0));
    return success();
  }
};

/// What 4 bits stand for is one of 16 numbers, which fit a register: each lane
/// is looked up.
struct DequantizeByTable : public OpRewritePattern<ApplyDequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getStorage().getWidth() != 4)
      return rewriter.notifyMatchFailure(op, "the storage has not 4 bits");
    Value bytes = getBytes(op.getInput());
    auto type = dyn_cast<VectorType>(op.getResult().getType());
    if (!bytes || type.getRank() != 1 || type.getNumElements() % kWords != 0)
      return rewriter.notifyMatchFailure(op, "its lanes fill no registers");
    if (!type.getElementType().isF32() ||
        getElementTypeOrSelf(op.getScale().getType()).isF64())
      return rewriter.notifyMatchFailure(op, "it is not in f32");
    Value zeroPoint = op.getZeroPoint();
    if (zeroPoint && !(zeroPoint = getSplatScalar(zeroPoint)))
      return rewriter.notifyMatchFailure(op, "lanes differ in zero point");

    // Where scales differ, only what they multiply is looked up.
    Value scale = getSplatScalar(op.getScale());
    Value table = emitTable(rewriter, op, scale, zeroPoint);
    Value result = arith::ConstantOp::create(rewriter, op.getLoc(),
                                             rewriter.getZeroAttr(type));
    for (int64_t at = 0; at < type.getNumElements(); at += kWords)
      result = vector::InsertStridedSliceOp::create(
          rewriter, op.getLoc(),
          lookUp(rewriter, op.getLoc(), table, bytes, at), result,
          ArrayRef<int64_t>{at}, ArrayRef<int64_t>{1});
    if (!scale) {
      Value scales = op.getScale();
      if (scales.getType() != type)
        scales = arith::ExtFOp::create(rewriter, op.getLoc(), type, scales);
      result = arith::MulFOp::create(rewriter, op.getLoc(), result, scales);
    }
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  static Value broadcast(OpBuilder &b, Location loc, Value scalar) {
    return vector::BroadcastOp::create(
        b, loc, VectorType::get({kWords}, scalar.getType()), scalar);
  }

  /// `op` on each of the 16 bit patterns; by 1 where `scale` is null.
  static Value emitTable(OpBuilder &b, ApplyDequantizeOp op, Value scale,
                         Value zeroPoint) {
    Location loc = op.getLoc();
    if (!scale)
      scale = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(1.0f));
    auto bits = VectorType::get({kWords}, b.getIntegerType(4));
    SmallVector<APInt> patterns;
    for (int64_t i = 0; i < kWords; ++i)
      patterns.emplace_back(/*numBits=*/4, i);
    Value input = arith::ConstantOp::create(
        b, loc, DenseElementsAttr::get(bits, patterns));
    Type element = getElementTypeOrSelf(op.getInput().getType());
    if (element != bits.getElementType())
      input = arith::BitcastOp::create(b, loc, bits.clone(element), input);
    Type result = VectorType::get({kWords}, b.getF32Type());
    return ApplyDequantizeOp::create(
        b, loc, result, input, broadcast(b, loc, scale),
        zeroPoint ? broadcast(b, loc, zeroPoint) : Value(), op.getStorage());
  }

  /// What `table` has for the low halves of the 16 `bytes` from `at` on.
  static Value lookUp(OpBuilder &b, Location loc, Value table, Value bytes,
                      int64_t at) {
    auto words = VectorType::get({kWords}, b.getI32Type());
    Value indices = emitWordsFromPacked(b, loc, words, bytes, at);
    if (!indices) {
      Value slice = vector::ExtractStridedSliceOp::create(
          b, loc, bytes, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{kWords},
          ArrayRef<int64_t>{1});
      indices = arith::ExtUIOp::create(b, loc, words, slice);
    }
    return LLVM::CallIntrinsicOp::create(
               b, loc, table.getType(),
               b.getStringAttr("llvm.x86.avx512.permvar.sf.512"),
               ValueRange{table, indices})
        .getResult(0);
  }

  /// The same without taking bytes apart: each lane gets the 32 bits that it
  /// lies in, and shifts them. The instruction that looks up ignores what is
  /// above the low 4 bits. Null where `bytes` are not packed ones interleaved.
  static Value emitWordsFromPacked(OpBuilder &b, Location loc, VectorType words,
                                   Value bytes, int64_t at) {
    auto interleave = bytes.getDefiningOp<vector::InterleaveOp>();
    if (!interleave)
      return Value();
    Value packed = interleave.getLhs();
    auto shift = interleave.getRhs().getDefiningOp<arith::ShRUIOp>();
    int64_t numBytes = cast<VectorType>(packed.getType()).getNumElements();
    if (!shift || shift.getLhs() != packed || !isSplatOf(shift.getRhs(), 4) ||
        numBytes % 4 != 0)
      return Value();
    auto whole = VectorType::get({numBytes / 4}, b.getI32Type());
    Value sources = vector::BitCastOp::create(b, loc, whole, packed);
    constexpr int64_t kNibbles = 8;
    SmallVector<int64_t> order;
    SmallVector<int32_t> shifts;
    for (int64_t lane = 0; lane < kWords; ++lane) {
      order.push_back((at + lane) / kNibbles);
      shifts.push_back(lane % kNibbles * 4);
    }
    Value lanes = vector::ShuffleOp::create(b, loc, sources, sources, order);
    Value amounts = arith::ConstantOp::create(
        b, loc, DenseElementsAttr::get(words, ArrayRef(shifts)));
    return arith::ShRUIOp::create(b, loc, lanes, amounts);
  }
};

} // namespace

void quant_ext::populateNarrowElementPatterns(RewritePatternSet &patterns) {
  patterns.add<YieldBytes, ExtendFromBytes<arith::ExtSIOp>,
               ExtendFromBytes<arith::ExtUIOp>>(patterns.getContext());
}

void quant_ext::populateAVX512TablePatterns(RewritePatternSet &patterns) {
  patterns.add<DequantizeByTable>(patterns.getContext());
}
