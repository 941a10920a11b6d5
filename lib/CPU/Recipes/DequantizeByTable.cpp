//===- DequantizeByTable.cpp - 4 bits by what they stand for --------------===//
//
// What 4 bits stand for is one of 16 numbers, which fit a register: each lane
// is looked up. In f32 that leaves out what is done to 16 lanes at a time, in
// f16 and bf16 the rounding of each as well, of twice as many lanes.
//
// AVX-512 looks up lanes of 16 and of 32 bits. SSSE3, AVX2 and NEON look up
// bytes: of 16 bits the lower halves and the upper ones.
//
//===----------------------------------------------------------------------===//

#include "NarrowElements.h"
#include "PackedNibbles.h"
#include "SaturatingInstructions.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

#include <memory>

using namespace mlir;
using namespace mlir::quant_ext;

/// What 4 bits can hold.
static constexpr int64_t kEntries = 16;

namespace {

/// Looks up lanes of bytes in a table.
class TableReader {
public:
  virtual ~TableReader() = default;

  /// What the table has for the low halves of `bytes` from `at` on.
  virtual Value read(Value bytes, int64_t at) = 0;

protected:
  /// `words` are the entries that are looked up at a time.
  TableReader(ImplicitLocOpBuilder &b, VectorType words) : b(b), words(words) {}

  int64_t getLanes() const { return words.getNumElements(); }

  Value slice(Value bytes, int64_t at) {
    return vector::ExtractStridedSliceOp::create(
        b, bytes, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{getLanes()},
        ArrayRef<int64_t>{1});
  }

  /// `entries` as often as a register holds them.
  Value repeat(Value entries) {
    if (getLanes() == kEntries)
      return entries;
    SmallVector<int64_t> again = llvm::map_to_vector(
        llvm::seq(getLanes()), [](int64_t lane) { return lane % kEntries; });
    return vector::ShuffleOp::create(b, entries, entries, again);
  }

  ImplicitLocOpBuilder &b;
  VectorType words;
};

/// In a table that has entries of 16 or 32 bits, in a register of AVX-512.
class WordTableReader final : public TableReader {
public:
  WordTableReader(ImplicitLocOpBuilder &b, VectorType words, Value entries)
      : TableReader(b, words), table(repeat(entries)) {}

  Value read(Value bytes, int64_t at) override {
    // The instruction ignores what is above the bits that number its lanes, and
    // the table repeats what these number.
    Value indices = emitNibbleWords(b, bytes, at, words, NibblePlace::Lowest);
    if (!indices)
      indices = arith::ExtUIOp::create(b, words, slice(bytes, at));
    StringRef width = getLanes() > kEntries ? "hi" : "si";
    return emitIntrinsic(b, "llvm.x86.avx512.permvar." + width + ".512", words,
                         {table, indices});
  }

private:
  Value table;
};

/// In two tables, of the lower and the upper bytes of entries of 16 bits.
class ByteTableReader final : public TableReader {
public:
  ByteTableReader(ImplicitLocOpBuilder &b, VectorType words, Value entries,
                  const TargetInfo &target)
      : TableReader(b, words), registerType(words.clone(b.getI8Type())) {
    intrinsic = !target.isX86()          ? "llvm.aarch64.neon.tbl1.v16i8"
                : getLanes() == kEntries ? "llvm.x86.ssse3.pshuf.b.128"
                                         : "llvm.x86.avx2.pshuf.b";
    auto type = VectorType::get({2 * kEntries}, b.getI8Type());
    auto halves = vector::DeinterleaveOp::create(
        b, vector::BitCastOp::create(b, type, entries));
    low = repeat(halves.getRes1());
    high = repeat(halves.getRes2());
  }

  Value read(Value bytes, int64_t at) override {
    Value packed = getPackedBytes(bytes);
    if (packed && getLanes() == 2 * kEntries)
      return readPacked(packed, at / 2);
    // For more than 4 bits the instructions may give zero.
    Value indices =
        arith::AndIOp::create(b, slice(bytes, at), splat(registerType, 0xF));
    Value entries = vector::InterleaveOp::create(b, lookUp(low, indices),
                                                 lookUp(high, indices));
    return vector::BitCastOp::create(b, words, entries);
  }

private:
  Value splat(VectorType type, int64_t value) {
    return createSplat(b, b.getLoc(), type, value);
  }

  Value lookUp(Value table, Value indices) {
    return emitIntrinsic(b, intrinsic, registerType, {table, indices});
  }

  /// The same of packed bytes from `at` on, in registers of two halves, between
  /// which few instructions move anything. Each byte gets two to spread its
  /// halves in, and those that exchange the middle quarters have the entries in
  /// order when each half has put together the first and the last ones of its
  /// own.
  Value readPacked(Value packed, int64_t at) {
    int64_t half = getLanes() / 2, quarter = half / 2;
    auto inExchangedOrder =
        llvm::map_to_vector(llvm::seq(half), [&](int64_t i) -> int64_t {
          constexpr int64_t kOrder[] = {0, 2, 1, 3};
          int64_t bytes = half / 4;
          return at + kOrder[i / bytes] * bytes + i % bytes;
        });
    Value spread =
        vector::ShuffleOp::create(b, packed, packed, inExchangedOrder);
    auto pairs = VectorType::get({half}, b.getI16Type());
    Value lower = arith::ExtUIOp::create(b, pairs, spread);
    Value upper = arith::ShLIOp::create(b, lower, splat(pairs, 4));
    Value indices = arith::AndIOp::create(
        b, arith::OrIOp::create(b, lower, upper), splat(pairs, 0x0F0F));
    indices = vector::BitCastOp::create(b, registerType, indices);

    Value lows = lookUp(low, indices), highs = lookUp(high, indices);
    SmallVector<int64_t> together;
    for (int64_t first : {int64_t(0), quarter})
      for (int64_t part : {first, first + half})
        for (int64_t lane = part; lane < part + quarter; ++lane)
          together.append({lane, lane + getLanes()});
    Value entries = vector::ShuffleOp::create(b, lows, highs, together);
    return vector::BitCastOp::create(b, words, entries);
  }

  VectorType registerType;
  StringRef intrinsic;
  Value low, high;
};

struct DequantizeByTable : public OpRewritePattern<ApplyDequantizeOp> {
  DequantizeByTable(MLIRContext *context, const TargetInfo &target)
      : OpRewritePattern(context), target(target) {}

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
    bool isServed = (target.hasAVX512 && element.isF32()) ||
                    (scale && (element.isF16() || element.isBF16()));
    if (!isServed || getElementTypeOrSelf(op.getScale().getType()).isF64())
      return rewriter.notifyMatchFailure(op, "no table serves its types");
    auto word = rewriter.getIntegerType(element.getIntOrFloatBitWidth());
    int64_t lanes =
        target.hasAVX512 ? 512 / word.getWidth() : target.getTileSize();
    if (type.getNumElements() % lanes != 0)
      return rewriter.notifyMatchFailure(op, "its lanes fill no registers");
    Value zeroPoint = op.getZeroPoint();
    if (zeroPoint && !(zeroPoint = getSplatScalar(zeroPoint)))
      return rewriter.notifyMatchFailure(op, "lanes differ in zero point");

    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    // Floats of 16 bits are moved one by one, integers are not.
    Value entries = emitEntries(b, op, scale, zeroPoint);
    entries = vector::BitCastOp::create(b, VectorType::get({kEntries}, word),
                                        entries);
    auto words = VectorType::get({lanes}, word);
    std::unique_ptr<TableReader> reader;
    if (target.hasAVX512)
      reader = std::make_unique<WordTableReader>(b, words, entries);
    else
      reader = std::make_unique<ByteTableReader>(b, words, entries, target);
    Value result =
        arith::ConstantOp::create(b, b.getZeroAttr(type.clone(word)));
    for (int64_t at = 0; at < type.getNumElements(); at += lanes)
      result = vector::InsertStridedSliceOp::create(
          b, reader->read(bytes, at), result, ArrayRef<int64_t>{at},
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

  TargetInfo target;
};

} // namespace

void quant_ext::populateTablePatterns(RewritePatternSet &patterns,
                                      const TargetInfo &target) {
  if (target.hasAVX512 || !target.isX86() || target.hasFeature("ssse3"))
    patterns.add<DequantizeByTable>(patterns.getContext(), target);
}
