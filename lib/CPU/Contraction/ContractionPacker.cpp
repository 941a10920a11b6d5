//===- ContractionPacker.cpp - A contraction in packed form ---------------===//

#include "ContractionPacker.h"
#include "PackedConstants.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::quant_ext;

using utils::IteratorType;

/// The bit that tells i8 from u8 shifted by 128.
static constexpr uint8_t kSignBit = 0x80;

void ContractionPacker::chooseSigns() {
  switch (recipe.signs) {
  case FactorSigns::Any:
    break;
  case FactorSigns::UnsignedSigned:
    flipsLhs = lhs.isSigned;
    flipsRhs = !rhs.isSigned;
    break;
  case FactorSigns::Same:
    // The left one: what that changes is known from the right, which often is
    // constant.
    flipsLhs = lhs.isSigned != rhs.isSigned;
    break;
  }
  if (flipsLhs) {
    lhsShift = lhs.isSigned ? -int32_t(kSignBit) : kSignBit;
    lhs.isSigned = !lhs.isSigned;
  }
  if (flipsRhs) {
    rhsShift = rhs.isSigned ? -int32_t(kSignBit) : kSignBit;
    rhs.isSigned = !rhs.isSigned;
  }
}

Value ContractionPacker::flip(OpBuilder &builder, Value value) {
  Value bit = arith::ConstantOp::create(
      builder, loc,
      builder.getIntegerAttr(value.getType(), static_cast<int8_t>(kSignBit)));
  return arith::XOrIOp::create(builder, loc, value, bit);
}

/// What `convert` makes of each element of `source`, which `map` says where to
/// find.
Value ContractionPacker::mapElements(
    Value source, AffineMap map, Type type,
    function_ref<Value(OpBuilder &, Value)> convert) {
  SmallVector<OpFoldResult> sizes = applyPermutationMap(
      inversePermutation(map),
      ArrayRef<OpFoldResult>(tensor::getMixedSizes(b, loc, source)));
  Value empty = tensor::EmptyOp::create(b, loc, sizes, type);
  SmallVector<AffineMap> maps = {map, b.getMultiDimIdentityMap(sizes.size())};
  SmallVector<IteratorType> types(sizes.size(), IteratorType::parallel);
  return linalg::GenericOp::create(
             b, loc, empty.getType(), source, empty, maps, types,
             [&](OpBuilder &builder, Location bodyLoc, ValueRange args) {
               linalg::YieldOp::create(builder, bodyLoc,
                                       convert(builder, args.front()));
             })
      .getResult(0);
}

/// The left factor as (outer.., m, k), with the sign and width that it is
/// multiplied in.
Value ContractionPacker::makeLhs() {
  Value source = lhs.get();
  SmallVector<unsigned> dims =
      getDims(contraction.op.getMatchingIndexingMap(lhs.operand));
  SmallVector<unsigned> wanted(contraction.outer);
  if (contraction.m)
    wanted.push_back(*contraction.m);
  wanted.push_back(contraction.k);

  if (dims != wanted || flipsLhs || recipe.widensLhs()) {
    SmallVector<AffineExpr> exprs =
        llvm::map_to_vector(dims, [&](unsigned dim) {
          return b.getAffineDimExpr(llvm::find(wanted, dim) - wanted.begin());
        });
    Type type = recipe.widensLhs() ? b.getI16Type() : b.getI8Type();
    source = mapElements(
        source, AffineMap::get(dims.size(), 0, exprs, b.getContext()), type,
        [&](OpBuilder &builder, Value value) {
          if (flipsLhs)
            value = flip(builder, value);
          return convertScalarToDtype(builder, loc, value, type,
                                      /*isUnsignedCast=*/!lhs.isSigned);
        });
  }
  if (!contraction.m) {
    auto type = cast<RankedTensorType>(source.getType());
    auto matrix =
        RankedTensorType::get({1, type.getDimSize(0)}, type.getElementType());
    SmallVector<ReassociationIndices> groups = {{0, 1}};
    source = tensor::ExpandShapeOp::create(b, loc, matrix, source, groups);
  }
  return source;
}

Value ContractionPacker::makeFilled(ArrayRef<OpFoldResult> sizes,
                                    TypedAttr value) {
  Value empty = tensor::EmptyOp::create(b, loc, sizes, value.getType());
  Value scalar = arith::ConstantOp::create(b, loc, value);
  return linalg::FillOp::create(b, loc, scalar, empty).getResult(0);
}

/// `start + factor * sum` along one dimension, in i32.
Value ContractionPacker::sumAlong(Value tensor, unsigned reduced, bool isSigned,
                                  int32_t factor, int32_t start) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, tensor);
  sizes.erase(sizes.begin() + reduced);
  unsigned rank = sizes.size() + 1;
  Value init = makeFilled(sizes, b.getI32IntegerAttr(start));
  SmallVector<AffineMap> maps = {
      b.getMultiDimIdentityMap(rank),
      b.getMultiDimIdentityMap(rank).dropResult(reduced)};
  SmallVector<IteratorType> types(rank, IteratorType::parallel);
  types[reduced] = IteratorType::reduction;
  return linalg::GenericOp::create(
             b, loc, init.getType(), tensor, init, maps, types,
             [&](OpBuilder &builder, Location bodyLoc, ValueRange args) {
               Type i32 = builder.getI32Type();
               Value wide = convertScalarToDtype(builder, bodyLoc, args[0], i32,
                                                 !isSigned);
               Value scale = arith::ConstantOp::create(
                   builder, bodyLoc, builder.getI32IntegerAttr(factor));
               Value term =
                   arith::MulIOp::create(builder, bodyLoc, wide, scale);
               Value sum =
                   arith::AddIOp::create(builder, bodyLoc, args[1], term);
               linalg::YieldOp::create(builder, bodyLoc, sum);
             })
      .getResult(0);
}

Value ContractionPacker::packLhs(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> position = {type.getRank() - 1};
  SmallVector<OpFoldResult> tile = {b.getIndexAttr(recipe.depth)};
  Value dest = linalg::PackOp::createDestinationTensor(b, loc, tensor, tile,
                                                       position, {});
  std::optional<Value> padding;
  if (getSize(contraction.k) % recipe.depth != 0)
    padding =
        arith::ConstantOp::create(b, loc, b.getZeroAttr(type.getElementType()));
  return linalg::PackOp::create(b, loc, tensor, dest, position, tile, padding)
      .getResult();
}

/// Packs the right factor and sums its columns: at compile time where it is
/// constant. False where its elements cannot be read.
bool ContractionPacker::packRhs() {
  SmallVector<unsigned> dims =
      getDims(contraction.op.getMatchingIndexingMap(rhs.operand));
  auto positionOf = [&](unsigned dim) -> int64_t {
    return llvm::find(dims, dim) - dims.begin();
  };
  PackedLayoutOfRhs layout;
  for (unsigned dim : contraction.outer)
    if (llvm::is_contained(dims, dim)) {
      rhsOuter.push_back(dim);
      layout.outer.push_back(positionOf(dim));
    }
  layout.n = positionOf(contraction.n);
  layout.k = positionOf(contraction.k);
  layout.columns = columns;
  layout.depth = recipe.depth;
  // Modulo 2^32.
  int32_t start = static_cast<int32_t>(uint32_t(getSize(contraction.k)) *
                                       uint32_t(lhsShift * rhsShift));

  Attribute constant;
  if (matchPattern(rhs.get(), m_Constant(&constant))) {
    uint8_t flipped = flipsRhs ? kSignBit : 0;
    std::optional<TypedAttr> packed = packConstant(constant, layout, flipped);
    if (!packed)
      return false;
    packedRhs = arith::ConstantOp::create(b, loc, *packed);
    if (lhsShift) {
      std::optional<TypedAttr> sums = sumConstantColumns(
          constant, layout, flipped, rhs.isSigned, lhsShift, start);
      columnTerms = arith::ConstantOp::create(b, loc, *sums);
    }
    return true;
  }

  // Sums of columns must have the order of the result, as those of constants.
  if (lhsShift &&
      (!llvm::is_sorted(layout.outer) ||
       llvm::any_of(layout.outer, [&](int64_t dim) { return dim > layout.n; })))
    return false;
  Value tensor = rhs.get();
  if (flipsRhs)
    tensor = mapElements(
        tensor, b.getMultiDimIdentityMap(dims.size()), b.getI8Type(),
        [&](OpBuilder &builder, Value value) { return flip(builder, value); });
  SmallVector<int64_t> positions = {layout.n, layout.k};
  SmallVector<int64_t> outerPerm(layout.outer);
  llvm::append_range(outerPerm, positions);
  SmallVector<OpFoldResult> tiles = {b.getIndexAttr(columns),
                                     b.getIndexAttr(recipe.depth)};
  Value dest = linalg::PackOp::createDestinationTensor(b, loc, tensor, tiles,
                                                       positions, outerPerm);
  std::optional<Value> padding;
  if (getSize(contraction.k) % recipe.depth != 0 ||
      getSize(contraction.n) % columns != 0)
    padding = arith::ConstantOp::create(b, loc, b.getI8IntegerAttr(0));
  packedRhs = linalg::PackOp::create(b, loc, tensor, dest, positions, tiles,
                                     padding, outerPerm)
                  .getResult();
  if (lhsShift)
    columnTerms = sumAlong(tensor, layout.k, rhs.isSigned, lhsShift, start);
  return true;
}

Value ContractionPacker::emitPacked(Value packedLhs) {
  unsigned outer = contraction.outer.size(), rank = outer + 5;
  SmallVector<AffineExpr> all;
  for (unsigned dim = 0; dim < rank; ++dim)
    all.push_back(b.getAffineDimExpr(dim));
  AffineExpr m = all[outer], panel = all[outer + 1], group = all[outer + 2],
             column = all[outer + 3], product = all[outer + 4];
  SmallVector<AffineExpr> lhsExprs(ArrayRef(all).take_front(outer));
  SmallVector<AffineExpr> outExprs = lhsExprs, rhsExprs;
  for (unsigned dim : rhsOuter)
    rhsExprs.push_back(
        all[llvm::find(contraction.outer, dim) - contraction.outer.begin()]);
  llvm::append_values(lhsExprs, m, group, product);
  llvm::append_values(rhsExprs, panel, group, column, product);
  llvm::append_values(outExprs, m, panel, column);
  MLIRContext *context = b.getContext();
  SmallVector<AffineMap> maps = {AffineMap::get(rank, 0, lhsExprs, context),
                                 AffineMap::get(rank, 0, rhsExprs, context),
                                 AffineMap::get(rank, 0, outExprs, context)};
  SmallVector<IteratorType> types(rank, IteratorType::parallel);
  types[outer + 2] = types[outer + 4] = IteratorType::reduction;

  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, packedLhs);
  sizes.truncate(outer + 1);
  int64_t panels = llvm::divideCeil(getSize(contraction.n), columns);
  sizes.push_back(b.getIndexAttr(panels));
  sizes.push_back(b.getIndexAttr(columns));
  Value init = makeFilled(sizes, b.getI32IntegerAttr(0));
  return linalg::GenericOp::create(
             b, loc, init.getType(), ValueRange{packedLhs, packedRhs}, init,
             maps, types,
             [&](OpBuilder &builder, Location bodyLoc, ValueRange args) {
               Type i32 = builder.getI32Type();
               // What has been extended to i16 is signed.
               bool lhsIsSigned = lhs.isSigned || recipe.widensLhs();
               Value left = convertScalarToDtype(builder, bodyLoc, args[0], i32,
                                                 !lhsIsSigned);
               Value right = convertScalarToDtype(builder, bodyLoc, args[1],
                                                  i32, !rhs.isSigned);
               Value term =
                   arith::MulIOp::create(builder, bodyLoc, left, right);
               Value sum =
                   arith::AddIOp::create(builder, bodyLoc, args[2], term);
               linalg::YieldOp::create(builder, bodyLoc, sum);
             })
      .getResult(0);
}

/// The result of the contraction from the sums of products: with what changed
/// signs leave to add, and what the result started from.
Value ContractionPacker::addTerms(Value sums, Value rowTerms) {
  Value init = contraction.op.getDpsInits().front();
  Value dest;
  bool isZero = isZeroFilled(init, dest);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, sums);
  unsigned outer = contraction.outer.size(), rank = outer + 2;
  sizes.truncate(outer + 1);
  sizes.push_back(b.getIndexAttr(getSize(contraction.n)));
  auto makeEmpty = [&]() -> Value {
    return tensor::EmptyOp::create(b, loc, sizes, b.getI32Type());
  };
  bool addsTerms = columnTerms || rowTerms || !isZero;
  bool hasDest = dest && contraction.m;
  SmallVector<int64_t> position = {int64_t(rank) - 1};
  SmallVector<OpFoldResult> tile = {b.getIndexAttr(columns)};
  Value result = linalg::UnPackOp::create(
                     b, loc, sums, hasDest && !addsTerms ? dest : makeEmpty(),
                     position, tile)
                     .getResult();

  if (addsTerms) {
    SmallVector<Value> inputs = {result};
    AffineMap identity = b.getMultiDimIdentityMap(rank);
    SmallVector<AffineMap> maps = {identity};
    if (columnTerms) {
      SmallVector<AffineExpr> exprs;
      for (unsigned dim : rhsOuter)
        exprs.push_back(b.getAffineDimExpr(llvm::find(contraction.outer, dim) -
                                           contraction.outer.begin()));
      exprs.push_back(b.getAffineDimExpr(rank - 1));
      inputs.push_back(columnTerms);
      maps.push_back(AffineMap::get(rank, 0, exprs, b.getContext()));
    }
    if (rowTerms) {
      inputs.push_back(rowTerms);
      maps.push_back(identity.dropResult(rank - 1));
    }
    if (!isZero) {
      if (!contraction.m) {
        auto matrix =
            RankedTensorType::get({1, getSize(contraction.n)}, b.getI32Type());
        SmallVector<ReassociationIndices> groups = {{0, 1}};
        init = tensor::ExpandShapeOp::create(b, loc, matrix, init, groups);
      }
      inputs.push_back(init);
      maps.push_back(identity);
    }
    maps.push_back(identity);
    SmallVector<IteratorType> types(rank, IteratorType::parallel);
    Value out = hasDest ? dest : makeEmpty();
    result = linalg::GenericOp::create(
                 b, loc, out.getType(), inputs, out, maps, types,
                 [&](OpBuilder &builder, Location bodyLoc, ValueRange args) {
                   Value sum = args.front();
                   for (Value term : args.drop_front().drop_back())
                     sum = arith::AddIOp::create(builder, bodyLoc, sum, term);
                   linalg::YieldOp::create(builder, bodyLoc, sum);
                 })
                 .getResult(0);
  }
  Type type = contraction.op->getResult(0).getType();
  if (!contraction.m) {
    SmallVector<ReassociationIndices> groups = {{0, 1}};
    result = tensor::CollapseShapeOp::create(b, loc, result, groups);
  }
  if (result.getType() != type)
    result = tensor::CastOp::create(b, loc, type, result);
  return result;
}

Value ContractionPacker::pack() {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(contraction.op);
  chooseSigns();
  int64_t n = getSize(contraction.n);
  columns =
      std::min<int64_t>(recipe.getColumns(), llvm::alignTo(n, recipe.lanes));
  if (!packRhs())
    return Value();
  Value left = makeLhs();
  Value rowTerms;
  if (rhsShift) {
    unsigned k = cast<RankedTensorType>(left.getType()).getRank() - 1;
    rowTerms = sumAlong(left, k, lhs.isSigned, rhsShift, 0);
  }
  return addTerms(emitPacked(packLhs(left)), rowTerms);
}
