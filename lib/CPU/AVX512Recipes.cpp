//===- AVX512Recipes.cpp - Element operations by AVX-512 ------------------===//
//
// The portable recipe clamps and rounds in floating point and cuts bits off.
// Here the saturation of conversions and packs does the clamping:
//
//   min(v, 32767)  cvtps2dq  packssdw  [paddsw zero point]  packsswb  vpermd
//
// NaN, and what lies below -2^31, converts to the lowest i32, as it should;
// above, the conversion would do the same, hence the min. A value that
// saturates at 16 bits is beyond 8 bits whatever zero point of 8 bits is added,
// saturating again, so that the result is exact.
//
// Other roundings than half_even convert by cvttps2dq, which saturates alike;
// half_away adds what makes a truncation round before it.
//
//===----------------------------------------------------------------------===//

#include "AVX512Recipes.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Lanes of 32 bits in a register, and of 8.
static constexpr int64_t kWords = 16;
static constexpr int64_t kBytes = 64;
/// What 16 bits can hold: beyond 8 bits with any zero point, and converted.
static constexpr float kLargestWord = 32767.0f;

namespace {

/// Builds the recipe for one register of results.
class ByteRounder {
public:
  ByteRounder(OpBuilder &builder, Location loc, StorageAttr storage,
              Rounding rounding)
      : b(builder), loc(loc), storage(storage), rounding(rounding) {}

  /// The integers for 64 lanes of f32; `zeroPoint` is a scalar or null.
  Value round(Value values, Value zeroPoint) {
    SmallVector<Value> words;
    for (int64_t begin = 0; begin < kBytes; begin += kWords)
      words.push_back(toInteger(slice(values, begin, kWords)));
    Value low = pack("packssdw", b.getI16Type(), words[0], words[1]);
    Value high = pack("packssdw", b.getI16Type(), words[2], words[3]);
    if (zeroPoint) {
      Value addend = splat(extendToI16(zeroPoint), low.getType());
      low = LLVM::SAddSat::create(b, loc, low, addend);
      high = LLVM::SAddSat::create(b, loc, high, addend);
    }
    StringRef narrow = storage.getIsSigned() ? "packsswb" : "packuswb";
    Value bytes = pack(narrow, b.getI8Type(), low, high);
    return clampToStorage(restoreOrder(bytes));
  }

private:
  Value slice(Value vector, int64_t begin, int64_t size) {
    return vector::ExtractStridedSliceOp::create(
        b, loc, vector, ArrayRef<int64_t>{begin}, ArrayRef<int64_t>{size},
        ArrayRef<int64_t>{1});
  }

  Value splat(Value scalar, Type type) {
    return vector::BroadcastOp::create(b, loc, type, scalar);
  }

  Value constant(VectorType type, TypedAttr element) {
    return arith::ConstantOp::create(
        b, loc, DenseElementsAttr::get(type, Attribute(element)));
  }

  Value call(StringRef name, Type result, ValueRange arguments) {
    auto intrinsic = b.getStringAttr("llvm.x86.avx512." + name);
    return LLVM::CallIntrinsicOp::create(b, loc, result, intrinsic, arguments)
        .getResult(0);
  }

  Value pack(StringRef name, Type element, Value low, Value high) {
    int64_t lanes = 2 * cast<VectorType>(low.getType()).getNumElements();
    return call((name + ".512").str(), VectorType::get({lanes}, element),
                {low, high});
  }

  Value toInteger(Value values) {
    if (rounding == Rounding::HalfAway)
      values = emitBiasAwayFromZero(b, loc, values);
    auto words = VectorType::get({kWords}, b.getI32Type());
    Value unused = constant(words, b.getI32IntegerAttr(0));
    Value all = arith::ConstantOp::create(b, loc, b.getI16IntegerAttr(-1));
    constexpr int32_t kCurrentRounding = 4;
    Value direction = arith::ConstantOp::create(
        b, loc, b.getI32IntegerAttr(kCurrentRounding));
    StringRef convert = rounding == Rounding::HalfEven ? "mask.cvtps2dq.512"
                                                       : "mask.cvttps2dq.512";
    return call(convert, words, {values, unused, all, direction});
  }

  Value extendToI16(Value zeroPoint) {
    if (storage.getIsSigned())
      return arith::ExtSIOp::create(b, loc, b.getI16Type(), zeroPoint);
    return arith::ExtUIOp::create(b, loc, b.getI16Type(), zeroPoint);
  }

  /// Packs work within quarters of a register: after two of them, four
  /// neighbours are together, but the fours of each quarter are interleaved.
  Value restoreOrder(Value bytes) {
    auto words = VectorType::get({kWords}, b.getI32Type());
    SmallVector<int64_t> order;
    for (int64_t i = 0; i < 4; ++i)
      for (int64_t quarter = 0; quarter < 4; ++quarter)
        order.push_back(quarter * 4 + i);
    Value packed = vector::BitCastOp::create(b, loc, words, bytes);
    Value ordered = vector::ShuffleOp::create(b, loc, packed, packed, order);
    return vector::BitCastOp::create(b, loc, bytes.getType(), ordered);
  }

  Value clampToStorage(Value bytes) {
    auto type = cast<VectorType>(bytes.getType());
    bool isSigned = storage.getIsSigned();
    auto bound = [&](int64_t value) {
      return constant(type, b.getIntegerAttr(b.getI8Type(), value));
    };
    if (storage.getMin() > StorageAttr::getDefaultMin(8, isSigned))
      bytes = isSigned ? Value(arith::MaxSIOp::create(b, loc, bytes,
                                                      bound(storage.getMin())))
                       : Value(arith::MaxUIOp::create(b, loc, bytes,
                                                      bound(storage.getMin())));
    if (storage.getMax() < StorageAttr::getDefaultMax(8, isSigned))
      bytes = isSigned ? Value(arith::MinSIOp::create(b, loc, bytes,
                                                      bound(storage.getMax())))
                       : Value(arith::MinUIOp::create(b, loc, bytes,
                                                      bound(storage.getMax())));
    if (storage.getWidth() == 8)
      return bytes;
    return arith::TruncIOp::create(b, loc, type.clone(storage.getElementType()),
                                   bytes);
  }

  OpBuilder &b;
  Location loc;
  StorageAttr storage;
  Rounding rounding;
};

} // namespace

bool quant_ext::hasSaturatingRound(Type resultType, StorageAttr storage) {
  auto type = dyn_cast<VectorType>(resultType);
  return type && type.getRank() == 1 && type.getNumElements() % kBytes == 0 &&
         !storage.isFloat() && storage.getWidth() <= 8;
}

Value quant_ext::emitSaturatingRound(OpBuilder &builder, Location loc,
                                     Value values, Value zeroPoint,
                                     StorageAttr storage, Rounding rounding) {
  ByteRounder rounder(builder, loc, storage, rounding);
  auto type = cast<VectorType>(values.getType());
  if (type.getNumElements() == kBytes)
    return rounder.round(values, zeroPoint);
  Value result = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(type.clone(storage.getElementType())));
  for (int64_t at = 0; at < type.getNumElements(); at += kBytes) {
    Value part = vector::ExtractStridedSliceOp::create(
        builder, loc, values, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{kBytes},
        ArrayRef<int64_t>{1});
    result = vector::InsertStridedSliceOp::create(
        builder, loc, rounder.round(part, zeroPoint), result,
        ArrayRef<int64_t>{at}, ArrayRef<int64_t>{1});
  }
  return result;
}

// In this order of the operands NaN stays.
Value quant_ext::emitUpperBound(OpBuilder &builder, Location loc, Value values,
                                Value bound) {
  Value isBeyond = arith::CmpFOp::create(
      builder, loc, arith::CmpFPredicate::OLT, bound, values);
  return arith::SelectOp::create(builder, loc, isBeyond, bound, values);
}

namespace {

/// Both operations round and clamp a number; `Emit` makes it.
template <typename OpT, Value (*Emit)(OpBuilder &, OpT)>
struct RoundToBytes final : public OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op,
                                PatternRewriter &rewriter) const override {
    StorageAttr storage = op.getStorage();
    if (!hasSaturatingRound(op.getResult().getType(), storage))
      return rewriter.notifyMatchFailure(
          op, "it does not fill registers with integers of 8 bits or fewer");
    if (op.getRounding() == Rounding::Stochastic)
      return rewriter.notifyMatchFailure(op, "rounding is stochastic");
    Value zeroPoint = getZeroPoint(op);
    if (zeroPoint && !(zeroPoint = getSplatScalar(zeroPoint)))
      return rewriter.notifyMatchFailure(op, "lanes differ in zero point");
    if (computesInDouble(op))
      return rewriter.notifyMatchFailure(op, "it computes in f64");

    Location loc = op.getLoc();
    Value values = Emit(rewriter, op);
    auto type = cast<VectorType>(values.getType());
    Value big = arith::ConstantOp::create(
        rewriter, loc,
        DenseElementsAttr::get(type, ArrayRef<float>(kLargestWord)));
    values = emitUpperBound(rewriter, loc, values, big);
    rewriter.replaceOp(op, emitSaturatingRound(rewriter, loc, values, zeroPoint,
                                               storage, op.getRounding()));
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
};

} // namespace

void quant_ext::populateAVX512RecipePatterns(RewritePatternSet &patterns,
                                             PatternBenefit benefit) {
  patterns.add<RoundToBytes<ApplyQuantizeOp, emitQuotient>,
               RoundToBytes<ApplyRequantizeOp, emitProduct>>(
      patterns.getContext(), benefit);
}
