//===- SaturatingRecipes.cpp - Rounding by saturating packs ---------------===//
//
// The portable recipe clamps and rounds in floating point and cuts bits off.
// Here the saturation of conversions and packs does the clamping:
//
//   bound  convert  pack to 16 bits  [add zero point]  pack to 8 bits  permute
//
// with the instructions of SaturatingInstructions.h. A value that saturates at
// 16 bits is beyond 8 bits whatever zero point of 8 bits is added, saturating
// again, so that the result is exact.
//
//===----------------------------------------------------------------------===//

#include "SaturatingRecipes.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

static Value slice(ImplicitLocOpBuilder &b, Value vector, int64_t begin,
                   int64_t size) {
  if (cast<VectorType>(vector.getType()).getNumElements() == size)
    return vector;
  return vector::ExtractStridedSliceOp::create(
      b, vector, ArrayRef<int64_t>{begin}, ArrayRef<int64_t>{size},
      ArrayRef<int64_t>{1});
}

SaturatingRecipe::SaturatingRecipe(const TargetInfo &target, Type resultType,
                                   Value zeroPoint, StorageAttr storage,
                                   Rounding rounding)
    : zeroPoint(zeroPoint), storage(storage), rounding(rounding) {
  auto type = dyn_cast<VectorType>(resultType);
  if (!type || type.getRank() != 1 || storage.isFloat() ||
      rounding == Rounding::Stochastic)
    return;
  // What saturates at 16 bits need not do so once a zero point is added.
  // Without one a storage is signed.
  unsigned width = storage.getWidth();
  if (width <= 8 || (width <= 16 && !zeroPoint))
    instructions = SaturatingInstructions::find(target, type.getNumElements(),
                                                getIntegerBits());
}

bool SaturatingRecipe::widensByParity(Value input) const {
  // A shift and a mask, and packs of parts of a register leave an order to
  // restore anyway.
  bool packsParts = instructions->getBits() > instructions->getPackedBits();
  bool isShared = !zeroPoint || getSplatScalar(zeroPoint);
  return getElementTypeOrSelf(input).isBF16() && packsParts && isShared;
}

Value SaturatingRecipe::emitEvenThenOdd(ImplicitLocOpBuilder &b,
                                        Value input) const {
  auto type = cast<VectorType>(input.getType());
  VectorType wide = type.clone(b.getF32Type());
  int64_t words = instructions->getWords();
  auto pairs = VectorType::get({type.getNumElements() / 2}, b.getI32Type());
  auto lanes = VectorType::get({words}, b.getI32Type());
  auto constant = [&](uint32_t bits) -> Value {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(lanes, APInt(32, bits)));
  };
  Value bits = vector::BitCastOp::create(b, pairs, input);
  Value result = arith::ConstantOp::create(b, b.getZeroAttr(wide));
  auto insert = [&](Value half, int64_t at) {
    half = arith::BitcastOp::create(b, lanes.clone(b.getF32Type()), half);
    result = vector::InsertStridedSliceOp::create(
        b, half, result, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{1});
  };
  for (int64_t at = 0; at < type.getNumElements(); at += 2 * words) {
    Value both = slice(b, bits, at / 2, words);
    insert(arith::ShLIOp::create(b, both, constant(16)), at);
    insert(arith::AndIOp::create(b, both, constant(0xffff0000)), at + words);
  }
  return result;
}

Value SaturatingRecipe::emit(ImplicitLocOpBuilder &b, Value values,
                             bool isBounded, LaneOrder order) const {
  Value integers = emitRegisters(b, values, isBounded, order);
  if (storage.getWidth() == getIntegerBits())
    return integers;
  auto type = cast<VectorType>(values.getType());
  return arith::TruncIOp::create(b, type.clone(storage.getElementType()),
                                 integers);
}

/// The same in whole bytes.
Value SaturatingRecipe::emitRegisters(ImplicitLocOpBuilder &b, Value values,
                                      bool isBounded, LaneOrder order) const {
  auto type = cast<VectorType>(values.getType());
  int64_t lanes = instructions->getBits() / getIntegerBits();
  if (type.getNumElements() == lanes)
    return emitRegister(b, values, zeroPoint, isBounded, order);
  Value scalar = zeroPoint ? getSplatScalar(zeroPoint) : Value();
  Value result = arith::ConstantOp::create(
      b, b.getZeroAttr(type.clone(b.getIntegerType(getIntegerBits()))));
  for (int64_t at = 0; at < type.getNumElements(); at += lanes) {
    Value zeroPoints = zeroPoint;
    if (zeroPoint && !scalar)
      zeroPoints = slice(b, zeroPoint, at, lanes);
    Value part = emitRegister(b, slice(b, values, at, lanes), zeroPoints,
                              isBounded, order);
    result = vector::InsertStridedSliceOp::create(
        b, part, result, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{1});
  }
  return result;
}

Value SaturatingRecipe::emitRegister(ImplicitLocOpBuilder &b, Value values,
                                     Value zeroPoints, bool isBounded,
                                     LaneOrder order) const {
  int64_t words = instructions->getWords();
  auto convert = [&](int64_t begin) {
    return instructions->emitConvert(b, slice(b, values, begin, words),
                                     rounding, isBounded);
  };
  auto toWords = [&](int64_t begin) {
    Value packed =
        instructions->emitPack(b, convert(begin), convert(begin + words), true);
    return zeroPoints ? addZeroPoint(b, packed, zeroPoints, begin) : packed;
  };
  Value result = toWords(0);
  if (getIntegerBits() == 8)
    result = instructions->emitPack(b, result, toWords(2 * words),
                                    storage.getIsSigned());
  return clampToStorage(b, restoreOrder(b, result, order), isBounded);
}

/// Adds to the 16-bit integers that were packed from `begin` on.
Value SaturatingRecipe::addZeroPoint(ImplicitLocOpBuilder &b, Value words,
                                     Value zeroPoints, int64_t begin) const {
  auto type = cast<VectorType>(words.getType());
  auto extend = [&](Type wide, Value narrow) -> Value {
    if (storage.getIsSigned())
      return arith::ExtSIOp::create(b, wide, narrow);
    return arith::ExtUIOp::create(b, wide, narrow);
  };
  if (Value scalar = getSplatScalar(zeroPoints)) {
    Value wide = extend(b.getI16Type(), scalar);
    return LLVM::SAddSat::create(b, words,
                                 vector::BroadcastOp::create(b, type, wide));
  }
  // In the order of the packed integers: they come from the two registers by
  // turns.
  int64_t part = instructions->getPackedBits() / 32;
  SmallVector<int64_t> order;
  for (int64_t at = 0; at < instructions->getWords(); at += part)
    for (int64_t half : {int64_t(0), instructions->getWords()})
      llvm::append_range(
          order, llvm::seq(begin + half + at, begin + half + at + part));
  Value ordered = vector::ShuffleOp::create(b, zeroPoints, zeroPoints, order);
  return LLVM::SAddSat::create(b, words, extend(type, ordered));
}

/// Packs within parts of a register leave what came from one register together
/// in each part.
Value SaturatingRecipe::restoreOrder(ImplicitLocOpBuilder &b, Value packed,
                                     LaneOrder order) const {
  int64_t parts = instructions->getBits() / instructions->getPackedBits();
  if (parts == 1)
    return packed;
  // Registers of the sources, and how many neighbours of each are together.
  int64_t sources = 32 / getIntegerBits();
  int64_t together = instructions->getPackedBits() / 32;
  SmallVector<int64_t> lanes;
  if (order == LaneOrder::EvenThenOdd) {
    for (int64_t pair = 0; pair < sources; pair += 2)
      for (int64_t part = 0; part < parts; ++part)
        for (int64_t lane = 0; lane < together; ++lane)
          for (int64_t parity : {0, 1})
            lanes.push_back((part * sources + pair + parity) * together + lane);
    return vector::ShuffleOp::create(b, packed, packed, lanes);
  }
  return instructions->emitInOrder(b, packed, sources);
}

Value SaturatingRecipe::clampToStorage(ImplicitLocOpBuilder &b, Value integers,
                                       bool isBounded) const {
  auto type = cast<VectorType>(integers.getType());
  bool isSigned = storage.getIsSigned();
  auto bound = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, Attribute(b.getIntegerAttr(
                                            type.getElementType(), value))));
  };
  if (storage.getMin() > StorageAttr::getDefaultMin(getIntegerBits(), isSigned))
    integers = isSigned ? Value(arith::MaxSIOp::create(b, integers,
                                                       bound(storage.getMin())))
                        : Value(arith::MaxUIOp::create(
                              b, integers, bound(storage.getMin())));
  if (!isBounded &&
      storage.getMax() < StorageAttr::getDefaultMax(getIntegerBits(), isSigned))
    integers = isSigned ? Value(arith::MinSIOp::create(b, integers,
                                                       bound(storage.getMax())))
                        : Value(arith::MinUIOp::create(
                              b, integers, bound(storage.getMax())));
  return integers;
}

namespace {

/// Both operations round and clamp a number; `Emit` makes it.
template <typename OpT, Value (*Emit)(OpBuilder &, OpT)>
struct RoundBySaturation final : public OpRewritePattern<OpT> {
  RoundBySaturation(MLIRContext *context, PatternBenefit benefit,
                    const TargetInfo &target)
      : OpRewritePattern<OpT>(context, benefit), target(target) {}

  LogicalResult matchAndRewrite(OpT op,
                                PatternRewriter &rewriter) const override {
    SaturatingRecipe recipe(target, op.getResult().getType(), getZeroPoint(op),
                            op.getStorage(), op.getRounding());
    if (!recipe)
      return rewriter.notifyMatchFailure(
          op, "the target has no instructions that saturate like it");
    if (computesInDouble(op))
      return rewriter.notifyMatchFailure(op, "it computes in f64");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value values = Emit(rewriter, op);
    rewriter.replaceOp(op, recipe.emit(b, values, /*isBounded=*/false));
    return success();
  }

  static Value getZeroPoint(ApplyQuantizeOp op) { return op.getZeroPoint(); }
  static Value getZeroPoint(ApplyRequantizeOp op) {
    return op.getZeroPointOut();
  }
  static bool computesInDouble(ApplyQuantizeOp op) {
    return getElementTypeOrSelf(op.getInput()).isF64() ||
           getElementTypeOrSelf(op.getScale()).isF64();
  }
  static bool computesInDouble(ApplyRequantizeOp) { return false; }

  TargetInfo target;
};

} // namespace

void quant_ext::populateSaturatingRecipePatterns(RewritePatternSet &patterns,
                                                 const TargetInfo &target,
                                                 PatternBenefit benefit) {
  patterns.add<RoundBySaturation<ApplyQuantizeOp, emitQuotient>,
               RoundBySaturation<ApplyRequantizeOp, emitProduct>>(
      patterns.getContext(), benefit, target);
}
