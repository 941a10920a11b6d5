//===- DotProducts.cpp - How a target multiplies and adds integers --------===//

#include "DotProducts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

// None of them is vpmaddubsw, which saturates: every target gives the same
// sums. Those of AVX-512 want BW and VL as every use of AVX-512 here does.
using Instruction = DotProductRecipe::Instruction;
static constexpr DotProductRecipe kRecipes[] = {
    {"avx512-vnni", "avx512vnni,avx512bw,avx512dq,avx512vl", 4,
     FactorSigns::UnsignedSigned, 16, 6, 4, Instruction::Accumulate,
     "llvm.x86.avx512.vpdpbusd.512", ""},
    {"avx512-pmaddwd", "avx512f,avx512bw,avx512dq,avx512vl", 2,
     FactorSigns::Any, 16, 6, 4, Instruction::Multiply,
     "llvm.x86.avx512.pmaddw.d.512", ""},
    {"avx-vnni", "avxvnni", 4, FactorSigns::UnsignedSigned, 8, 6, 2,
     Instruction::Accumulate, "llvm.x86.avx512.vpdpbusd.256", ""},
    {"avx2-pmaddwd", "avx2", 2, FactorSigns::Any, 8, 6, 2,
     Instruction::Multiply, "llvm.x86.avx2.pmadd.wd", ""},
    {"sse2-pmaddwd", "sse2", 2, FactorSigns::Any, 4, 4, 2,
     Instruction::Multiply, "llvm.x86.sse2.pmadd.wd", ""},
    {"neon-dotprod", "dotprod", 4, FactorSigns::Same, 4, 6, 4,
     Instruction::Accumulate, "llvm.aarch64.neon.sdot.v4i32.v16i8",
     "llvm.aarch64.neon.udot.v4i32.v16i8"},
    {"neon-mlal", "neon", 1, FactorSigns::Any, 4, 6, 4, Instruction::Scalar, "",
     ""},
    {"portable", "", 1, FactorSigns::Any, 4, 4, 2, Instruction::Scalar, "", ""},
};

SmallVector<AffineMap> quant_ext::getGroupMaps(MLIRContext *context) {
  AffineExpr column, product;
  bindDims(context, column, product);
  return AffineMap::inferFromExprList({ArrayRef<AffineExpr>{product},
                                       ArrayRef<AffineExpr>{column, product},
                                       ArrayRef<AffineExpr>{column}},
                                      context);
}

const DotProductRecipe &quant_ext::chooseDotProduct(const TargetInfo &target) {
  return *llvm::find_if(kRecipes, [&](const DotProductRecipe &recipe) {
    return llvm::all_of(llvm::split(recipe.features, ','), [&](StringRef f) {
      return f.empty() || target.hasFeature(f);
    });
  });
}
