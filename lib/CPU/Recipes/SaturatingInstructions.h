//===- SaturatingInstructions.h - Conversions and packs ---------*- C++ -*-===//
//
// What instruction sets make small integers of floats with. All of them round
// in the conversion and saturate wherever a number gets narrower.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CPU_SATURATINGINSTRUCTIONS_H
#define QUANTEXT_LIB_CPU_SATURATINGINSTRUCTIONS_H

#include "QuantExt/IR/QuantExt.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <memory>

namespace mlir::quant_ext {

struct TargetInfo;

/// The instructions of one instruction set on registers of one width. They take
/// and give whole registers.
class SaturatingInstructions {
public:
  /// Those of the registers of `target`; null where `lanes` integers of
  /// `integerBits` bits, 8 or 16, do not fill some without a rest.
  static std::unique_ptr<SaturatingInstructions>
  find(const TargetInfo &target, int64_t lanes, unsigned integerBits);

  virtual ~SaturatingInstructions() = default;

  int64_t getBits() const { return bits; }
  /// Lanes of 32 bits.
  int64_t getWords() const { return bits / 32; }

  /// min(values, bound) of f32 vectors of any length; NaN stays. One
  /// instruction a register.
  virtual Value emitUpperBound(ImplicitLocOpBuilder &b, Value values,
                               Value bound) const = 0;

  /// f32 to i32, rounded and saturating; NaN gives a number that saturates at
  /// the lowest of 16 bits. None of the values is above 2^31 where `isBounded`
  /// says so, which saves some a comparison.
  virtual Value emitConvert(ImplicitLocOpBuilder &b, Value values,
                            Rounding rounding, bool isBounded) const = 0;

  /// Whether emitConvert makes the lowest i32 of an infinity of either sign,
  /// where `isBounded` saves the comparison.
  virtual bool convertsOverflowToLowest() const = 0;

  /// The integers of two registers, signed, in one register of integers of half
  /// the width, saturating; in an order that emitInOrder undoes.
  virtual Value emitPack(ImplicitLocOpBuilder &b, Value low, Value high,
                         bool isSigned) const = 0;

  /// Packs work within parts of a register of this width.
  virtual int64_t getPackedBits() const = 0;

  /// A register that packs have made of as many others, in their order.
  Value emitInOrder(ImplicitLocOpBuilder &b, Value packed,
                    int64_t sources) const;

protected:
  explicit SaturatingInstructions(int64_t bits) : bits(bits) {}

private:
  int64_t bits;
};

/// Those of x86, with registers of 128 bits (SSE2), 256 (AVX2) or 512
/// (AVX-512F and BW).
std::unique_ptr<SaturatingInstructions>
createX86SaturatingInstructions(int64_t bits);

/// Those of Arm's NEON.
std::unique_ptr<SaturatingInstructions> createNEONSaturatingInstructions();

/// The result of an intrinsic of LLVM.
Value emitIntrinsic(ImplicitLocOpBuilder &b, const Twine &name, Type result,
                    ValueRange arguments);

/// The same of an intrinsic of AVX-512 whose last two arguments are a mask and
/// the way to round: all lanes of f32, and the current one.
Value emitOnAllLanes(ImplicitLocOpBuilder &b, const Twine &name, Type result,
                     ArrayRef<Value> arguments);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SATURATINGINSTRUCTIONS_H
