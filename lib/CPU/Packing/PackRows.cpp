//===- PackRows.cpp - Rows that share bytes -------------------------------===//

#include "PackRows.h"
#include "RowEmitter.h"
#include "Tensor/CollapseDims.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Elements from which on what a row has beside whole vectors costs less than
/// to move all of its elements once more.
static constexpr int64_t kLongRow = 128;
/// The same where rows share scales, each of which is then divided by once for
/// all rows of a chunk, four of them or more; and how many elements there are
/// from which on they may come from memory, where whole rows come faster.
static constexpr int64_t kLongRowOfScales = 4096;
static constexpr int64_t kCachedElements = 1 << 22;

//===----------------------------------------------------------------------===//
// What is served
//===----------------------------------------------------------------------===//

/// The layout of an operand whose elements lie in the order of the loops; none
/// where it is not packed, or in another order.
static std::optional<PackedLayout> getRowLayout(linalg::LinalgOp op,
                                                OpOperand &operand) {
  if (!op.getMatchingIndexingMap(&operand).isIdentity())
    return std::nullopt;
  std::optional<PackedLayout> layout =
      PackedLayout::get(operand.get().getType());
  if (!layout || !layout->isPacked())
    return std::nullopt;
  return layout;
}

/// Whether `value` leaves the function, so that it must be in memory as bytes.
static bool isLeaving(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    if (isReshape(user) || isa<tensor::CastOp>(user))
      return isLeaving(user->getResult(0));
    return user->hasTrait<OpTrait::ReturnLike>() || isa<CallOpInterface>(user);
  });
}

bool quant_ext::isOnRowsThatShareBytes(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumLoops() == 0 ||
      op.getNumParallelLoops() != op.getNumLoops() ||
      !llvm::all_of(op.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isProjectedPermutation(); }))
    return false;
  // A static 0 has no rows to go through.
  if (llvm::is_contained(op.getStaticLoopRanges(), 0))
    return false;
  std::optional<int64_t> perByte;
  bool isShared = false;
  auto visit = [&](OpOperand &operand) {
    std::optional<PackedLayout> layout = getRowLayout(op, operand);
    if (!layout)
      return true;
    // Parts are whole bytes of all operands alike.
    if (perByte && *perByte != layout->perByte)
      return false;
    perByte = layout->perByte;
    isShared |= !layout->hasAlignedRows();
    return true;
  };
  for (OpOperand *input : op.getDpsInputOperands())
    if (!visit(*input))
      return false;
  unsigned packedResults = 0;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    if (!op.getMatchingIndexingMap(&init).isIdentity() || !visit(init))
      return false;
    if (!getRowLayout(op, init))
      continue;
    ++packedResults;
    if (op.payloadUsesValueFromOperand(&init) ||
        !isLeaving(op.getTiedOpResult(&init)))
      return false;
  }
  // Bytes are put together by a reduction, which only bytes can result from.
  return isShared &&
         (packedResults == 0 || packedResults == op.getNumDpsInits());
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

RowEmitter::RowEmitter(OpBuilder &builder, linalg::LinalgOp op,
                       ArrayRef<ValueRange> operands, Packer &packer)
    : b(builder), op(op), loc(op.getLoc()) {
  sizes.assign(op.getNumLoops(), OpFoldResult());
  auto noteSizes = [&](ArrayRef<OpFoldResult> known) {
    for (auto [size, other] : llvm::zip_equal(sizes, known))
      if (size.isNull() || isa<Attribute>(other))
        size = other;
  };
  for (OpOperand &operand : op->getOpOperands()) {
    Type type = operand.get().getType();
    ValueRange memory = operands[operand.getOperandNumber()];
    AffineMap map = op.getMatchingIndexingMap(&operand);
    std::optional<PackedLayout> layout = getRowLayout(op, operand);
    Value tensor = memory.front();
    if (layout) {
      perByte = layout->perByte;
      noteSizes(getSizes(b, loc, memory, type));
      Value values = packer.getKnownValues(memory, type);
      if (op.isDpsInit(&operand)) {
        SmallVector<OpFoldResult> numBytes = {
            apply(b.getAffineDimExpr(0).ceilDiv(perByte),
                  {multiply(b, loc, getSizes(b, loc, memory, type))})};
        tensor = tensor::EmptyOp::create(b, loc, numBytes, layout->container);
      } else if (values) {
        tensor = values;
        layout = std::nullopt;
      }
    } else if (PackedLayout::get(type)) {
      tensor = packer.unpack(b, loc, memory, type);
    }
    auto &list = op.isDpsInit(&operand) ? inits : inputs;
    list.push_back({tensor, map, layout, false});
  }
}

/// The indices of the element of this row in `column`.
SmallVector<Value> RowEmitter::getIndices(const RowOperand &operand,
                                          Value column) {
  if (operand.isFlat)
    return {toValue(
        apply(b.getAffineDimExpr(0) + b.getAffineDimExpr(1), {base, column}))};
  unsigned last = sizes.size() - 1;
  Values indices;
  for (unsigned i = 0, e = operand.map.getNumResults(); i < e; ++i) {
    unsigned dim = operand.map.getDimPosition(i);
    indices.push_back(dim == last ? column : toValue(row[dim]));
  }
  return indices;
}

/// The body of the operation on `arguments`, which have the types of what is in
/// containers; what it yields goes to `yielded`, in containers too.
void RowEmitter::cloneBody(OpBuilder &builder, ValueRange arguments,
                           function_ref<Value(unsigned)> getIndex,
                           Values &yielded) {
  if (onlyMoves) {
    yielded.push_back(arguments.front());
    return;
  }
  Block *block = op.getBlock();
  IRMapping mapping;
  for (auto [from, to] : llvm::zip_equal(block->getArguments(), arguments)) {
    if (!to)
      continue;
    bool isNarrow = from.getType() != to.getType();
    mapping.map(from, isNarrow
                          ? takeFromContainer(builder, loc, to, from.getType())
                          : to);
  }
  for (Operation &inner : block->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      mapping.map(index.getResult(), getIndex(index.getDim()));
    else
      builder.clone(inner, mapping);
  }
  for (auto [value, init] :
       llvm::zip_equal(block->getTerminator()->getOperands(), inits)) {
    Value result = mapping.lookupOrDefault(value);
    Type type = getElementTypeOrSelf(init.tensor);
    if (result.getType() != type)
      result = putIntoContainer(builder, loc, result, type);
    yielded.push_back(result);
  }
}

//===----------------------------------------------------------------------===//
// Elements that share a byte with another row, or that fill none
//===----------------------------------------------------------------------===//

Value RowEmitter::readElement(const RowOperand &operand, Value tensor,
                              Value column) {
  if (!isa<RankedTensorType>(tensor.getType()))
    return tensor;
  if (!operand.layout)
    return tensor::ExtractOp::create(b, loc, tensor,
                                     getIndices(operand, column));
  Value byte =
      tensor::ExtractOp::create(b, loc, tensor, toValue(getByte(column)));
  Value shift = arith::IndexCastOp::create(
      b, loc, byte.getType(),
      toValue(apply((b.getAffineDimExpr(0) + b.getAffineDimExpr(1)) % perByte *
                        (8 / perByte),
                    {base, column})));
  return arith::ShRUIOp::create(b, loc, byte, shift);
}

/// `bytes` with the element in its place. The first of a byte clears the rest,
/// so that nothing is read that was not written.
Value RowEmitter::placeElement(const PackedLayout &layout, Value bytes,
                               Value element, Value column) {
  Type type = layout.container;
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, value));
  };
  int64_t width = 8 / perByte;
  Value byte = toValue(getByte(column));
  Value part =
      toValue(apply((b.getAffineDimExpr(0) + b.getAffineDimExpr(1)) % perByte,
                    {base, column}));
  Value shift = arith::IndexCastOp::create(
      b, loc, type, toValue(apply(b.getAffineDimExpr(0) * width, {part})));
  Value isFirst = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, part,
                                        toValue(b.getIndexAttr(0)));
  Value old = tensor::ExtractOp::create(b, loc, bytes, byte);
  old = arith::SelectOp::create(b, loc, isFirst, constant(0), old);
  Value bits = arith::AndIOp::create(b, loc, element,
                                     constant((int64_t(1) << width) - 1));
  Value placed = arith::OrIOp::create(
      b, loc, old, arith::ShLIOp::create(b, loc, bits, shift));
  return tensor::InsertOp::create(b, loc, placed, bytes, byte);
}

SmallVector<Value> RowEmitter::emitScalars(Value column, ValueRange results) {
  Values arguments;
  if (onlyMoves) {
    arguments = {readElement(inputs.front(), inputs.front().tensor, column)};
  } else {
    for (auto [argument, input] :
         llvm::zip(op.getBlock()->getArguments(), inputs))
      arguments.push_back(argument.use_empty()
                              ? Value()
                              : readElement(input, input.tensor, column));
    for (auto [argument, init, result] :
         llvm::zip_equal(op.getRegionOutputArgs(), inits, results))
      arguments.push_back(
          argument.use_empty() ? Value() : readElement(init, result, column));
  }
  Values elements;
  cloneBody(
      b, arguments,
      [&](unsigned dim) {
        return dim + 1 == sizes.size() ? column : toValue(row[dim]);
      },
      elements);
  Values written;
  for (auto [init, result, element] :
       llvm::zip_equal(inits, results, elements)) {
    if (init.layout)
      written.push_back(placeElement(*init.layout, result, element, column));
    else
      written.push_back(tensor::InsertOp::create(b, loc, element, result,
                                                 getIndices(init, column)));
  }
  return written;
}

SmallVector<Value> RowEmitter::emitElements(OpFoldResult begin,
                                            OpFoldResult end, Values results) {
  std::optional<int64_t> first = getConstantIntValue(begin);
  std::optional<int64_t> last = getConstantIntValue(end);
  if (first && last && *first >= *last)
    return results;
  if (first && last && *first + 1 == *last)
    return emitScalars(toValue(begin), results);
  auto loop = scf::ForOp::create(b, loc, toValue(begin), toValue(end),
                                 toValue(b.getIndexAttr(1)), results);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Values written =
      emitScalars(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(b, loc, written);
  return Values(loop.getResults());
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

SmallVector<Value> RowEmitter::emitRow(Values results) {
  OpFoldResult size = sizes.back();
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  OpFoldResult head = b.getIndexAttr(0);
  if (sizes.size() > 1) {
    SmallVector<OpFoldResult> position(row);
    position.push_back(b.getIndexAttr(0));
    base = affine::linearizeIndex(b, loc, position, sizes);
  } else if (!onlyMoves) {
    base = head;
  }
  if (!isZeroInteger(base))
    head = affine::makeComposedFoldedAffineMin(
        b, loc, AffineMap::get(2, 0, {(-d0) % perByte, d1}, b.getContext()),
        {base, size});
  OpFoldResult numBytes = apply((d1 - d0).floorDiv(perByte), {head, size});
  OpFoldResult tail = apply(d0 + d1 * perByte, {head, numBytes});
  results = emitElements(b.getIndexAttr(0), head, results);
  if (getConstantIntValue(numBytes) != 0)
    results = emitBytes(head, numBytes, results);
  return emitElements(tail, size, results);
}

SmallVector<Value> RowEmitter::emitNest(unsigned dim, Values results) {
  if (dim + 1 == sizes.size())
    return emitRow(results);
  if (dim + 2 < sizes.size())
    return emitRows(dim, results);
  if (std::optional<int64_t> columns = getConstantIntValue(sizes.back()))
    return *columns < kLongRow ? emitChunks(results) : emitRows(dim, results);
  Value longRow = toValue(b.getIndexAttr(kLongRow));
  if (sharesScales()) {
    Value isCached = arith::CmpIOp::create(
        b, loc, arith::CmpIPredicate::ult, toValue(multiply(b, loc, sizes)),
        toValue(b.getIndexAttr(kCachedElements)));
    longRow = arith::SelectOp::create(
        b, loc, isCached, toValue(b.getIndexAttr(kLongRowOfScales)), longRow);
  }
  Value isShort = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                        toValue(sizes.back()), longRow);
  auto branch = scf::IfOp::create(b, loc, TypeRange(ValueRange(results)),
                                  isShort, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, loc, emitChunks(results));
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, loc, emitRows(dim, results));
  return Values(branch.getResults());
}

SmallVector<Value> RowEmitter::emitRows(unsigned dim, Values results) {
  auto loop = scf::ForOp::create(b, loc, toValue(b.getIndexAttr(0)),
                                 toValue(sizes[dim]),
                                 toValue(b.getIndexAttr(1)), results);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  row.push_back(loop.getInductionVar());
  Values written = emitNest(dim + 1, Values(loop.getRegionIterArgs()));
  row.pop_back();
  scf::YieldOp::create(b, loc, written);
  return Values(loop.getResults());
}

SmallVector<SmallVector<Value>> RowEmitter::emit() {
  flattenResults();
  Values tensors =
      llvm::map_to_vector(inits, [](RowOperand &init) { return init.tensor; });
  Values written = emitNest(0, tensors);
  SmallVector<Values> results;
  for (auto [init, value, old] :
       llvm::zip_equal(inits, written, op->getResults())) {
    Values memory = {value};
    if (init.layout) {
      RankedTensorType type = init.layout->type;
      SmallVector<Type> types;
      init.layout->appendMemoryTypes(types);
      if (value.getType() != types.front())
        memory.front() = tensor::CastOp::create(b, loc, types.front(), value);
      for (auto [dim, size] : llvm::enumerate(sizes))
        if (type.isDynamicDim(dim))
          memory.push_back(toValue(size));
    } else if (init.isFlat) {
      memory.front() = unflatten(value, cast<RankedTensorType>(old.getType()));
    }
    results.push_back(memory);
  }
  return results;
}

SmallVector<SmallVector<Value>>
quant_ext::emitRows(OpBuilder &builder, linalg::LinalgOp op,
                    ArrayRef<ValueRange> operands, Packer &packer) {
  return RowEmitter(builder, op, operands, packer).emit();
}
