//===- DotProducts.h - Products of integers on a target ---------*- C++ -*-===//
//
// The table of targets and their dot products, which packing, tiling and the
// choice of instructions share.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CPU_DOTPRODUCTS_H
#define QUANTEXT_LIB_CPU_DOTPRODUCTS_H

#include "QuantExt/CPU/Target.h"

#include "mlir/IR/AffineMap.h"

namespace mlir::quant_ext {

/// Which signs the 8-bit factors of an instruction have.
enum class FactorSigns {
  /// The instruction takes wider integers, of any sign.
  Any,
  /// Unsigned on the left, signed on the right.
  UnsignedSigned,
  /// Both signed, or both unsigned.
  Same,
};

/// How the products of one target are computed. An i32 lane of an accumulator
/// is of one column of the right operand, and an instruction adds `depth`
/// neighbouring products to it.
struct DotProductRecipe {
  StringRef name;
  /// Target features that it needs, separated by commas.
  StringRef features;
  /// Products that one lane adds at a time, which lie side by side in memory.
  int64_t depth;
  FactorSigns signs;
  /// i32 lanes of a register.
  int64_t lanes;
  /// Accumulators of the register tile: rows, and registers in a row. With the
  /// registers of one step of the right operand, a broadcast of the left and
  /// what an instruction needs beside, they are what a target has.
  int64_t rows, registers;
  /// What computes the products of one register of accumulators.
  enum class Instruction {
    /// An intrinsic that adds them to the accumulators.
    Accumulate,
    /// An intrinsic that adds neighbours; they are added to the accumulators by
    /// another instruction.
    Multiply,
    /// Products of i16, with no intrinsic.
    Scalar,
  } instruction;
  /// LLVM's names of the intrinsic, and of the one for two unsigned factors
  /// where it differs.
  StringRef intrinsic, unsignedIntrinsic;

  /// Columns of the register tile, which are a panel of the packed operand.
  int64_t getColumns() const { return lanes * registers; }
  /// The left operand is extended to i16 beforehand: it is broadcast from
  /// memory, where the right one is extended when it is loaded.
  bool widensLhs() const { return signs == FactorSigns::Any; }
};

/// The maps of a vector.contract of one group: lhs[product] * rhs[column,
/// product] is added to sums[column].
SmallVector<AffineMap> getGroupMaps(MLIRContext *context);

/// The first recipe whose features the target has.
const DotProductRecipe &chooseDotProduct(const TargetInfo &target);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_DOTPRODUCTS_H
