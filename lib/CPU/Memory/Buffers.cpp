//===- Buffers.cpp - Memory that loops read and write ---------------------===//

#include "Buffers.h"
#include "MemoryUnits.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::quant_ext;

Value quant_ext::getBuffer(Value memref) {
  return memref::skipViewLikeOps(cast<MemrefValue>(memref));
}

bool quant_ext::hasKnownOrigin(Value buffer) {
  if (auto argument = dyn_cast<BlockArgument>(buffer))
    return isa<FunctionOpInterface>(argument.getOwner()->getParentOp());
  return isa<memref::AllocOp, memref::AllocaOp, memref::GetGlobalOp>(
      buffer.getDefiningOp());
}

Value quant_ext::createStackBuffer(RewriterBase &rewriter, Operation *user,
                                   int64_t elements, Type elementType) {
  OpBuilder::InsertionGuard guard(rewriter);
  Region *region = user->getParentRegion();
  while (isa<scf::ForOp>(region->getParentOp()) ||
         !region->getParentOp()->hasTrait<OpTrait::AutomaticAllocationScope>())
    region = region->getParentOp()->getParentRegion();
  rewriter.setInsertionPointToStart(&region->front());
  int64_t bytes = llvm::divideCeil(
      elements * elementType.getIntOrFloatBitWidth(), CHAR_BIT);
  int64_t alignment =
      std::clamp<int64_t>(llvm::PowerOf2Ceil(bytes), kLineBytes, kPageBytes);
  return memref::AllocaOp::create(rewriter, user->getLoc(),
                                  MemRefType::get({elements}, elementType),
                                  rewriter.getI64IntegerAttr(alignment));
}
