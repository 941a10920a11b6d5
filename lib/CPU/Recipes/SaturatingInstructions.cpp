//===- SaturatingInstructions.cpp - Which instructions serve --------------===//

#include "SaturatingInstructions.h"

#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::quant_ext;

std::unique_ptr<SaturatingInstructions>
SaturatingInstructions::find(const TargetInfo &target, int64_t lanes,
                             unsigned integerBits) {
  if (lanes == 0 || lanes * integerBits % target.vectorBits != 0)
    return nullptr;
  return target.isX86() ? createX86SaturatingInstructions(target.vectorBits)
                        : createNEONSaturatingInstructions();
}

Value SaturatingInstructions::emitInOrder(ImplicitLocOpBuilder &b, Value packed,
                                          int64_t sources) const {
  int64_t parts = bits / getPackedBits();
  SmallVector<int64_t> order;
  for (int64_t source = 0; source < sources; ++source)
    for (int64_t part = 0; part < parts; ++part)
      order.push_back(part * sources + source);
  auto groups = VectorType::get({parts * sources},
                                b.getIntegerType(getPackedBits() / sources));
  Value grouped = vector::BitCastOp::create(b, groups, packed);
  Value ordered = vector::ShuffleOp::create(b, grouped, grouped, order);
  return vector::BitCastOp::create(b, packed.getType(), ordered);
}

Value quant_ext::emitIntrinsic(ImplicitLocOpBuilder &b, const Twine &name,
                               Type result, ValueRange arguments) {
  return LLVM::CallIntrinsicOp::create(b, result, b.getStringAttr(name),
                                       arguments)
      .getResult(0);
}

Value quant_ext::emitOnAllLanes(ImplicitLocOpBuilder &b, const Twine &name,
                                Type result, ArrayRef<Value> arguments) {
  constexpr int32_t kCurrentRounding = 4;
  SmallVector<Value> all(arguments);
  all.push_back(arith::ConstantOp::create(b, b.getI16IntegerAttr(-1)));
  all.push_back(
      arith::ConstantOp::create(b, b.getI32IntegerAttr(kCurrentRounding)));
  return emitIntrinsic(b, name, result, all);
}
