//===- DequantizeByTable.cpp - 4 bits by what they stand for --------------===//
//
// What 4 bits stand for is one of 16 numbers, which fit a register: each lane
// is looked up. In f32 that leaves out what is done to 16 lanes at a time, in
// f16 and bf16 the rounding of each as well, of twice as many lanes.
//
//===----------------------------------------------------------------------===//

#include "NarrowElements.h"
#include "PackedNibbles.h"
#include "SaturatingInstructions.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// What 4 bits can hold.
static constexpr int64_t kEntries = 16;

namespace {

/// Looks up lanes of bytes in a table, whose entries fill a register of
/// AVX-512.
class TableReader {
public:
  /// A table that has `entries` of 16 or 32 bits, as often as they fit.
  TableReader(ImplicitLocOpBuilder &b, Value entries) : b(b) {
    auto type = cast<VectorType>(entries.getType());
    unsigned bits = type.getElementTypeBitWidth();
    lanes = 512 / bits;
    words = VectorType::get({lanes}, b.getIntegerType(bits));
    // Floats of 16 bits are moved one by one, integers are not.
    table = vector::BitCastOp::create(b, type.clone(words.getElementType()),
                                      entries);
    SmallVector<int64_t> again = llvm::map_to_vector(
        llvm::seq(lanes), [](int64_t lane) { return lane % kEntries; });
    if (lanes > kEntries)
      table = vector::ShuffleOp::create(b, table, table, again);
  }

  int64_t getLanes() const { return lanes; }
  Type getWord() const { return words.getElementType(); }

  /// What the table has for the low halves of `bytes` from `at` on.
  Value read(Value bytes, int64_t at) {
    // The instruction ignores what is above the bits that number its lanes, and
    // the table repeats what these number.
    Value indices = emitNibbleWords(b, bytes, at, words, NibblePlace::Lowest);
    if (!indices) {
      Value slice = vector::ExtractStridedSliceOp::create(
          b, bytes, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{lanes},
          ArrayRef<int64_t>{1});
      indices = arith::ExtUIOp::create(b, words, slice);
    }
    StringRef width = lanes > kEntries ? "hi" : "si";
    return emitIntrinsic(b, "llvm.x86.avx512.permvar." + width + ".512", words,
                         {table, indices});
  }

private:
  ImplicitLocOpBuilder &b;
  int64_t lanes;
  VectorType words;
  Value table;
};

struct DequantizeByTable : public OpRewritePattern<ApplyDequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getStorage().getWidth() != 4)
      return rewriter.notifyMatchFailure(op, "the storage has not 4 bits");
    auto type = dyn_cast<VectorType>(op.getResult().getType());
    Value bytes = getBytes(op.getInput());
    if (!bytes || type.getRank() != 1)
      return rewriter.notifyMatchFailure(op, "its lanes come from no bytes");
    // Where scales differ, only what they multiply is looked up.
    Value scale = getSplatScalar(op.getScale());
    Type element = type.getElementType();
    bool isServed =
        element.isF32() || (scale && (element.isF16() || element.isBF16()));
    if (!isServed || getElementTypeOrSelf(op.getScale().getType()).isF64())
      return rewriter.notifyMatchFailure(op, "it is computed in f32 or f64");
    if (type.getNumElements() * element.getIntOrFloatBitWidth() % 512 != 0)
      return rewriter.notifyMatchFailure(op, "its lanes fill no registers");
    Value zeroPoint = op.getZeroPoint();
    if (zeroPoint && !(zeroPoint = getSplatScalar(zeroPoint)))
      return rewriter.notifyMatchFailure(op, "lanes differ in zero point");

    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    TableReader reader(b, emitEntries(b, op, scale, zeroPoint));
    VectorType words = type.clone(reader.getWord());
    Value result = arith::ConstantOp::create(b, b.getZeroAttr(words));
    for (int64_t at = 0; at < type.getNumElements(); at += reader.getLanes())
      result = vector::InsertStridedSliceOp::create(
          b, reader.read(bytes, at), result, ArrayRef<int64_t>{at},
          ArrayRef<int64_t>{1});
    result = vector::BitCastOp::create(b, type, result);
    if (!scale) {
      Value scales = op.getScale();
      if (scales.getType() != type)
        scales = arith::ExtFOp::create(b, type, scales);
      result = arith::MulFOp::create(b, result, scales);
    }
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  /// `op` on each of the 16 bit patterns; by 1 where `scale` is null.
  static Value emitEntries(ImplicitLocOpBuilder &b, ApplyDequantizeOp op,
                           Value scale, Value zeroPoint) {
    if (!scale)
      scale = arith::ConstantOp::create(b, b.getF32FloatAttr(1.0f));
    auto bits = VectorType::get({kEntries}, b.getIntegerType(4));
    SmallVector<APInt> patterns;
    for (int64_t i = 0; i < kEntries; ++i)
      patterns.emplace_back(/*numBits=*/4, i);
    Value input =
        arith::ConstantOp::create(b, DenseElementsAttr::get(bits, patterns));
    Type element = getElementTypeOrSelf(op.getInput().getType());
    if (element != bits.getElementType())
      input = arith::BitcastOp::create(b, bits.clone(element), input);
    auto broadcast = [&](Value scalar) -> Value {
      return vector::BroadcastOp::create(b, bits.clone(scalar.getType()),
                                         scalar);
    };
    Type result = bits.clone(getElementTypeOrSelf(op.getResult().getType()));
    return ApplyDequantizeOp::create(b, result, input, broadcast(scale),
                                     zeroPoint ? broadcast(zeroPoint) : Value(),
                                     op.getStorage());
  }
};

} // namespace

void quant_ext::populateAVX512TablePatterns(RewritePatternSet &patterns) {
  patterns.add<DequantizeByTable>(patterns.getContext());
}
