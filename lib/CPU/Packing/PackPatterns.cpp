//===- PackPatterns.cpp - Operations on narrow elements -------------------===//

#include "PackRows.h"
#include "PackedLayout.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

template <typename OpT>
class PackPattern : public OpConversionPattern<OpT> {
public:
  using OneToNAdaptor = typename OpConversionPattern<OpT>::OneToNOpAdaptor;

  PackPattern(const TypeConverter &converter, MLIRContext *context,
              Packer &packer)
      : OpConversionPattern<OpT>(converter, context), packer(packer) {}

protected:
  /// Replaces `op`, whose result has these values.
  LogicalResult replace(OpT op, Value values,
                        ConversionPatternRewriter &rewriter) const {
    rewriter.replaceOpWithMultiple(
        op, {packer.pack(rewriter, op.getLoc(), values, op.getType())});
    return success();
  }

  Packer &packer;
};

struct PackConstantOp final : public PackPattern<arith::ConstantOp> {
  using PackPattern::PackPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OneToNAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!canPackConstant(op.getValue()))
      return rewriter.notifyMatchFailure(op, "the elements cannot be read");
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op,
                                                   packConstant(op.getValue()));
    return success();
  }
};

struct PackEmpty final : public PackPattern<tensor::EmptyOp> {
  using PackPattern::PackPattern;
  LogicalResult
  matchAndRewrite(tensor::EmptyOp op, OneToNAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    return replace(
        op,
        tensor::EmptyOp::create(rewriter, op.getLoc(), op.getMixedSizes(),
                                PackedLayout::get(op.getType())->container),
        rewriter);
  }
};

struct PackDim final : public PackPattern<tensor::DimOp> {
  using PackPattern::PackPattern;
  LogicalResult
  matchAndRewrite(tensor::DimOp op, OneToNAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    SmallVector<Value> sizes = getValueOrCreateConstantIndexOp(
        rewriter, loc,
        getSizes(rewriter, loc, adaptor.getSource(), op.getSource().getType()));
    int64_t rank = sizes.size();
    std::optional<int64_t> index = op.getConstantIndex();
    if (index && *index >= 0 && *index < rank) {
      rewriter.replaceOp(op, sizes[*index]);
      return success();
    }
    // An index out of bounds may give any size.
    Value size =
        rank ? sizes[0] : arith::ConstantIndexOp::create(rewriter, loc, 0);
    for (int64_t dim = 1; dim < rank; ++dim) {
      Value number = arith::ConstantIndexOp::create(rewriter, loc, dim);
      Value isHere =
          arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::eq,
                                adaptor.getIndex().front(), number);
      size = arith::SelectOp::create(rewriter, loc, isHere, sizes[dim], size);
    }
    rewriter.replaceOp(op, size);
    return success();
  }
};

/// Casts and reshapes keep the order of elements, so that bytes stay as they
/// are and only what is said of their sizes changes.
template <typename OpT>
struct PackReshape final : public PackPattern<OpT> {
  using PackPattern<OpT>::PackPattern;
  using typename PackPattern<OpT>::OneToNAdaptor;

  LogicalResult
  matchAndRewrite(OpT op, OneToNAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getResult().getType());
    auto sourceType = cast<RankedTensorType>(op->getOperand(0).getType());
    PackedLayout layout = *PackedLayout::get(type);
    ValueRange source = adaptor.getOperands().front();
    Value values = this->packer.getKnownValues(source, sourceType);
    // Bytes stay where they are put together in the loop that made the values,
    // which the reshape would come between.
    bool keepsBytes = PackedLayout::get(sourceType)->hasAlignedRows() ||
                      !layout.hasAlignedRows();
    if (!layout.isPacked() || (values && !keepsBytes)) {
      if (!values)
        values = source.front();
      return this->replace(op, reshape(rewriter, loc, op, values, layout),
                           rewriter);
    }
    SmallVector<Type> memoryTypes;
    layout.appendMemoryTypes(memoryTypes);
    SmallVector<Value> memory = {source.front()};
    if (source.front().getType() != memoryTypes.front())
      memory.front() = tensor::CastOp::create(
          rewriter, loc, memoryTypes.front(), source.front());
    SmallVector<OpFoldResult> sizes = getResultSizes(
        rewriter, loc, op, getSizes(rewriter, loc, source, sourceType));
    for (auto [dim, size] : llvm::enumerate(sizes))
      if (type.isDynamicDim(dim))
        memory.push_back(getValueOrCreateConstantIndexOp(rewriter, loc, size));
    if (values)
      this->packer.remember(memory, type,
                            reshape(rewriter, loc, op, values, layout));
    rewriter.replaceOpWithMultiple(op, {memory});
    return success();
  }

private:
  /// `op` on the values of its operand.
  static Value reshape(OpBuilder &builder, Location loc, OpT op, Value values,
                       const PackedLayout &layout) {
    RankedTensorType type = layout.getValuesType();
    if constexpr (std::is_same_v<OpT, tensor::ExpandShapeOp>)
      return OpT::create(builder, loc, type, values,
                         op.getReassociationIndices(),
                         op.getMixedOutputShape());
    else if constexpr (std::is_same_v<OpT, tensor::CollapseShapeOp>)
      return OpT::create(builder, loc, type, values,
                         op.getReassociationIndices());
    else
      return OpT::create(builder, loc, type, values);
  }

  static SmallVector<OpFoldResult>
  getResultSizes(OpBuilder &builder, Location loc, OpT op,
                 SmallVector<OpFoldResult> sourceSizes) {
    if constexpr (std::is_same_v<OpT, tensor::ExpandShapeOp>)
      return op.getMixedOutputShape();
    else if constexpr (std::is_same_v<OpT, tensor::CollapseShapeOp>)
      return llvm::map_to_vector(
          op.getReassociationIndices(), [&](const ReassociationIndices &group) {
            return multiply(
                builder, loc,
                ArrayRef(sourceSizes).slice(group[0], group.size()));
          });
    else
      return sourceSizes;
  }
};

struct PackExtract final : public PackPattern<tensor::ExtractOp> {
  using PackPattern::PackPattern;
  LogicalResult
  matchAndRewrite(tensor::ExtractOp op, OneToNAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = op.getTensor().getType();
    PackedLayout layout = *PackedLayout::get(type);
    ValueRange memory = adaptor.getTensor();
    Value values = packer.getKnownValues(memory, type);
    if (!values && !layout.isPacked())
      values = memory.front();
    Value element;
    if (values) {
      element =
          tensor::ExtractOp::create(rewriter, loc, values, op.getIndices());
    } else {
      element = extractFromByte(rewriter, op, memory, layout);
    }
    rewriter.replaceOp(op,
                       takeFromContainer(rewriter, loc, element, op.getType()));
    return success();
  }

private:
  /// The byte that an element lies in, shifted so that it has the low bits.
  static Value extractFromByte(OpBuilder &builder, tensor::ExtractOp op,
                               ValueRange memory, const PackedLayout &layout) {
    Location loc = op.getLoc();
    int64_t perByte = layout.perByte;
    SmallVector<OpFoldResult> sizes =
        getSizes(builder, loc, memory, layout.type);
    OpFoldResult position = builder.getIndexAttr(0);
    if (!sizes.empty())
      position = affine::linearizeIndex(
          builder, loc, getAsOpFoldResult(op.getIndices()), sizes);
    AffineExpr d0 = builder.getAffineDimExpr(0);
    auto apply = [&](AffineExpr expr) {
      return getValueOrCreateConstantIndexOp(
          builder, loc,
          affine::makeComposedFoldedAffineApply(builder, loc, expr,
                                                {position}));
    };
    Value byte = tensor::ExtractOp::create(builder, loc, memory.front(),
                                           apply(d0.floorDiv(perByte)));
    Value shift = arith::IndexCastOp::create(
        builder, loc, layout.container, apply(d0 % perByte * (8 / perByte)));
    return arith::ShRUIOp::create(builder, loc, byte, shift);
  }
};

struct PackExtractSlice final : public PackPattern<tensor::ExtractSliceOp> {
  using PackPattern::PackPattern;
  LogicalResult
  matchAndRewrite(tensor::ExtractSliceOp op, OneToNAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value source = packer.unpack(rewriter, loc, adaptor.getSource(),
                                 op.getSource().getType());
    Value slice = tensor::ExtractSliceOp::create(
        rewriter, loc, PackedLayout::get(op.getType())->getValuesType(), source,
        op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides());
    return replace(op, slice, rewriter);
  }
};

struct PackInsertSlice final : public PackPattern<tensor::InsertSliceOp> {
  using PackPattern::PackPattern;
  LogicalResult
  matchAndRewrite(tensor::InsertSliceOp op, OneToNAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value source = packer.unpack(rewriter, loc, adaptor.getSource(),
                                 op.getSource().getType());
    Value dest =
        packer.unpack(rewriter, loc, adaptor.getDest(), op.getDest().getType());
    return replace(op,
                   tensor::InsertSliceOp::create(
                       rewriter, loc, source, dest, op.getMixedOffsets(),
                       op.getMixedSizes(), op.getMixedStrides()),
                   rewriter);
  }
};

/// A linalg operation becomes a linalg.generic on values, whose body narrows
/// what it reads and widens what it yields.
struct PackLinalg final
    : public OpInterfaceConversionPattern<linalg::LinalgOp> {
  PackLinalg(const TypeConverter &converter, MLIRContext *context,
             Packer &packer)
      : OpInterfaceConversionPattern(converter, context), packer(packer) {}

  LogicalResult
  matchAndRewrite(linalg::LinalgOp op, ArrayRef<ValueRange> operands,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "it is not on tensors");
    // Where only values are read that what is packed was made from, nothing is
    // taken apart.
    bool readsValues =
        llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
          Type type = operand.get().getType();
          return !PackedLayout::get(type) ||
                 (!op.isDpsInit(&operand) &&
                  packer.getKnownValues(operands[operand.getOperandNumber()],
                                        type));
        });
    if (!readsValues && isOnRowsThatShareBytes(op)) {
      rewriter.replaceOpWithMultiple(op,
                                     emitRows(rewriter, op, operands, packer));
      return success();
    }
    Location loc = op.getLoc();
    SmallVector<Value> inputs, inits;
    for (OpOperand *input : op.getDpsInputOperands())
      inputs.push_back(
          getInput(rewriter, loc, *input, operands[input->getOperandNumber()]));
    for (OpOperand &init : op.getDpsInitsMutable())
      inits.push_back(
          getInit(rewriter, op, init, operands[init.getOperandNumber()]));

    auto generic = linalg::GenericOp::create(
        rewriter, loc, TypeRange(ValueRange(inits)), inputs, inits,
        op.getIndexingMapsArray(), op.getIteratorTypesArray());
    cloneBody(rewriter, op, generic);

    rewriter.setInsertionPointAfter(generic);
    SmallVector<SmallVector<Value>> results;
    for (auto [old, values] :
         llvm::zip_equal(op->getResults(), generic.getResults())) {
      if (PackedLayout::get(old.getType()))
        results.push_back(packer.pack(rewriter, loc, values, old.getType()));
      else
        results.push_back({values});
    }
    rewriter.replaceOpWithMultiple(op, results);
    return success();
  }

private:
  Value getInput(OpBuilder &builder, Location loc, OpOperand &operand,
                 ValueRange memory) const {
    Type type = operand.get().getType();
    return PackedLayout::get(type) ? packer.unpack(builder, loc, memory, type)
                                   : memory.front();
  }

  /// Uninitialized values where the operation does not read what it writes to.
  Value getInit(OpBuilder &builder, linalg::LinalgOp op, OpOperand &init,
                ValueRange memory) const {
    Type type = init.get().getType();
    std::optional<PackedLayout> layout = PackedLayout::get(type);
    if (!layout || op.payloadUsesValueFromOperand(&init))
      return getInput(builder, op.getLoc(), init, memory);
    return tensor::EmptyOp::create(builder, op.getLoc(),
                                   getSizes(builder, op.getLoc(), memory, type),
                                   layout->container);
  }

  static void cloneBody(ConversionPatternRewriter &rewriter,
                        linalg::LinalgOp op, linalg::GenericOp generic) {
    Block *source = op.getBlock();
    SmallVector<Type> types =
        llvm::map_to_vector(generic->getOperands(),
                            [](Value v) { return getElementTypeOrSelf(v); });
    SmallVector<Location> locs(types.size(), op.getLoc());
    Block *body = rewriter.createBlock(&generic.getRegion(), {}, types, locs);
    IRMapping mapping;
    for (auto [from, to] :
         llvm::zip_equal(source->getArguments(), body->getArguments())) {
      Value argument = to;
      if (from.getType() != to.getType())
        argument = takeFromContainer(rewriter, op.getLoc(), to, from.getType());
      mapping.map(from, argument);
    }
    for (Operation &inner : source->without_terminator())
      rewriter.clone(inner, mapping);
    Operation *terminator = source->getTerminator();
    SmallVector<Value> yielded;
    for (auto [value, init] :
         llvm::zip_equal(terminator->getOperands(), generic.getDpsInits())) {
      Value result = mapping.lookupOrDefault(value);
      Type type = getElementTypeOrSelf(init);
      if (result.getType() != type)
        result = putIntoContainer(rewriter, terminator->getLoc(), result, type);
      yielded.push_back(result);
    }
    linalg::YieldOp::create(rewriter, terminator->getLoc(), yielded);
  }

  Packer &packer;
};

/// One argument or result becomes several. What its attributes say is said of
/// the first of them, the bytes.
struct PackFunction final : public OpConversionPattern<func::FuncOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(func::FuncOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    const TypeConverter &converter = *getTypeConverter();
    SmallVector<Type> arguments, results;
    SmallVector<DictionaryAttr> argumentAttrs, resultAttrs;
    op.getAllArgAttrs(argumentAttrs);
    op.getAllResultAttrs(resultAttrs);
    TypeConverter::SignatureConversion signature(op.getNumArguments());
    if (failed(convert(op.getArgumentTypes(), argumentAttrs, arguments)) ||
        failed(convert(op.getResultTypes(), resultAttrs, results)) ||
        failed(
            converter.convertSignatureArgs(op.getArgumentTypes(), signature)) ||
        (!op.isExternal() && failed(rewriter.convertRegionTypes(
                                 &op.getBody(), converter, &signature))))
      return rewriter.notifyMatchFailure(op, "a type cannot be converted");
    rewriter.modifyOpInPlace(op, [&] {
      op.setType(rewriter.getFunctionType(arguments, results));
      op.setAllArgAttrs(argumentAttrs);
      op.setAllResultAttrs(resultAttrs);
    });
    return success();
  }

private:
  /// Adds what becomes of `types` to `converted`, and spreads `attrs`, one for
  /// each of the types, to one for each of these.
  LogicalResult convert(TypeRange types, SmallVector<DictionaryAttr> &attrs,
                        SmallVectorImpl<Type> &converted) const {
    SmallVector<DictionaryAttr> old = std::move(attrs);
    attrs.clear();
    for (auto [type, attr] : llvm::zip_equal(types, old)) {
      if (failed(getTypeConverter()->convertType(type, converted)))
        return failure();
      attrs.push_back(attr);
      attrs.resize(converted.size(), DictionaryAttr::get(getContext()));
    }
    return success();
  }
};

} // namespace

void quant_ext::populatePackPatterns(RewritePatternSet &patterns,
                                     const TypeConverter &converter,
                                     Packer &packer) {
  patterns.add<PackConstantOp, PackEmpty, PackDim, PackReshape<tensor::CastOp>,
               PackReshape<tensor::CollapseShapeOp>,
               PackReshape<tensor::ExpandShapeOp>, PackExtract,
               PackExtractSlice, PackInsertSlice, PackLinalg>(
      converter, patterns.getContext(), packer);
  patterns.add<PackFunction>(converter, patterns.getContext());
}
