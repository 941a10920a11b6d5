//===- PackRowChunks.cpp - Short rows that share bytes, several at a time -===//

#include "RowEmitter.h"
#include "Tensor/CollapseDims.h"
#include "Vector/GenericVectorizer.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Elements that are taken together, which the first-level cache holds with
/// what they are computed from passing through it.
static constexpr int64_t kChunk = 16384;
RowEmitter::RowEmitter(const RowEmitter &whole, RowOperand from, RowOperand to,
                       OpFoldResult count, OpFoldResult base)
    : b(whole.b), op(whole.op), loc(whole.loc), onlyMoves(true),
      perByte(whole.perByte), inputs({from}), inits({to}), sizes({count}),
      base(base) {}

/// Makes one row of all rows of an input: part of that is known to have no gaps
/// even where the size of rows is not known.
void RowEmitter::flatten(RowOperand &input) {
  // Where rows are written that might have gaps, they are taken one by one.
  bool isWrittenFlat = inits.front().layout || inits.front().isFlat;
  if ((!isWrittenFlat && !getConstantIntValue(sizes.back())) ||
      !input.map.isIdentity() || mayHaveGaps(input.tensor))
    return;
  input.tensor = tensor::CollapseShapeOp::create(
      b, loc, input.tensor,
      ArrayRef<ReassociationIndices>{
          llvm::to_vector<2>(llvm::seq<int64_t>(0, sizes.size()))});
  input.isFlat = true;
}

/// Whether all rows have the same parameters, one for each column. Vectors can
/// then go on to the next row, however long it is.
bool RowEmitter::hasSameParametersInRows() const {
  unsigned last = sizes.size() - 1;
  bool isRepeated = false;
  for (const RowOperand &input : inputs) {
    bool byColumn = input.map.isFunctionOfDim(last);
    bool byRow = llvm::any_of(llvm::seq(last), [&](unsigned dim) {
      return input.map.isFunctionOfDim(dim);
    });
    if (byRow && !byColumn)
      return false;
    isRepeated |= byColumn && !byRow;
  }
  return isRepeated;
}

/// Whether each column has a scale, which all rows share.
bool RowEmitter::sharesScales() {
  return hasSameParametersInRows() &&
         llvm::any_of(llvm::zip_equal(op.getRegionInputArgs(), inputs),
                      [&](auto pair) {
                        auto [element, input] = pair;
                        return isScale(element) &&
                               input.map.isFunctionOfDim(sizes.size() - 1);
                      });
}

/// Flattens what is written, where it is the operation's own and vectors go on
/// to the next row. Of rows whose size is known at run time only, nothing
/// else would say that they have no gaps.
void RowEmitter::flattenResults() {
  if (sizes.size() < 2 || getConstantIntValue(sizes.back()) ||
      !hasSameParametersInRows())
    return;
  for (RowOperand &init : inits) {
    auto empty = init.tensor.getDefiningOp<tensor::EmptyOp>();
    if (init.layout || !empty)
      continue;
    SmallVector<OpFoldResult> count = {multiply(b, loc, sizes)};
    init.tensor = tensor::EmptyOp::create(b, loc, count,
                                          empty.getType().getElementType());
    init.isFlat = true;
  }
}

Value RowEmitter::unflatten(Value row, RankedTensorType type) {
  SmallVector<OpFoldResult> shape;
  for (auto [dim, size] : llvm::enumerate(sizes))
    shape.push_back(type.isDynamicDim(dim)
                        ? OpFoldResult(toValue(size))
                        : b.getIndexAttr(type.getDimSize(dim)));
  ReassociationIndices all =
      llvm::to_vector<2>(llvm::seq<int64_t>(0, sizes.size()));
  return tensor::ExpandShapeOp::create(b, loc, type, row, all, shape);
}

SmallVector<Value> RowEmitter::emitChunks(Values results) {
  OpFoldResult size = sizes[sizes.size() - 2];
  std::optional<int64_t> known = getConstantIntValue(size);
  std::optional<int64_t> columns = getConstantIntValue(sizes.back());
  Value step;
  if (columns) {
    int64_t rows = std::max<int64_t>(kChunk / *columns, 1);
    // Chunks of one size have loops of known length.
    for (int64_t fewer = rows; known && fewer > rows / 2; --fewer)
      if (*known % fewer == 0) {
        rows = fewer;
        break;
      }
    if (known && *known <= rows)
      return emitChunk(b.getIndexAttr(0), size, results);
    step = toValue(b.getIndexAttr(rows));
  } else {
    Value one = toValue(b.getIndexAttr(1));
    Value rows = arith::DivUIOp::create(
        b, loc, toValue(b.getIndexAttr(kChunk)),
        arith::MaxUIOp::create(b, loc, toValue(sizes.back()), one));
    step = arith::MaxUIOp::create(b, loc, rows, one);
  }
  auto loop = scf::ForOp::create(b, loc, toValue(b.getIndexAttr(0)),
                                 toValue(size), step, results);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  std::optional<int64_t> rows = getConstantIntValue(step);
  OpFoldResult numRows = step;
  if (rows && known && *known % *rows == 0) {
    numRows = b.getIndexAttr(*rows);
  } else {
    Value left =
        arith::SubIOp::create(b, loc, toValue(size), loop.getInductionVar());
    numRows = arith::MinUIOp::create(b, loc, step, left).getResult();
  }
  Values written = emitChunk(loop.getInductionVar(), numRows,
                             Values(loop.getRegionIterArgs()));
  scf::YieldOp::create(b, loc, written);
  return Values(loop.getResults());
}

/// Rows from `begin` on: the operation on values, and their way from and into
/// bytes.
SmallVector<Value> RowEmitter::emitChunk(OpFoldResult begin,
                                         OpFoldResult numRows, Values results) {
  SmallVector<OpFoldResult> position(row);
  position.push_back(begin);
  position.push_back(b.getIndexAttr(0));
  OpFoldResult first = affine::linearizeIndex(b, loc, position, sizes);
  OpFoldResult count = multiply(b, loc, {numRows, sizes.back()});
  AffineMap identity = b.getMultiDimIdentityMap(1);
  auto makeFlat = [&](const PackedLayout &layout) {
    Value empty = tensor::EmptyOp::create(b, loc, count, layout.container);
    return RowOperand{empty, identity, std::nullopt, false};
  };
  SmallVector<OpFoldResult> shape = {numRows, sizes.back()};
  SmallVector<ReassociationIndices> all = {{0, 1}};

  SmallVector<RowOperand> packed(inputs);
  for (RowOperand &input : inputs) {
    if (!input.layout) {
      flatten(input);
      continue;
    }
    RowOperand flat = makeFlat(*input.layout);
    RowEmitter mover(*this, {input.tensor, identity, input.layout, false}, flat,
                     count, first);
    SmallVector<int64_t> staticShape;
    SmallVector<Value> dynamic;
    dispatchIndexOpFoldResults(shape, dynamic, staticShape);
    Value values = mover.emitRow({flat.tensor}).front();
    input.tensor = tensor::ExpandShapeOp::create(
        b, loc, RankedTensorType::get(staticShape, input.layout->container),
        values, all, shape);
  }
  Values values = emitOnValues(begin, numRows, results);
  inputs = packed;

  for (auto [init, value, result] : llvm::zip_equal(inits, values, results)) {
    if (!init.layout) {
      if (init.isFlat)
        value = tensor::CollapseShapeOp::create(b, loc, value, all);
      SmallVector<OpFoldResult> offsets, lengths;
      getChunkGeometry(init, begin, numRows, offsets, lengths);
      SmallVector<OpFoldResult> strides(offsets.size(), b.getIndexAttr(1));
      value = tensor::InsertSliceOp::create(b, loc, value, result, offsets,
                                            lengths, strides);
      continue;
    }
    Value flat = tensor::CollapseShapeOp::create(b, loc, value, all);
    RowEmitter mover(*this, {flat, identity, std::nullopt, false},
                     {result, identity, init.layout, false}, count, first);
    value = mover.emitRow({result}).front();
  }
  return values;
}

void RowEmitter::getChunkGeometry(const RowOperand &operand, OpFoldResult begin,
                                  OpFoldResult numRows,
                                  SmallVector<OpFoldResult> &offsets,
                                  SmallVector<OpFoldResult> &lengths) {
  if (operand.isFlat) {
    SmallVector<OpFoldResult> position(row);
    position.push_back(begin);
    position.push_back(b.getIndexAttr(0));
    offsets.push_back(affine::linearizeIndex(b, loc, position, sizes));
    lengths.push_back(multiply(b, loc, {numRows, sizes.back()}));
    return;
  }
  unsigned last = sizes.size() - 1;
  for (unsigned i = 0, e = operand.map.getNumResults(); i < e; ++i) {
    unsigned dim = operand.map.getDimPosition(i);
    bool isRow = dim + 1 == last, isColumn = dim == last;
    offsets.push_back(isColumn ? OpFoldResult(b.getIndexAttr(0))
                      : isRow  ? begin
                               : row[dim]);
    lengths.push_back(isColumn ? sizes.back()
                      : isRow  ? numRows
                               : OpFoldResult(b.getIndexAttr(1)));
  }
}

/// What an operand that is not packed has for these rows, and how loops over
/// rows and columns index it.
Value RowEmitter::getChunk(const RowOperand &operand, Value tensor,
                           OpFoldResult begin, OpFoldResult numRows,
                           AffineMap &map) {
  unsigned last = sizes.size() - 1;
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  SmallVector<AffineExpr> indices;
  SmallVector<OpFoldResult> kept;
  for (unsigned i = 0, e = operand.map.getNumResults(); i < e; ++i) {
    unsigned dim = operand.map.getDimPosition(i);
    if (dim + 1 < last)
      continue;
    indices.push_back(b.getAffineDimExpr(dim == last));
    kept.push_back(dim == last ? sizes.back() : numRows);
  }
  map = AffineMap::get(2, 0, indices, b.getContext());
  if (!type || type.getRank() == 0)
    return tensor;
  SmallVector<OpFoldResult> offsets, lengths;
  getChunkGeometry(operand, begin, numRows, offsets, lengths);
  SmallVector<OpFoldResult> strides(offsets.size(), b.getIndexAttr(1));
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(kept, dynamic, shape);
  auto chunkType = RankedTensorType::get(shape, type.getElementType());
  if (operand.isFlat) {
    Value run = tensor::ExtractSliceOp::create(b, loc, tensor, offsets, lengths,
                                               strides);
    return tensor::ExpandShapeOp::create(
        b, loc, chunkType, run, ArrayRef<ReassociationIndices>{{0, 1}}, kept);
  }
  return tensor::ExtractSliceOp::create(b, loc, chunkType, tensor, offsets,
                                        lengths, strides);
}

/// The operation on rows whose packed elements are in tensors of values.
SmallVector<Value> RowEmitter::emitOnValues(OpFoldResult begin,
                                            OpFoldResult numRows,
                                            ValueRange results) {
  AffineMap identity = b.getMultiDimIdentityMap(2);
  Values slices, targets;
  SmallVector<AffineMap> maps;
  for (const RowOperand &input : inputs) {
    AffineMap map = identity;
    slices.push_back(input.layout
                         ? input.tensor
                         : getChunk(input, input.tensor, begin, numRows, map));
    maps.push_back(map);
  }
  for (auto [init, result] : llvm::zip_equal(inits, results)) {
    AffineMap map = identity;
    SmallVector<OpFoldResult> shape = {numRows, sizes.back()};
    targets.push_back(
        init.layout
            ? tensor::EmptyOp::create(b, loc, shape, init.layout->container)
            : getChunk(init, result, begin, numRows, map));
    maps.push_back(map);
  }
  auto generic = linalg::GenericOp::create(
      b, loc, TypeRange(ValueRange(targets)), slices, targets, maps,
      {utils::IteratorType::parallel, utils::IteratorType::parallel},
      [&](OpBuilder &, Location, ValueRange args) {
        auto getIndex = [&](unsigned dim) -> Value {
          unsigned last = sizes.size() - 1;
          if (dim + 1 < last)
            return toValue(row[dim]);
          if (dim == last)
            return linalg::IndexOp::create(b, loc, 1);
          return arith::AddIOp::create(
              b, loc, linalg::IndexOp::create(b, loc, 0), toValue(begin));
        };
        Values yielded;
        cloneBody(b, args, getIndex, yielded);
        linalg::YieldOp::create(b, loc, yielded);
      });
  return Values(generic.getResults());
}
