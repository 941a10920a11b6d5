//===- EmitLoop.cpp - One loop, if it takes one ---------------------------===//

#include "EmitLoop.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

SmallVector<Value> quant_ext::emitLoop(
    OpBuilder &b, Location loc, OpFoldResult begin, OpFoldResult end,
    int64_t step, ValueRange args,
    function_ref<SmallVector<Value>(OpFoldResult, ValueRange)> body) {
  std::optional<int64_t> first = getConstantIntValue(begin);
  std::optional<int64_t> last = getConstantIntValue(end);
  if (first && last && *last <= *first)
    return SmallVector<Value>(args);
  if (first && last && *last - *first <= step)
    return body(begin, args);
  auto loop =
      scf::ForOp::create(b, loc, getValueOrCreateConstantIndexOp(b, loc, begin),
                         getValueOrCreateConstantIndexOp(b, loc, end),
                         arith::ConstantIndexOp::create(b, loc, step), args);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> results =
      body(OpFoldResult(loop.getInductionVar()), loop.getRegionIterArgs());
  scf::YieldOp::create(b, loc, results);
  return SmallVector<Value>(loop.getResults());
}
