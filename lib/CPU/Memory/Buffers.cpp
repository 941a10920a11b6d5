//===- Buffers.cpp - Memory that loops read and write ---------------------===//

#include "Buffers.h"
#include "MemoryUnits.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
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
    return argument.getOwner()->isEntryBlock() &&
           isa<FunctionOpInterface>(argument.getOwner()->getParentOp());
  // A parameter may be a global that somebody writes.
  if (auto get = buffer.getDefiningOp<memref::GetGlobalOp>()) {
    auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
        get, get.getNameAttr());
    return global && global.getConstant();
  }
  return isa<memref::AllocOp, memref::AllocaOp>(buffer.getDefiningOp());
}

/// The first byte of a buffer, and the first after it.
static std::pair<Value, Value> emitExtent(RewriterBase &rewriter, Location loc,
                                          Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  auto metadata =
      memref::ExtractStridedMetadataOp::create(rewriter, loc, buffer);
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(rewriter, loc, value);
  };
  auto toValue = [&](OpFoldResult number) {
    return getValueOrCreateConstantIndexOp(rewriter, loc, number);
  };
  auto add = [&](Value lhs, Value rhs) {
    return rewriter.createOrFold<arith::AddIOp>(loc, lhs, rhs);
  };
  auto multiply = [&](Value lhs, Value rhs) {
    return rewriter.createOrFold<arith::MulIOp>(loc, lhs, rhs);
  };
  Value one = constant(1), last = constant(0);
  for (auto [size, stride] :
       llvm::zip_equal(metadata.getConstifiedMixedSizes(),
                       metadata.getConstifiedMixedStrides()))
    last = add(last, multiply(rewriter.createOrFold<arith::SubIOp>(
                                  loc, toValue(size), one),
                              toValue(stride)));
  Value bytes = constant(getElementBytes(type));
  Value begin =
      add(memref::ExtractAlignedPointerAsIndexOp::create(rewriter, loc, buffer),
          multiply(toValue(metadata.getConstifiedMixedOffset()), bytes));
  return {begin, add(begin, multiply(add(last, one), bytes))};
}

Value quant_ext::emitAreDisjoint(RewriterBase &rewriter, Location loc,
                                 Value written, ArrayRef<Value> read) {
  Value result =
      arith::ConstantOp::create(rewriter, loc, rewriter.getBoolAttr(true));
  auto unknown = llvm::to_vector(
      llvm::make_filter_range(read, llvm::IsaPred<BlockArgument>));
  if (unknown.empty() || !isa<BlockArgument>(written))
    return result;
  auto [writeBegin, writeEnd] = emitExtent(rewriter, loc, written);
  auto isBefore = [&](Value end, Value begin) {
    return rewriter.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ule,
                                                end, begin);
  };
  for (Value buffer : unknown) {
    auto [readBegin, readEnd] = emitExtent(rewriter, loc, buffer);
    Value isApart = rewriter.createOrFold<arith::OrIOp>(
        loc, isBefore(readEnd, writeBegin), isBefore(writeEnd, readBegin));
    result = rewriter.createOrFold<arith::AndIOp>(loc, result, isApart);
  }
  return result;
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
