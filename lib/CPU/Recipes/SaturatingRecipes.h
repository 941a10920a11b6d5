//===- SaturatingRecipes.h - Rounding by saturating packs -------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_SATURATINGRECIPES_H
#define QUANTEXT_LIB_CPU_SATURATINGRECIPES_H

#include "SaturatingInstructions.h"

namespace mlir::quant_ext {

/// The order of the lanes that a recipe takes: as they are, or of each two
/// registers first the even lanes, then the odd ones.
enum class LaneOrder { Natural, EvenThenOdd };

/// Rounds f32 to the integers of a storage, saturating: NaN gives the lowest.
class SaturatingRecipe {
public:
  /// The recipe for results of this type and a zero point for each, or null; it
  /// tests false where `target` has none: for what does not fill registers, and
  /// where neither 16 bits nor 8 saturate as the storage does.
  SaturatingRecipe(const TargetInfo &target, Type resultType, Value zeroPoint,
                   StorageAttr storage, Rounding rounding);

  explicit operator bool() const { return bool(instructions); }

  /// R(values) plus the zero point, which for none of them is above the highest
  /// of the storage where `isBounded` says so, but for infinities where
  /// convertsOverflowToLowest. The result is in the natural
  /// order whatever theirs is; another one asks for a zero point that all lanes
  /// share.
  Value emit(ImplicitLocOpBuilder &b, Value values, bool isBounded,
             LaneOrder order = LaneOrder::Natural) const;

  /// Whether `input` widens to f32 at less cost in that other order.
  bool widensByParity(Value input) const;
  /// `input` of bf16 in f32, even lanes first.
  Value emitEvenThenOdd(ImplicitLocOpBuilder &b, Value input) const;

  /// Whether an infinity rounds to the lowest, whatever its sign.
  bool convertsOverflowToLowest() const {
    return instructions->convertsOverflowToLowest();
  }

  /// min(values, bound); NaN stays.
  Value emitUpperBound(ImplicitLocOpBuilder &b, Value values,
                       Value bound) const {
    return instructions->emitUpperBound(b, values, bound);
  }

private:
  unsigned getIntegerBits() const { return storage.getWidth() <= 8 ? 8 : 16; }
  Value emitRegisters(ImplicitLocOpBuilder &b, Value values, bool isBounded,
                      LaneOrder order) const;
  Value emitRegister(ImplicitLocOpBuilder &b, Value values, Value zeroPoints,
                     bool isBounded, LaneOrder order) const;
  Value addZeroPoint(ImplicitLocOpBuilder &b, Value words, Value zeroPoints,
                     int64_t begin) const;
  Value restoreOrder(ImplicitLocOpBuilder &b, Value packed,
                     LaneOrder order) const;
  Value clampToStorage(ImplicitLocOpBuilder &b, Value integers,
                       bool isBounded) const;

  std::unique_ptr<SaturatingInstructions> instructions;
  Value zeroPoint;
  StorageAttr storage;
  Rounding rounding;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SATURATINGRECIPES_H
