//===- BF16Recipes.cpp - Rounding to bf16 ---------------------------------===//
//
// bf16 is the upper half of f32: what the lower half has beyond half of a unit
// carries. AVX512_BF16 has an instruction, which flushes subnormal numbers.
//
//===----------------------------------------------------------------------===//

#include "BF16Recipes.h"
#include "ScaleSource.h"
#include "SplatScalar.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <limits>

using namespace mlir;
using namespace mlir::quant_ext;

/// Lanes of f32 in a register.
static constexpr int64_t kWords = 16;

bool quant_ext::hasBF16Instruction(const TargetInfo &target) {
  return target.hasAVX512 && target.hasFeature("avx512bf16");
}

/// Two registers of f32 make one of bf16, the second its lower half.
static Value callInstruction(ImplicitLocOpBuilder &b, Value values) {
  auto type = cast<VectorType>(values.getType());
  Value result =
      arith::ConstantOp::create(b, b.getZeroAttr(type.clone(b.getI16Type())));
  auto slice = [&](int64_t begin) {
    return vector::ExtractStridedSliceOp::create(
        b, values, ArrayRef<int64_t>{begin}, ArrayRef<int64_t>{kWords},
        ArrayRef<int64_t>{1});
  };
  for (int64_t at = 0; at < type.getNumElements(); at += 2 * kWords) {
    auto lanes = VectorType::get({2 * kWords}, b.getBF16Type());
    Value rounded =
        LLVM::CallIntrinsicOp::create(
            b, lanes, b.getStringAttr("llvm.x86.avx512bf16.cvtne2ps2bf16.512"),
            ValueRange{slice(at + kWords), slice(at)})
            .getResult(0);
    rounded = arith::BitcastOp::create(b, lanes.clone(b.getI16Type()), rounded);
    result = vector::InsertStridedSliceOp::create(
        b, rounded, result, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{1});
  }
  return result;
}

namespace {

/// The lower and the upper halves of words, in an order that `emitInOrder`
/// undoes.
class Halves {
public:
  Halves(ImplicitLocOpBuilder &b, Value words, const TargetInfo &target);

  Value emitInOrder(Value halves) const;

  Value lower, upper;

private:
  ImplicitLocOpBuilder &b;
  VectorType type;
  /// Words of a register, of which two take turns; 0 in their own order.
  int64_t lanes = 0;
};

} // namespace

Halves::Halves(ImplicitLocOpBuilder &b, Value words, const TargetInfo &target)
    : b(b), type(cast<VectorType>(words.getType()).clone(b.getI16Type())) {
  int64_t size = type.getNumElements(), ofRegister = target.vectorBits / 32;
  auto number = [&](Value like, int64_t value) {
    return createSplat(b, b.getLoc(), like.getType(), value);
  };
  if (!target.isX86() || size % (2 * ofRegister) != 0) {
    Value moved = arith::ShRUIOp::create(b, words, number(words, 16));
    upper = arith::TruncIOp::create(b, type, moved);
    lower = arith::TruncIOp::create(b, type, words);
    return;
  }
  // A half that stays in its place costs less than one that is packed.
  lanes = ofRegister;
  auto takeRegisters = [&](int64_t first) {
    SmallVector<int64_t> order;
    for (int64_t i = first * lanes; i < size; i += 2 * lanes)
      llvm::append_range(order, llvm::seq(i, i + lanes));
    return vector::ShuffleOp::create(b, words, words, order);
  };
  auto join = [&](Value even, Value odd) {
    return vector::BitCastOp::create(b, type,
                                     arith::OrIOp::create(b, even, odd));
  };
  Value even = takeRegisters(0), odd = takeRegisters(1);
  Value half = number(even, 16);
  lower = join(arith::AndIOp::create(b, even, number(even, 0xffff)),
               arith::ShLIOp::create(b, odd, half));
  upper = join(arith::ShRUIOp::create(b, even, half),
               arith::AndIOp::create(b, odd, number(odd, 0xffff0000)));
}

Value Halves::emitInOrder(Value halves) const {
  if (lanes == 0)
    return halves;
  auto order =
      llvm::map_to_vector(llvm::seq(type.getNumElements()), [&](int64_t i) {
        int64_t pair = i / (2 * lanes), within = i % (2 * lanes);
        return pair * 2 * lanes + within % lanes * 2 + within / lanes;
      });
  return vector::ShuffleOp::create(b, halves, halves, order);
}

Value quant_ext::emitBF16Bits(OpBuilder &builder, Location loc, Value values,
                              const TargetInfo &target) {
  ImplicitLocOpBuilder b(loc, builder);
  auto type = cast<VectorType>(values.getType());
  Value words = arith::BitcastOp::create(b, type.clone(b.getI32Type()), values);
  Halves halves(b, words, target);
  VectorType ofHalves = type.clone(b.getI16Type());
  auto number = [&](int64_t value) {
    return createSplat(b, loc, ofHalves, value);
  };
  // What is left out carries if it is more than half of a unit, or as much and
  // the unit odd: compared as signed, with the sign bit changed for that.
  Value odd = arith::AndIOp::create(b, halves.upper, number(1));
  Value isCarried = arith::CmpIOp::create(
      b, arith::CmpIPredicate::sgt,
      arith::XOrIOp::create(b, halves.lower, number(0x8000)),
      arith::SubIOp::create(b, number(0), odd));
  // Of a NaN all bits may be set: no carry makes a number of it.
  Value bounded = arith::MinUIOp::create(b, halves.upper, number(0xfffe));
  return halves.emitInOrder(LLVM::SSubSat::create(
      b, ofHalves, bounded, arith::ExtSIOp::create(b, ofHalves, isCarried)));
}

Value quant_ext::emitNormalBF16Bits(OpBuilder &builder, Location loc,
                                    Value values, const TargetInfo &target) {
  ImplicitLocOpBuilder b(loc, builder);
  int64_t lanes = cast<VectorType>(values.getType()).getNumElements();
  if (hasBF16Instruction(target) && lanes % (2 * kWords) == 0)
    return callInstruction(b, values);
  return emitBF16Bits(builder, loc, values, target);
}

Value quant_ext::emitProductBF16Bits(OpBuilder &builder, Location loc,
                                     Value products, Value scale,
                                     const TargetInfo &target) {
  if (!hasBF16Instruction(target))
    return emitBF16Bits(builder, loc, products, target);
  ImplicitLocOpBuilder b(loc, builder);
  Value magnitude = math::AbsFOp::create(b, widenToF32(b, scale));
  Value least =
      createConstantLike(b, magnitude.getType(),
                         b.getF32FloatAttr(std::numeric_limits<float>::min()));
  // The instruction keeps NaN.
  Value isNormal = emitIsEvery(
      b, arith::CmpFOp::create(b, arith::CmpFPredicate::UGE, magnitude, least));
  auto type = cast<VectorType>(products.getType()).clone(b.getI16Type());
  auto branch = scf::IfOp::create(b, type, isNormal, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, emitNormalBF16Bits(b, loc, products, target));
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, emitBF16Bits(b, loc, products, target));
  return branch.getResult(0);
}

Value quant_ext::emitBF16(OpBuilder &builder, Location loc, Value bits) {
  auto type = cast<VectorType>(bits.getType());
  return arith::BitcastOp::create(builder, loc,
                                  type.clone(builder.getBF16Type()), bits);
}
