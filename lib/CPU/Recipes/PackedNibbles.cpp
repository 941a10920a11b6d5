//===- PackedNibbles.cpp - Elements of 4 bits as words --------------------===//

#include "PackedNibbles.h"

#include "SplatScalar.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::quant_ext;

Value quant_ext::getPackedBytes(Value bytes) {
  auto interleave = bytes.getDefiningOp<vector::InterleaveOp>();
  if (!interleave)
    return Value();
  Value packed = interleave.getLhs();
  auto shift = interleave.getRhs().getDefiningOp<arith::ShRUIOp>();
  bool isUpperHalf =
      shift && shift.getLhs() == packed && isSplatOf(shift.getRhs(), 4);
  return isUpperHalf ? packed : Value();
}

Value quant_ext::emitNibbleWords(ImplicitLocOpBuilder &b, Value bytes,
                                 int64_t at, VectorType words,
                                 NibblePlace place) {
  Value packed = getPackedBytes(bytes);
  if (!packed)
    return Value();
  int64_t bits = words.getElementTypeBitWidth();
  int64_t bytesOfWord = bits / 8;
  int64_t numBytes = cast<VectorType>(packed.getType()).getNumElements();
  if (numBytes % bytesOfWord != 0)
    return Value();
  Value sources = vector::BitCastOp::create(
      b, VectorType::get({numBytes / bytesOfWord}, words.getElementType()),
      packed);
  int64_t nibbles = 2 * bytesOfWord;
  SmallVector<int64_t> order;
  SmallVector<APInt> amounts;
  for (int64_t lane = at; lane < at + words.getNumElements(); ++lane) {
    int64_t below = lane % nibbles * 4;
    order.push_back(lane / nibbles);
    amounts.emplace_back(bits, place == NibblePlace::Lowest ? below
                                                            : bits - 4 - below);
  }
  Value spread = vector::ShuffleOp::create(b, sources, sources, order);
  Value shifts =
      arith::ConstantOp::create(b, DenseElementsAttr::get(words, amounts));
  if (place == NibblePlace::Lowest)
    return arith::ShRUIOp::create(b, spread, shifts);
  return arith::ShLIOp::create(b, spread, shifts);
}
