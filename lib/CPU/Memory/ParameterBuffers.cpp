//===- ParameterBuffers.cpp - Parameters computed in advance --------------===//

#include "ParameterBuffers.h"
#include "Buffers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;

Value quant_ext::getConditions(scf::IfOp branch) {
  Value condition = branch.getCondition();
  auto all = condition.getDefiningOp<vector::ReductionOp>();
  return all && all.getKind() == vector::CombiningKind::AND && !all.getAcc()
             ? all.getVector()
             : condition;
}

SmallVector<scf::IfOp>
quant_ext::findParameterBranches(ParameterAnalysis &analysis, scf::ForOp loop) {
  SmallVector<scf::IfOp> branches;
  loop.walk([&](scf::IfOp branch) {
    Value conditions = getConditions(branch);
    if (!branch.getElseRegion().empty() && !analysis.matchRead(conditions) &&
        analysis.findRead(conditions))
      branches.push_back(branch);
  });
  return branches;
}

ParameterBuffers::ParameterBuffers(RewriterBase &rewriter,
                                   ParameterAnalysis &analysis,
                                   ArrayRef<Value> found,
                                   ArrayRef<scf::IfOp> branches, int64_t lanes)
    : rewriter(rewriter), analysis(analysis), lanes(lanes), branches(branches) {
  for (Value parameter : found) {
    unsigned same = findSame(distinct, parameter);
    if (same == distinct.size())
      distinct.push_back(parameter);
    parameters.push_back({parameter, same});
  }
  for (scf::IfOp branch : branches)
    if (findSame(conditions, getConditions(branch)) == conditions.size())
      conditions.push_back(getConditions(branch));
}

unsigned ParameterBuffers::findSame(ArrayRef<Value> among, Value value) {
  return llvm::find_if(
             among,
             [&](Value other) { return analysis.isSame(other, value); }) -
         among.begin();
}

void ParameterBuffers::allocate(Operation *user, int64_t size) {
  for (size_t i = 0, e = distinct.size(); i < e; ++i)
    buffers.push_back(
        createStackBuffer(rewriter, user, size, rewriter.getF32Type()));
}

/// As many elements as `width` of an array, `at` after `first`.
Value ParameterBuffers::emitRead(const ArrayRead &read, Value first, Value at,
                                 int64_t width) {
  Location loc = read.memref.getLoc();
  SmallVector<Value> indices = read.indices;
  indices.back() = rewriter.createOrFold<arith::AddIOp>(loc, first, at);
  if (width == 1)
    return memref::LoadOp::create(rewriter, loc, read.memref, indices);
  auto type = VectorType::get(
      {width}, cast<MemRefType>(read.memref.getType()).getElementType());
  return vector::LoadOp::create(rewriter, loc, type, read.memref, indices);
}

/// What the value is there, for so many elements.
Value ParameterBuffers::compute(Value parameter, Value first, Value at,
                                int64_t width, IRMapping &mapping) {
  Location loc = parameter.getLoc();
  if (Value known = mapping.lookupOrNull(parameter))
    return known;
  Type element = getElementTypeOrSelf(parameter.getType());
  Type type = width == 1 ? element : VectorType::get({width}, element);
  Value result;
  DenseElementsAttr splat;
  if (std::optional<ArrayRead> read = analysis.matchRead(parameter)) {
    result = emitRead(*read, first, at, width);
  } else if (matchPattern(parameter, m_Constant(&splat))) {
    result = arith::ConstantOp::create(
        rewriter, loc, cast<TypedAttr>(splat.getSplatValue<Attribute>()));
  } else if (analysis.isInvariant(parameter)) {
    auto broadcast = parameter.getDefiningOp<vector::BroadcastOp>();
    result = broadcast ? broadcast.getSource() : parameter;
    Attribute number;
    // A constant may be further down than where it is needed now.
    if (matchPattern(result, m_Constant(&number)))
      result =
          arith::ConstantOp::create(rewriter, loc, cast<TypedAttr>(number));
  } else {
    Operation *op = parameter.getDefiningOp();
    SmallVector<Value> operands =
        llvm::map_to_vector(op->getOperands(), [&](Value operand) {
          return compute(operand, first, at, width, mapping);
        });
    result = clone(rewriter, op, type, operands)->getResult(0);
  }
  if (result.getType() != type)
    result = vector::BroadcastOp::create(rewriter, loc, type, result);
  mapping.map(parameter, result);
  return result;
}

Value ParameterBuffers::fill(Location loc, Value first, Value count,
                             bool isWhole) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(rewriter, loc, value);
  };
  Value rest =
      rewriter.createOrFold<arith::RemUIOp>(loc, count, constant(lanes));
  Value whole = rewriter.createOrFold<arith::SubIOp>(loc, count, rest);
  auto emitFill = [&](Value from, Value to, int64_t width, Value all) -> Value {
    auto loop =
        scf::ForOp::create(rewriter, loc, from, to, constant(width), all);
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToStart(loop.getBody());
    Value at = loop.getInductionVar();
    IRMapping mapping;
    for (auto [parameter, buffer] : llvm::zip_equal(distinct, buffers)) {
      Value value = compute(parameter, first, at, width, mapping);
      if (width == 1)
        memref::StoreOp::create(rewriter, loc, value, buffer, at);
      else
        vector::StoreOp::create(rewriter, loc, value, buffer, at);
    }
    all = loop.getRegionIterArg(0);
    for (Value condition : conditions) {
      Value each = compute(condition, first, at, width, mapping);
      if (width != 1)
        each = vector::ReductionOp::create(rewriter, loc,
                                           vector::CombiningKind::AND, each);
      all = arith::AndIOp::create(rewriter, loc, all, each);
    }
    scf::YieldOp::create(rewriter, loc, all);
    return loop.getResult(0);
  };
  Value all =
      arith::ConstantOp::create(rewriter, loc, rewriter.getBoolAttr(true));
  all = emitFill(constant(0), whole, lanes, all);
  return isWhole ? all : emitFill(whole, count, 1, all);
}

void ParameterBuffers::forEach(function_ref<void(Value, Value)> replace) {
  for (auto [parameter, buffer] : parameters)
    replace(parameter, buffers[buffer]);
}

void ParameterBuffers::takeBranches() {
  for (scf::IfOp branch : branches) {
    rewriter.setInsertionPoint(branch);
    Value isTaken = arith::ConstantOp::create(rewriter, branch.getLoc(),
                                              rewriter.getBoolAttr(true));
    branch.getConditionMutable().assign(isTaken);
  }
}
